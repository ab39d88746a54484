import CurlClient
import PrometheusFormat
import Testing

@testable import MetricCollection

@Suite("What is due, and who is told")
struct CollectionStateTests {
  @Test("groups that share a query make one request per interval and are all told once")
  func sharesQueries() throws {
    var bench = CollectionBench()
    for index in 0..<100 { _ = try bench.add("g\(index)", ["up"]) }
    #expect(bench.started.count == 1)
    bench.finish("up", value(1))
    for index in 0..<100 { #expect(bench.rounds.of("g\(index)").count == 1) }
    bench.pass(.seconds(10)) { _ in value(2) }
    #expect((10...11).contains(bench.started.count))
    #expect(bench.rounds.of("g7").count == bench.started.count)
    #expect(bench.rounds.of("g7").map(\.number) == Array(1...UInt64(bench.started.count)))
  }

  @Test("a round is complete when its last query is over, and knows all answers")
  func completesRound() throws {
    var bench = CollectionBench()
    _ = try bench.add("g", ["a", "b"])
    bench.finish("a", value(1))
    #expect(bench.rounds.of("g").isEmpty)
    bench.finish("b", badQuery)
    let round = try #require(bench.rounds.of("g").first)
    #expect(round.answers[0].answer != nil)
    #expect(round.answers[0].answeredAt == bench.now)
    #expect(round.answers[1].answer == nil)
    #expect(round.answers[1].failure?.reason == "parse error")
    #expect(round.answers[1].consecutiveFailures == 1)
  }

  @Test("a group whose queries are all known is told at once, and not told twice by the next slot")
  func tellsAtOnce() throws {
    var bench = CollectionBench()
    _ = try bench.add("first", ["a"])
    bench.pass(.milliseconds(2300)) { _ in value(1) }
    _ = try bench.add("second", ["a"])
    #expect(bench.rounds.of("second").count == 1)
    bench.pass(.seconds(3)) { _ in value(1) }
    #expect((3...4).contains(bench.rounds.of("second").count))
  }

  @Test("many groups' queries start spread over the interval, each group's together")
  func spreads() throws {
    var bench = CollectionBench()
    for index in 0..<500 { _ = try bench.add("g\(index)", ["a\(index)", "b\(index)"]) }
    #expect(bench.started.count == 1000)
    bench.pass(.seconds(3)) { _ in value(1) }
    let lastSecond = bench.started.filter { $0.at > .seconds(2) }
    #expect(lastSecond.count == 1000)
    let instants = Dictionary(grouping: lastSecond, by: \.at).mapValues(\.count)
    #expect(instants.count == 50)
    #expect(instants.values.allSatisfy { $0 == 20 })
    let whenA = lastSecond.first { $0.expression == "a77" }?.at
    #expect(whenA == lastSecond.first { $0.expression == "b77" }?.at)
  }

  @Test("a query that still runs is not started again, and does not hold its group up")
  func neverOverlaps() throws {
    var bench = CollectionBench()
    _ = try bench.add("g", ["slow", "fast"], timeout: .seconds(5))
    bench.pass(.seconds(4)) { $0 == "fast" ? value(1) : nil }
    #expect(bench.started.filter { $0.expression == "slow" }.count == 1)
    #expect((3...5).contains(bench.rounds.of("g").count))
    #expect(bench.state.counters.skippedStillRunning >= 3)
    bench.finish("slow", value(9))
    bench.pass(.seconds(1)) { _ in value(1) }
    #expect(bench.rounds.of("g").last?.answers[0].answer != nil)
  }

  @Test("a suspended program does not catch up")
  func doesNotCatchUp() throws {
    var bench = CollectionBench()
    for index in 0..<50 { _ = try bench.add("g\(index)", ["q\(index)"]) }
    bench.pass(.seconds(2)) { _ in value(1) }
    let before = bench.started.count
    bench.now += .seconds(3600)
    bench.carryOut(bench.state.tick(now: bench.now))
    #expect(bench.started.count - before <= 26)
    bench.pass(.milliseconds(1000)) { _ in value(1) }
    #expect(bench.started.count - before <= 76)
    #expect(bench.rounds.of("g3").last.map { bench.now - $0.completedAt < .seconds(1) } == true)
  }

  @Test("a dead server is probed once per interval, told once, and found again within two seconds")
  func probes() throws {
    var bench = CollectionBench()
    for index in 0..<100 { _ = try bench.add("g\(index)", ["q\(index)"], server: "http://dead") }
    _ = try bench.add("other", ["fine"], server: "http://alive")
    let dead: (String) -> CollectionOutcome? = { $0 == "fine" ? value(1) : refused }
    bench.pass(.seconds(3), answering: dead)
    let before = bench.started.count
    bench.pass(.seconds(10), answering: dead)
    // Ten of the living server's and about eleven probes.
    #expect((18...24).contains(bench.started.count - before))
    #expect(
      bench.reports == [
        .serverInTrouble("http://dead:80", CollectionFailure(.unreachable, "refused"))
      ])
    #expect(bench.rounds.of("other").count >= 12)
    let round = try #require(bench.rounds.of("g50").last)
    #expect(round.answers[0].failure?.reason == "refused")
    #expect(round.answers[0].consecutiveFailures >= 10)
    bench.pass(.seconds(2)) { _ in value(1) }
    #expect(bench.reports.last == .serverRecovered("http://dead:80"))
    #expect(bench.reports.count == 2)
    for index in 0..<100 {
      #expect(bench.rounds.of("g\(index)").last?.answers[0].failure == nil, "g\(index)")
    }
  }

