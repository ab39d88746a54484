import ClusterState
import DecisionLoop
import Testing

@Suite struct ColdStartTests {
  @Test func `10, 20, … 100 s have a p50 of 50 and a p90 of 90`() {
    var coldStarts = ColdStarts()
    #expect(coldStarts.percentiles == nil)
    for number in (1...10).reversed() {
      coldStarts.record(
        pod: "pod-\(number)", made: Double(number), seconds: Double(number) * 10, isWitnessed: true)
    }
    #expect(coldStarts.percentiles == .init(p50: 50, p90: 90, count: 10))
  }

  @Test func `a pod keeps its first time: becoming ready again is no cold start`() {
    var coldStarts = ColdStarts()
    coldStarts.record(pod: "a", made: 0, seconds: 40, isWitnessed: true)
    coldStarts.record(pod: "a", made: 0, seconds: 4000, isWitnessed: true)
    #expect(coldStarts.percentiles == .init(p50: 40, p90: 40, count: 1))
  }

  @Test func `a declared cold start is contradicted by three replicas that take much longer`() {
    var coldStarts = ColdStarts()
    for (pod, seconds) in [("a", 95.0), ("b", 110)] {
      coldStarts.record(pod: pod, made: 0, seconds: seconds, isWitnessed: true)
    }
    #expect(coldStarts.percentiles?.objection(toDeclared: 60) == nil)
    coldStarts.record(pod: "c", made: 0, seconds: 120, isWitnessed: true)
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
      coldStarts.record(
        pod: "\(number)", made: Double(number), seconds: number < 50 ? 900 : 30, isWitnessed: true)
    }
    #expect(coldStarts.percentiles == .init(p50: 30, p90: 30, count: ColdStarts.limit))
  }

  /// What is believed of pods that were not followed, and of those that were.
  private func percentiles(
    unfollowed: [Double], followed: [Double] = []
  ) -> ClusterReading.Percentiles? {
    var coldStarts = ColdStarts()
    for (number, seconds) in (unfollowed + followed).enumerated() {
      coldStarts.record(
        pod: "\(number)", made: Double(number), seconds: seconds,
        isWitnessed: number >= unfollowed.count)
    }
    return coldStarts.percentiles
  }

  @Test func `what a probe that failed makes of a pod's age is not believed`() {
    let flapped = [40.0, 40, 40, 28_800, 28_800, 28_800, 28_800, 28_800]
    #expect(percentiles(unfollowed: flapped) == .init(p50: 40, p90: 40, count: 3))
    #expect(percentiles(unfollowed: [40, 200, 201]) == .init(p50: 40, p90: 200, count: 2))
    #expect(
      percentiles(unfollowed: [900, 28_800], followed: [50]) == .init(p50: 50, p90: 50, count: 1))
    // A second and a minute are both short.
    #expect(percentiles(unfollowed: [1, 60]) == .init(p50: 1, p90: 60, count: 2))
  }

  @Test func `of one pod, or of pods that were all unready once, half an hour is believed`() {
    #expect(percentiles(unfollowed: [1800]) == .init(p50: 1800, p90: 1800, count: 1))
    #expect(percentiles(unfollowed: [28_800]) == nil)
    #expect(percentiles(unfollowed: [28_800, 28_900, 29_000]) == nil)
  }

  @Test func `what was followed from the beginning is believed however long it took`() {
    #expect(
      percentiles(unfollowed: [40], followed: [7200, 7200])
        == .init(p50: 7200, p90: 7200, count: 3))
  }
}
