import PrometheusFormat
import Synchronization
import Testing
import TriggerConfiguration

@testable import MetricCollection

/// Which pages are read, for whom, and what counts as ready, under a clock of the test's own.
struct ScrapeGroupTests {
  private struct Bench {
    var group: ScrapeGroup
    var names: [String: ResolvedName] = [:]
    var now = ContinuousClock.now
    /// What each page says, by address without scheme and path; one that is missing does not answer.
    var pages: [String: [(String, Double)]] = [:]

    init(_ triggers: String) throws {
      let spec = try TriggerSpec(metadata: ["triggers": triggers])
      let queries = try TriggerQueries(spec, namespace: "n", sources: .unrestricted)
      group = ScrapeGroup(
        plan: queries.scrapes, timeout: .milliseconds(900), staleAfter: .seconds(30), now: now,
        onRound: { _ in })
    }

    mutating func resolve(_ host: String, _ addresses: [String]) {
      var name = ResolvedName(nextDue: now)
      name.take(.success(addresses), host: host, now: now)
      names[host] = name
    }

    func result(of address: String) -> Result<[ExpositionSample], CollectionFailure> {
      let place = String(address.dropFirst(7).prefix { $0 != "/" })
      guard let page = pages[place], let wanted = group.replicas[address]?.wanted else {
        return .failure(CollectionFailure(.timeout, "no whole answer"))
      }
      let text = page.map { "\($0.0) \($0.1)\n" }.joined()
      return Result {
        try ExpositionParser.samples(of: Array(text.utf8), wanted: wanted, format: .text)
      }.mapError { CollectionFailure(.unusableAnswer, "\($0)") }
    }

    /// A round a second later.
    mutating func round() -> ScrapedAnswers {
      now += .seconds(1)
      group.follow(names)
      for address in group.begin() {
        _ = group.finish(address, result(of: address), now: now)
      }
      return group.close(names, now: now)
    }
  }

  private func total(_ answer: CollectedAnswer) -> Double? {
    guard case .vector(let samples)? = answer.answer?.result else { return nil }
    return samples.reduce(0) { $0 + $1.value }
  }

  private static let waiting = "vllm:num_requests_waiting"
  private static let running = "vllm:num_requests_running"
  private static let addresses = (1...5).map { "10.0.0.\($0)" }

  @Test func `A page that has answered is ready for as long as a name leads to it`()
    throws
  {
    var bench = try Bench("- {preset: vllm-queue-depth, threshold: 5, endpoints: 'dns://a:80'}")
    bench.resolve("a", Self.addresses)
    for address in Self.addresses.prefix(4) { bench.pages["\(address):80"] = [(Self.waiting, 20)] }
    #expect(bench.round().readyReplicas == 4, "one has not answered yet")
    for address in Self.addresses.prefix(3) { bench.pages["\(address):80"] = nil }
    var last = bench.round()
    for _ in 0..<60 { last = bench.round() }
    #expect(total(last.answers[0]) == 20, "three are too old to be counted")
    #expect(last.readyReplicas == 4)
    bench.resolve("a", Array(Self.addresses.dropFirst(2)))
    #expect(bench.round().readyReplicas == 2, "the name leads to two of them no more")
  }

  @Test func `A page whose address is written out is ready while it answers`() throws {
    var bench = try Bench(
      "- {preset: vllm-queue-depth, threshold: 5, endpoints: 'http://10.0.0.1 http://10.0.0.2'}")
    for place in ["10.0.0.1", "10.0.0.2"] { bench.pages[place] = [(Self.waiting, 20)] }
    #expect(bench.round().readyReplicas == 2)
    bench.pages["10.0.0.2"] = nil
    var last = bench.round()
    for _ in 0..<60 { last = bench.round() }
    #expect(last.readyReplicas == 1)
  }

  @Test func `Two names that come to lead to a pod one after the other both count it`() throws {
    var bench = try Bench(
      """
      - {preset: vllm-queue-depth, threshold: 5, endpoints: 'dns://a:80'}
      - {preset: vllm-running, threshold: 5, endpoints: 'dns://b:80'}
      """)
    for address in Self.addresses {
      bench.pages["\(address):80"] = [(Self.waiting, 20), (Self.running, 3)]
    }
    bench.resolve("a", Array(Self.addresses.prefix(4)))
    bench.resolve("b", Array(Self.addresses.prefix(2)))
    #expect(bench.round().answers.map(total) == [80, 6])
    bench.resolve("b", Array(Self.addresses.prefix(4)))
    #expect(bench.round().answers.map(total) == [80, 12])
    bench.resolve("a", Array(Self.addresses.prefix(1)))
    #expect(bench.round().answers.map(total) == [20, 12])
  }

  @Test func `A page that is on its way for one name is read for both with a later round`() throws {
    var bench = try Bench(
      """
      - {preset: vllm-queue-depth, threshold: 5, endpoints: 'dns://a:80'}
      - {preset: vllm-request-rate, threshold: 5, endpoints: 'dns://b:80'}
      """)
    let counter = "vllm:request_success_total"
    bench.pages["10.0.0.1:80"] = [(Self.waiting, 20), (counter, 1000)]
    bench.resolve("a", ["10.0.0.1"])
    bench.resolve("b", [])
    bench.group.follow(bench.names)
    let address = try #require(bench.group.begin().first)
    let late = bench.result(of: address)
    bench.resolve("b", ["10.0.0.1"])
    bench.group.follow(bench.names)
    _ = bench.group.finish(address, late, now: bench.now)
    // The counter's past is no growth.
    for _ in 0..<3 { _ = bench.round() }
    #expect(bench.round().answers.map(total) == [20, 0])
  }

  @Test func `Counters of a name go on when another comes to lead to the same pod`() throws {
    var bench = try Bench(
      """
      - {preset: vllm-request-rate, threshold: 5, endpoints: 'dns://a:80'}
      - {preset: vllm-queue-depth, threshold: 5, endpoints: 'dns://b:80'}
      """)
    bench.resolve("a", ["10.0.0.1"])
    bench.resolve("b", [])
    for second in 0..<10 {
      if second == 5 { bench.resolve("b", ["10.0.0.1"]) }
      bench.pages["10.0.0.1:80"] = [
        (Self.waiting, 7), ("vllm:request_success_total", Double(10 * second)),
      ]
      let rates = bench.round().answers.map(total)
      if second > 0 { #expect(rates[0] == 10, "second \(second)") }
      if second >= 5 { #expect(rates[1] == 7, "second \(second)") }
    }
  }
}