  @Test("Retry-After is kept to, with an end")
  func restsAsAsked() throws {
    var bench = CollectionBench()
    _ = try bench.add("g", ["q"])
    let busy = CollectionOutcome.failure(
      CollectionFailure(.throttled, "HTTP 429", retryAfterSeconds: 3600))
    bench.finish("q", busy)
    bench.pass(.milliseconds(4900)) { _ in value(1) }
    #expect(bench.started.count == 1)
    #expect(bench.rounds.of("g").count >= 4)
    bench.pass(.milliseconds(2500)) { _ in value(1) }
    #expect(bench.started.count >= 2)
    #expect(bench.rounds.of("g").last?.answers[0].failure == nil)
  }

  @Test("one heavy query's timeouts are its own trouble, told once each way")
  func keepsHeavyQueryApart() throws {
    var bench = CollectionBench()
    for index in 0..<10 { _ = try bench.add("g\(index)", ["q\(index)"]) }
    bench.pass(.seconds(20)) { $0 == "q0" ? tooSlow : value(1) }
    #expect(bench.started.count >= 190)
    #expect(bench.reports.count == 1)
    bench.pass(.seconds(3)) { _ in value(1) }
    #expect(bench.reports.count == 2)
    guard case .queryRecovered(let target) = bench.reports.last else {
      Issue.record("\(bench.reports)")
      return
    }
    #expect(target.expression == "q0")
  }

  @Test("removed groups are not told, and their queries are not asked")
  func removes() throws {
    var bench = CollectionBench()
    let one = try bench.add("one", ["a", "shared"])
    let two = try bench.add("two", ["shared"])
    bench.state.remove(one)
    bench.finish("a", value(1))
    bench.finish("shared", value(1))
    #expect(bench.rounds.of("one").isEmpty)
    #expect(bench.rounds.of("two").count == 1)
    #expect(bench.state.queries.count == 1)
    bench.state.remove(two)
    bench.state.remove(two)
    #expect(bench.state.queries.isEmpty)
    #expect(bench.state.servers.isEmpty)
    #expect(bench.state.nextDue == nil)
    #expect(bench.state.slots.allSatisfy { $0.groups.isEmpty && $0.queries.isEmpty })
  }

  @Test("limits are refused in words")
  func limits() throws {
    var bench = CollectionBench { $0.queryLimit = 2 }
    _ = try bench.add("g", ["a", "b"])
    #expect(throws: CollectionRefusal.tooManyQueries(limit: 2)) { try bench.add("h", ["c"]) }
    #expect(throws: CollectionRefusal.tooManyQueriesInGroup(limit: 64)) {
      try bench.add("i", (0..<65).map { "\($0)" })
    }
    _ = try bench.add("j", ["a", "a"])
  }
}

@Suite("What is asked")
struct QueryTargetTests {
  @Test("the query goes below the base address, encoded, with our deadline")
  func buildsAddress() throws {
    let target = QueryTarget(
      source: QuerySource(address: try HTTPURL("http://h:9090/prom/?tenant=x"), peers: .any),
      expression: "sum(a{b=\"ü\"})")
    let request = try target.request(defaultTimeout: .milliseconds(900))
    #expect(
      request.url.absoluteString
        == "http://h:9090/prom/api/v1/query?tenant=x&query=sum%28a%7Bb%3D%22%C3%BC%22%7D%29"
        + "&timeout=900ms")
    #expect(request.method == .get)
    #expect(request.timeout == .milliseconds(900))
  }

  @Test("a long expression is sent as a form")
  func postsLongExpressions() throws {
    let target = QueryTarget(
      source: QuerySource(address: try HTTPURL("http://h"), peers: .any),
      expression: String(repeating: "a", count: 3000),
      timeout: .seconds(5))
    let request = try target.request(defaultTimeout: .milliseconds(900))
    #expect(request.method == .post)
    #expect(request.url.absoluteString == "http://h/api/v1/query")
    #expect(String(decoding: request.body, as: UTF8.self).hasSuffix("aaa&timeout=5000ms"))
  }
}
