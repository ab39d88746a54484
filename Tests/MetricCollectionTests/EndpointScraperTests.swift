import CurlClient
import Logging
import PrometheusFormat
import Synchronization
import TestSupport
import Testing
import TriggerConfiguration

@testable import MetricCollection

/// A name server whose answers a test sets.
private final class FakeDiscovery: ReplicaDiscovery {
  private let answers = Mutex<[String: Result<[String], NameFailure>]>([:])

  func set(_ host: String, _ answer: Result<[String], NameFailure>) {
    answers.withLock { $0[host] = answer }
  }

  func lookUp(
    _ host: String, completion: @escaping @Sendable (Result<[String], NameFailure>) -> Void
  ) {
    completion(answers.withLock { $0[host] } ?? .failure(.none))
  }
}

/// The rounds that were told.
private final class Rounds: Sendable {
  private let kept = Mutex<[ScrapedAnswers]>([])
  var last: ScrapedAnswers? { kept.withLock(\.last) }
  var count: Int { kept.withLock(\.count) }

  func take(_ round: ScrapedAnswers) { kept.withLock { $0.append(round) } }

  /// The newest answer of the first source, as label and number.
  var values: [String: Double] {
    guard case .vector(let samples)? = last?.answers.first?.answer?.result else { return [:] }
    return samples.reduce(into: [:]) { $0[$1.labels["instance"] ?? ""] = $1.value }
  }
}

