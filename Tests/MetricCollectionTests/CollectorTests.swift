import CurlClient
import Logging
import MetricCollection
import PrometheusFormat
import Synchronization
import TestSupport
import Testing

/// A collector that runs while `body` does, and what it told.
func withCollector(
  interval: Duration = .milliseconds(200), names: HTTPNameTable? = nil,
  _ body: (Collector, RecordedLog) async throws -> Void
) async throws {
  let client = try HTTPClient(names: names)
  let log = RecordedLog()
  var settings = CollectorSettings()
  settings.interval = interval
  let collector = Collector(client: client, settings: settings, logger: log.logger)
  let run = Task { await collector.run() }
  do {
    try await body(collector, log)
  } catch {
    run.cancel()
    await client.shutdown()
    throw error
  }
  run.cancel()
  await run.value
  await client.shutdown()
}

/// Log lines kept for looking at.
final class RecordedLog: Sendable {
  private let kept = Mutex<[String]>([])
  var lines: [String] { kept.withLock { $0 } }

  var logger: Logger { Logger(label: "test") { _ in Handler(log: self) } }

  private struct Handler: LogHandler {
    let log: RecordedLog
    var metadata: Logger.Metadata = [:]
    var logLevel = Logger.Level.debug
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
      get { metadata[key] }
      set { metadata[key] = newValue }
    }
    func log(event: LogEvent) {
      let more = (event.metadata ?? [:]).sorted { $0.key < $1.key }
      let text = more.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
      log.kept.withLock { $0.append("\(event.level) \(event.message) \(text)") }
    }
  }
}

/// The rounds a group was told.
final class ToldRounds: Sendable {
  private let kept = Mutex<[CollectionRound]>([])
  var all: [CollectionRound] { kept.withLock { $0 } }
  var last: CollectionRound? { kept.withLock { $0.last } }

  func group(_ address: String, _ expressions: [String], timeout: Duration? = nil) throws
    -> CollectionGroup
  {
    group(
      QuerySource(address: try HTTPURL(address), peers: .any), expressions, timeout: timeout)
  }

  func group(_ source: QuerySource, _ expressions: [String], timeout: Duration? = nil)
    -> CollectionGroup
  {
    CollectionGroup(
      queries: expressions.map {
        QueryTarget(source: source, expression: $0, timeout: timeout)
      }, onRound: { round in self.kept.withLock { $0.append(round) } })
  }
}

extension CollectedAnswer {
  /// The first number of the answer.
  var firstValue: Double? {
    switch answer?.result {
    case .scalar(let point): point.value
    case .vector(let samples): samples.first?.value
    default: nil
    }
  }
}

private let one = #"{"status":"success","data":{"resultType":"scalar","result":[0,"1"]}}"#

@Suite("The collector", .timeLimit(.minutes(1)))
struct CollectorTests {
  @Test("fifty groups that share a query cost the server one request per interval")
  func sharesRequests() async throws {
    let count = Atomic<Int>(0)
    let server = try ScriptedHTTPServer { _, connection in
      count.add(1, ordering: .relaxed)
      connection.answer(text: one)
    }
    defer { server.stop() }
    try await withCollector { collector, _ in
      let all = (0..<50).map { _ in ToldRounds() }
      for rounds in all { _ = try collector.add(rounds.group(server.address, ["up"])) }
      try await eventually { all.allSatisfy { $0.all.count >= 6 } }
      let most = all.map(\.all.count).max() ?? 0
      #expect(count.load(ordering: .relaxed) <= most + 1)
      #expect(collector.counters.queries == 1)
    }
  }

