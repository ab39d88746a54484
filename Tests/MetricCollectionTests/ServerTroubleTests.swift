import PrometheusFormat
import Testing

@testable import MetricCollection

/// A query that fails is its own trouble for as long as the server answers others.
struct ServerTroubleTests {
  /// How many rounds of a group had an answer of that very round, and none of another's failure.
  private func answered(_ bench: CollectionBench, _ name: String) -> Int {
    bench.rounds.of(name).count { $0.answers[0].failure == nil && $0.answers[0].answer != nil }
  }

  @Test func `A query that is never answered keeps none from being asked that comes later`() throws
  {
    for phase in 0..<10 {
      var bench = CollectionBench()
      _ = try bench.add("heavy", ["heavy"])
      bench.pass(.seconds(6) + .milliseconds(100 * phase)) { _ in tooSlow }
      #expect(bench.reports.count == 2, "the query's trouble, then the server's")
      _ = try bench.add("light", ["light"])
      bench.pass(.seconds(10)) { $0 == "heavy" ? tooSlow : value(1) }
      #expect(answered(bench, "light") == bench.rounds.of("light").count, "phase \(phase)")
      #expect(bench.rounds.of("light").count >= 10)
    }
  }

  @Test func `However many queries fail, those that are answered are asked every interval`() throws
  {
    var bench = CollectionBench()
    for index in 0..<8 { _ = try bench.add("heavy \(index)", ["heavy \(index)"]) }
    _ = try bench.add("light", ["light"])
    bench.finish("light", value(1))
    bench.pass(.seconds(20)) { $0 == "light" ? value(1) : tooSlow }
    #expect(bench.started.count { $0.expression == "light" } >= 20)
    #expect(answered(bench, "light") == bench.rounds.of("light").count)
    // One line for each that fails; the server is in no trouble.
    #expect(bench.reports.count == 8)
  }

  @Test func `Probes go to the query asked longest ago`() throws {
    var bench = CollectionBench()
    let all = (0..<5).map { "q\($0)" }
    for name in all { _ = try bench.add(name, [name]) }
    bench.pass(.seconds(4)) { _ in tooSlow }
    let before = bench.started.count
    bench.pass(.seconds(20)) { _ in tooSlow }
    let probes = bench.started.dropFirst(before).map(\.expression)
    #expect((18...21).contains(probes.count))
    for start in probes.indices.dropLast(4) {
      #expect(Set(probes[start..<start + 5]) == Set(all), "\(probes)")
    }
  }

  @Test func `A query that was never asked is asked once of a server in trouble`() throws {
    var bench = CollectionBench()
    for index in 0..<3 { _ = try bench.add("old \(index)", ["old \(index)"]) }
    bench.pass(.seconds(5)) { _ in refused }
    _ = try bench.add("new", ["new"])
    #expect(bench.started.last?.expression == "new")
    bench.finish("new", refused)
    let before = bench.started.count
    bench.pass(.milliseconds(800)) { _ in refused }
    #expect(bench.started.dropFirst(before).count { $0.expression == "new" } == 0)
  }

  @Test func `A server that asks to be left alone is not asked for newcomers either`() throws {
    var bench = CollectionBench()
    _ = try bench.add("g", ["q"])
    bench.finish(
      "q", .failure(CollectionFailure(.throttled, "HTTP 429", retryAfterSeconds: 5)))
    _ = try bench.add("new", ["new"])
    #expect(bench.started.map(\.expression) == ["q"])
  }
}
