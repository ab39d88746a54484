import ClusterState
import DecisionLoop
import Testing

@Suite struct ColdStartTests {
  @Test func `10, 20, … 100 s have a p50 of 50 and a p90 of 90`() {
    var coldStarts = ColdStarts()
    #expect(coldStarts.percentiles == nil)
    for number in (1...10).reversed() {
      coldStarts.record(pod: "pod-\(number)", made: Double(number), seconds: Double(number) * 10)
    }
    #expect(coldStarts.percentiles == .init(p50: 50, p90: 90, count: 10))
  }

  @Test func `a pod keeps its first time: becoming ready again is no cold start`() {
    var coldStarts = ColdStarts()
    coldStarts.record(pod: "a", made: 0, seconds: 40)
    coldStarts.record(pod: "a", made: 0, seconds: 4000)
    #expect(coldStarts.percentiles == .init(p50: 40, p90: 40, count: 1))
  }

  @Test func `a declared cold start is contradicted by three replicas that take much longer`() {
    var coldStarts = ColdStarts()
    for (pod, seconds) in [("a", 95.0), ("b", 110)] {
      coldStarts.record(pod: pod, made: 0, seconds: seconds)
    }
    #expect(coldStarts.percentiles?.objection(toDeclared: 60) == nil)
    coldStarts.record(pod: "c", made: 0, seconds: 120)
    #expect(
      coldStarts.percentiles?.objection(toDeclared: 60)
        == "coldStart is declared as 60 s, but half of the last 3 replicas took 110 s and nine in "
        + "ten 120 s; write \"coldStart: auto\", or what they take")
    #expect(coldStarts.percentiles?.objection(toDeclared: 100) == nil)
    #expect(coldStarts.percentiles?.objection(toDeclared: 300) != nil)
  }

  @Test func `the oldest pods leave first`() {
    var coldStarts = ColdStarts()
    for number in 0..<(ColdStarts.limit + 50) {
      coldStarts.record(pod: "\(number)", made: Double(number), seconds: number < 50 ? 900 : 30)
    }
    #expect(coldStarts.percentiles == .init(p50: 30, p90: 30, count: ColdStarts.limit))
  }
}