  @Test("each kind of bad answer has its reason in words, and is logged once")
  func namesReasons() async throws {
    let server = try ScriptedHTTPServer { request, connection in
      switch request.target {
      case let target where target.contains("parse"):
        connection.answer(
          status: 400,
          text: #"{"status":"error","errorType":"bad_data","error":"parse error: no good"}"#)
      case let target where target.contains("unauthorized"):
        connection.answer(status: 401, text: "go away")
      case let target where target.contains("html"):
        connection.answer(headers: ["Content-Type: text/html"], text: "<html>login</html>")
      case let target where target.contains("truncated"):
        connection.answer(text: String(one.dropLast(5)))
      case let target where target.contains("matrix"):
        connection.answer(
          text: #"{"status":"success","data":{"resultType":"matrix","result":[]}}"#)
      case let target where target.contains("huge"):
        connection.answer(body: Array(repeating: 32, count: 10 << 20))
      case let target where target.contains("redirect"):
        connection.answer(status: 302, headers: ["Location: http://elsewhere/"], text: "")
      case let target where target.contains("broken"): connection.answer(status: 500, text: "oops")
      default: connection.answer(text: one)
      }
    }
    defer { server.stop() }
    let expected = [
      "parse": "HTTP 400, bad_data: parse error: no good",
      "unauthorized": "HTTP 401, the server wants other credentials; check the profile",
      "html": "(it is a web page: a login, or not a Prometheus?)",
      "truncated": "at byte 63 expected",
      "matrix": "wrap it, for example in avg_over_time",
      "huge": "is longer than 8388608 bytes; aggregate in the query",
      "redirect": "HTTP 302, the server redirects; give the final address",
      "broken": "HTTP 500, the server gave no reason",
    ]
    try await withCollector { collector, log in
      let rounds = ToldRounds()
      let names = expected.keys.sorted() + ["fine"]
      let address = server.address.replacing("http://", with: "http://user:secret@")
      _ = try collector.add(rounds.group(address, names))
      try await eventually { rounds.all.count >= 4 }
      let answers = try #require(rounds.last?.answers)
      for (name, answer) in zip(names, answers) {
        let reason = answer.failure?.reason ?? "none"
        #expect(
          expected[name].map { reason.contains($0) } ?? (reason == "none"), "\(name): \(reason)")
      }
      #expect(answers.last?.firstValue == 1)
      #expect(log.lines.count == expected.count)
      #expect(!log.lines.contains { $0.contains("secret") })
    }
  }

  @Test("a server that never answers neither piles up requests nor delays another's rounds")
  func isolatesServers() async throws {
    let hung = Atomic<Int>(0)
    let dead = try ScriptedHTTPServer { _, connection in
      hung.add(1, ordering: .relaxed)
      connection.waitUntilClosed()
    }
    let alive = try ScriptedHTTPServer { _, connection in connection.answer(text: one) }
    defer {
      dead.stop()
      alive.stop()
    }
    try await withCollector { collector, log in
      let stuck = ToldRounds()
      let patient = ToldRounds()
      let fine = ToldRounds()
      _ = try collector.add(stuck.group(dead.address, (0..<40).map { "q\($0)" }))
      _ = try collector.add(patient.group(dead.address, ["slow"], timeout: .seconds(30)))
      _ = try collector.add(fine.group(alive.address, ["up"]))
      try await eventually { fine.all.count >= 10 && stuck.all.count >= 5 }
      let instants = fine.all.map(\.completedAt)
      let gaps = zip(instants, instants.dropFirst()).map { $1 - $0 }
      #expect(gaps.dropFirst().allSatisfy { $0 < .milliseconds(400) }, "\(gaps)")
      #expect(stuck.last?.answers.first?.failure?.kind == .timeout)
      #expect(collector.counters.inFlight <= 41)
      #expect(log.lines.filter { $0.contains("a source does not answer") }.count == 1)
    }
  }

  @Test("the end of the client says nothing of the sources: nothing is logged, no round is told")
  func endsQuietly() async throws {
    let asked = Atomic<Int>(0)
    let server = try ScriptedHTTPServer { _, connection in
      asked.add(1, ordering: .relaxed)
      connection.waitUntilClosed()
    }
    defer { server.stop() }
    let client = try HTTPClient()
    let log = RecordedLog()
    let collector = Collector(client: client, logger: log.logger)
    let rounds = ToldRounds()
    let names = (0..<10).map { "q\($0)" }
    _ = try collector.add(rounds.group(server.address, names, timeout: .seconds(30)))
    try await eventually { asked.load(ordering: .relaxed) == names.count }
    await client.shutdown()
    #expect(log.lines == [])
    #expect(rounds.all.isEmpty)
  }

  @Test("against a real Prometheus: values follow, its end and its return are told once each way")
  func followsRealPrometheus() async throws {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    exporter.set("queue_depth{service=\"llm\"}", 7)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    try await withCollector(interval: .seconds(1)) { collector, log in
      let rounds = ToldRounds()
      _ = try collector.add(
        rounds.group(
          prometheus.address, ["sum(queue_depth{service=\"llm\"})", "queue_depth", "up["]))
      try await eventually { rounds.last?.answers[0].firstValue == 7 }
      #expect(rounds.last?.answers[1].answer.map(labels)?["service"] == "llm")
      #expect(rounds.last?.answers[2].failure?.reason.contains("parse error") == true)

      let changedAt = ContinuousClock.now
      exporter.set("queue_depth{service=\"llm\"}", 1000)
      try await eventually { rounds.last?.answers[0].firstValue == 1000 }
      #expect(ContinuousClock.now - changedAt < .milliseconds(2200))

      prometheus.stop()
      try await eventually { (rounds.last?.answers[0].consecutiveFailures ?? 0) >= 4 }
      #expect(rounds.last?.answers[0].failure?.kind == .unreachable)
      #expect(rounds.last?.answers[0].firstValue == 1000)
      try await prometheus.start()
      let backAt = ContinuousClock.now
      try await eventually { rounds.last?.answers[0].failure == nil }
      #expect(ContinuousClock.now - backAt < .milliseconds(2200))
      // The wrong query is told of when first asked, and its server is not its fault.
      #expect(
        log.lines.map { $0.prefix(32) }.sorted() == [
          "notice the source answers again ", "warning a query has no answer qu",
          "warning a source does not answer",
        ])
    }
  }

  private func labels(_ answer: QueryAnswer) -> Labels {
    if case .vector(let samples) = answer.result, let first = samples.first { return first.labels }
    return .none
  }
}