/// A scraper that runs while `body` does, ten times a second.
private func withScraper(
  _ preset: String, _ endpoints: String, staleAfter: Duration = .seconds(30),
  _ body: (Rounds, FakeDiscovery) async throws -> Void
) async throws {
  let client = try HTTPClient()
  let discovery = FakeDiscovery()
  let scraper = EndpointScraper(
    client: client, interval: .milliseconds(100), discovery: discovery,
    logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
  let run = Task { await scraper.run() }
  let spec = try TriggerSpec(metadata: [
    "triggers": "- {preset: \(preset), threshold: 1, endpoints: '\(endpoints)'}"
  ])
  let queries = try TriggerQueries(spec, namespace: "n", sources: .unrestricted)
  let rounds = Rounds()
  let result: Result<Void, any Error>
  do {
    // The name server answers as the test says before anything is looked up.
    try await body(rounds, discovery.scraping(queries.scrapes, scraper, staleAfter, rounds))
    result = .success(())
  } catch {
    result = .failure(error)
  }
  run.cancel()
  await client.shutdown()
  try result.get()
}

extension FakeDiscovery {
  /// Lets every test name lead to this machine, and begins to scrape.
  fileprivate func scraping(
    _ plan: ScrapePlan, _ scraper: EndpointScraper, _ staleAfter: Duration, _ rounds: Rounds
  ) -> FakeDiscovery {
    set("replicas.test", .success(["127.0.0.1"]))
    _ = scraper.add(plan, staleAfter: staleAfter) { rounds.take($0) }
    return self
  }
}

@Suite struct EndpointScraperTests {
  @Test func `Each page is a replica, and its series become one number`() async throws {
    let pages = try [MetricExporter(), MetricExporter()]
    defer { for page in pages { page.stop() } }
    pages[0].set("vllm:num_requests_waiting{engine=\"0\"}", 3)
    pages[0].set("vllm:num_requests_waiting{engine=\"1\"}", 4)
    pages[1].set("vllm:num_requests_waiting{engine=\"0\"}", 5)
    let urls = pages.map { "http://127.0.0.1:\($0.port)" }.joined(separator: ", ")
    try await withScraper("vllm-queue-depth", urls) { rounds, _ in
      try await eventually(within: .seconds(60)) { rounds.values.count == 2 }
      #expect(
        rounds.values == ["127.0.0.1:\(pages[0].port)": 7, "127.0.0.1:\(pages[1].port)": 5])
      #expect(rounds.last?.readyReplicas == 2)
      #expect(rounds.last?.answers.first?.failure == nil)
    }
  }

  @Test func `A name leads to replicas that appear and vanish`() async throws {
    let page = try MetricExporter()
    defer { page.stop() }
    page.set("vllm:num_requests_running", 2)
    try await withScraper("vllm-running", "dns://replicas.test:\(page.port)") {
      rounds, discovery in
      try await eventually(within: .seconds(60)) { rounds.values == ["127.0.0.1:\(page.port)": 2] }
      #expect(rounds.last?.readyReplicas == 1)
      discovery.set("replicas.test", .success([]))
      try await eventually(within: .seconds(60)) { rounds.last?.readyReplicas != 1 }
      #expect(rounds.values == ["127.0.0.1:\(page.port)": 2], "what was known stays, and ages")
    }
  }

  @Test func `A replica that stops answering is told of, and ages out`() async throws {
    let pages = try [MetricExporter(), MetricExporter()]
    defer { for page in pages { page.stop() } }
    for page in pages { page.set("vllm:num_requests_waiting", 4) }
    let urls = pages.map { "http://127.0.0.1:\($0.port)/metrics" }.joined(separator: "\\n")
    try await withScraper(
      "vllm-queue-depth", urls.replacing("\\n", with: " "), staleAfter: .seconds(1)
    ) { rounds, _ in
      try await eventually(within: .seconds(60)) { rounds.last?.readyReplicas == 2 }
      pages[1].stop()
      try await eventually(within: .seconds(60)) { rounds.last?.answers.first?.failure != nil }
      let failure = try #require(rounds.last?.answers.first?.failure)
      #expect(failure.reason.hasPrefix("1 of 2 endpoints do not answer"), "\(failure.reason)")
      try await eventually(within: .seconds(60)) { rounds.last?.readyReplicas == 1 }
      #expect(rounds.values == ["127.0.0.1:\(pages[0].port)": 4])
      let aged = try #require(rounds.last?.answers.first?.failure)
      #expect(aged.reason.contains("1 not counted any more: 127.0.0.1:\(pages[1].port): "))
    }
  }

  @Test func `Counters become a rate with the second scrape`() async throws {
    let page = try MetricExporter()
    defer { page.stop() }
    page.set("vllm:request_success_total{finished_reason=\"stop\"}", 100)
    try await withScraper("vllm-request-rate", "http://127.0.0.1:\(page.port)") { rounds, _ in
      try await eventually(within: .seconds(60)) { rounds.values[""] == 0 }
      page.set("vllm:request_success_total{finished_reason=\"stop\"}", 130)
      try await eventually(within: .seconds(60)) { (rounds.values[""] ?? 0) > 0 }
      page.set("vllm:num_incoming_requests_total", 5)
      try await eventually(within: .seconds(60)) { rounds.values[""] == 0 }
      #expect(rounds.last?.readyReplicas == nil, "a router's page is no replica")
    }
  }

  @Test func `A page that is no page of metrics is told of`() async throws {
    let server = try ScriptedHTTPServer { _, connection in
      connection.answer(headers: ["Content-Type: text/html"], text: "<html></html>\n")
    }
    defer { server.stop() }
    try await withScraper("vllm-queue-depth", server.address) { rounds, _ in
      try await eventually(within: .seconds(60)) { rounds.count > 1 }
      #expect(rounds.last?.answers.first?.failure?.reason.contains("it is a web page") == true)
      #expect(rounds.last?.answers.first?.answer == nil)
      #expect(rounds.last?.readyReplicas == nil, "nobody says that there is none")
    }
  }

  @Test func `A slow replica holds up one round, and no more`() async throws {
    let fast = try MetricExporter()
    fast.set("vllm:num_requests_waiting", 1)
    let slow = try ScriptedHTTPServer { _, _ in }
    defer {
      fast.stop()
      slow.stop()
    }
    let urls = "http://127.0.0.1:\(fast.port) \(slow.address)"
    try await withScraper("vllm-queue-depth", urls) { rounds, _ in
      try await eventually(within: .seconds(60)) { fast.scrapeCount >= 20 && rounds.count >= 10 }
      #expect(rounds.last?.readyReplicas == 1)
    }
  }

  @Test func `The system's resolver finds this machine, and says what it does not find`() async {
    let discovery = SystemDiscovery()
    let found = await withCheckedContinuation { done in
      discovery.lookUp("localhost") { done.resume(returning: $0) }
    }
    #expect((try? found.get())?.contains { $0 == "127.0.0.1" || $0 == "::1" } == true)
    let missing = await withCheckedContinuation { done in
      discovery.lookUp("no-such-name.invalid") { done.resume(returning: $0) }
    }
    guard case .failure = missing else {
      Issue.record("\(missing)")
      return
    }
  }

  @Test func `Each pod of a dual-stack Service counts once`() {
    #expect(
      SystemDiscovery.oneFamily(of: ["10.0.0.1", "10.0.0.2", "fd00::1", "fd00::2"])
        == ["10.0.0.1", "10.0.0.2"])
    #expect(SystemDiscovery.oneFamily(of: ["fd00::1", "fd00::2"]) == ["fd00::1", "fd00::2"])
    #expect(SystemDiscovery.oneFamily(of: []) == [])
  }
}
