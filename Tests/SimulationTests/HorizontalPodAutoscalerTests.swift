import Simulation
import Testing

/// The autoscaler against examples worked by hand from Kubernetes' documentation.
@Suite struct HorizontalPodAutoscalerTests {
  private typealias Autoscaler = HorizontalPodAutoscaler

  /// Counts after syncs every `period` seconds of an autoscaler that is asked for `wanted`.
  private func counts(
    _ behavior: Autoscaler.Behavior, from start: Int, wanted: [Int], min: Int = 1, max: Int = 100,
    period: Double = 15
  ) -> [Int] {
    var autoscaler = Autoscaler(minReplicas: min, maxReplicas: max, behavior: behavior)
    var current = start
    return wanted.enumerated().map { index, value in
      current = autoscaler.sync(
        at: Double(index) * period,
        metrics: [.init(value: Double(value), target: .averageValue(1))], current: current,
        ready: current)
      return current
    }
  }

  private func once(
    _ metrics: [Autoscaler.Metric], current: Int, ready: Int? = nil,
    behavior: Autoscaler.Behavior = .recommended()
  ) -> Int {
    var autoscaler = Autoscaler(minReplicas: 1, maxReplicas: 100, behavior: behavior)
    return autoscaler.sync(at: 0, metrics: metrics, current: current, ready: ready ?? current)
  }

  @Test func `twice the target value doubles the ready replicas, half of it halves them`() {
    #expect(once([.init(value: 200, target: .value(100))], current: 3) == 6)
    #expect(once([.init(value: 50, target: .value(100))], current: 6) == 3)
  }

  @Test func `Value multiplies the ready replicas, AverageValue divides the total`() {
    #expect(once([.init(value: 200, target: .value(100))], current: 10, ready: 4) == 8)
    #expect(once([.init(value: 200, target: .averageValue(25))], current: 10, ready: 4) == 8)
  }

  @Test func `desired counts are rounded up`() {
    #expect(once([.init(value: 61, target: .averageValue(20))], current: 1) == 4)
    #expect(once([.init(value: 143, target: .value(70))], current: 3) == 7)
  }

  @Test func `a ratio of 0.9 to 1.1 changes nothing`() {
    #expect(once([.init(value: 11, target: .averageValue(1))], current: 10) == 10)
    #expect(once([.init(value: 11.1, target: .averageValue(1))], current: 10) == 12)
    #expect(once([.init(value: 9, target: .averageValue(1))], current: 10) == 10)
    #expect(once([.init(value: 8.9, target: .averageValue(1))], current: 10) == 9)
  }

  @Test func `each direction has a tolerance of its own`() {
    var behavior = Autoscaler.Behavior.recommended()
    behavior.scaleUp.tolerance = 0.05
    #expect(once([.init(value: 106, target: .value(100))], current: 10, behavior: behavior) == 11)
    #expect(once([.init(value: 104, target: .value(100))], current: 10, behavior: behavior) == 10)
    #expect(once([.init(value: 92, target: .value(100))], current: 10, behavior: behavior) == 10)
    #expect(once([.init(value: 89, target: .value(100))], current: 10, behavior: behavior) == 9)
  }

  @Test func `tolerance 0 follows 20 to 21`() {
    let metric = Autoscaler.Metric(value: 21, target: .averageValue(1))
    #expect(once([metric], current: 20) == 20)
    #expect(once([metric], current: 20, behavior: .recommended(tolerance: 0)) == 21)
  }

  @Test func `values are cut off to milli-units`() {
    let behavior = Autoscaler.Behavior.recommended(tolerance: 0)
    #expect(
      once([.init(value: 2.0009, target: .averageValue(1))], current: 5, behavior: behavior) == 2)
    #expect(once([.init(value: 0.0004, target: .averageValue(1))], current: 5) == 1)
  }

  @Test func `NaN, infinity and negative numbers silently become zero, as in KEDA`() {
    #expect(once([.init(value: .nan, target: .averageValue(1))], current: 5) == 1)
    #expect(once([.init(value: .infinity, target: .averageValue(1))], current: 5) == 1)
    #expect(once([.init(value: -3, target: .averageValue(1))], current: 5) == 1)
  }

  @Test func `an average as AverageValue never asks for more than two replicas`() {
    let behavior = Autoscaler.Behavior.filledIn
    var autoscaler = Autoscaler(minReplicas: 1, maxReplicas: 50, behavior: behavior)
    var current = 2
    for sync in 0..<40 {
      current = autoscaler.sync(
        at: Double(sync) * 15, metrics: [.init(value: 100, target: .averageValue(70))],
        current: current, ready: current)
    }
    #expect(current == 2)
  }

  @Test func `the largest of several metrics wins`() {
    let metrics: [Autoscaler.Metric] = [
      .init(value: 30, target: .averageValue(10)), .init(value: 8, target: .averageValue(1)),
    ]
    #expect(once(metrics, current: 2) == 8)
  }

  @Test func `a missing metric forbids scaling down but not up`() {
    let missing = Autoscaler.Metric(value: nil, target: .averageValue(1))
    #expect(once([missing, .init(value: 3, target: .averageValue(1))], current: 5) == 5)
    #expect(once([missing, .init(value: 9, target: .averageValue(1))], current: 5) == 9)
    #expect(once([missing], current: 5) == 5)
    #expect(once([], current: 5) == 5)
  }

  @Test func `at zero replicas the autoscaler is off`() {
    #expect(once([.init(value: 9, target: .averageValue(1))], current: 0) == 0)
  }

  @Test func `counts outside the bounds are brought inside without looking at metrics`() {
    let behavior = Autoscaler.Behavior.filledIn
    #expect(counts(behavior, from: 20, wanted: [20], max: 10) == [10])
    #expect(counts(behavior, from: 1, wanted: [1], min: 3) == [3])
  }

  @Test func `without a behaviour each sync may go to twice the count, or to 4`() {
    let wanted = Array(repeating: 50, count: 6)
    #expect(counts(.absent, from: 1, wanted: wanted) == [4, 8, 16, 32, 50, 50])
    #expect(counts(.absent, from: 3, wanted: [10, 10]) == [6, 10])
    // The highest wish of 300 s counts on the way up as well: 8 were wanted, 4 allowed.
    #expect(counts(.absent, from: 2, wanted: [8, 3]) == [4, 8])
    #expect(counts(.filledIn, from: 3, wanted: [12, 5]) == [7, 7])
  }

  @Test func `a behaviour that is filled in adds the larger of 4 pods and 100 percent per 15 s`() {
    let wanted = Array(repeating: 50, count: 6)
    #expect(
      counts(.filledIn, from: 1, wanted: wanted) == [5, 10, 20, 40, 50, 50])
    #expect(counts(.filledIn, from: 2, wanted: [10, 10]) == [6, 10])
  }

  @Test func `the recommended behaviour goes 2 to 20 to 50 to 2 in one step each`() {
    #expect(counts(.recommended(), from: 2, wanted: [20, 50, 2]) == [20, 50, 2])
  }

  @Test func `the default behaviour scales down to the highest wish of the last 300 s`() {
    let wanted = [10] + Array(repeating: 2, count: 22)
    let counts = counts(.filledIn, from: 10, wanted: wanted)
    #expect(self.counts(.absent, from: 10, wanted: wanted) == counts)
    // The wish for 10 at 0 s counts until 285 s; at 300 s it is 300 s old and counts no more.
    #expect(Array(counts[0...19]) == Array(repeating: 10, count: 20))
    #expect(counts[20] == 2)
  }

  @Test func `a scale-up window takes the lowest wish in it`() {
    var behavior = Autoscaler.Behavior.recommended()
    behavior.scaleUp.stabilizationWindowSeconds = 60
    // At 0 s the autoscaler remembers the 4 it starts from; it counts until 45 s.
    #expect(counts(behavior, from: 4, wanted: [12, 12, 9, 12, 12, 12]) == [4, 4, 4, 4, 9, 9])
  }

  @Test func `80 replicas shrink by 10 percent or 4 pods a minute, whichever is more`() {
    // From the documentation: 8 of 80, then 8 of 72 (7.2 rounded up) …, and 4 from 39 on.
    let behavior = Autoscaler.Behavior(
      scaleUp: Autoscaler.Behavior.filledIn.scaleUp,
      scaleDown: .init(
        stabilizationWindowSeconds: 0,
        policies: [.pods(4, periodSeconds: 60), .percent(10, periodSeconds: 60)]))
    let counts = counts(
      behavior, from: 80, wanted: Array(repeating: 10, count: 11), period: 60)
    #expect(counts == [72, 64, 57, 51, 45, 40, 36, 32, 28, 24, 20])
  }

  @Test func `selectPolicy Min takes the smaller change, Disabled none`() {
    var behavior = Autoscaler.Behavior.filledIn
    behavior.scaleUp.selectPolicy = .min
    #expect(counts(behavior, from: 2, wanted: [50, 50, 50]) == [4, 8, 12])
    behavior.scaleUp.selectPolicy = .disabled
    #expect(counts(behavior, from: 2, wanted: [50, 50]) == [2, 2])
    behavior.scaleDown = .init(
      stabilizationWindowSeconds: 0, selectPolicy: .disabled,
      policies: [.percent(100, periodSeconds: 15)])
    #expect(counts(behavior, from: 9, wanted: [1, 1]) == [9, 9])
    behavior.scaleDown = .init(
      stabilizationWindowSeconds: 0, selectPolicy: .min,
      policies: [.pods(2, periodSeconds: 15), .percent(50, periodSeconds: 15)])
    #expect(counts(behavior, from: 20, wanted: [1, 1]) == [18, 16])
  }

  @Test func `a policy counts what its own period has already changed`() {
    let behavior = Autoscaler.Behavior(
      scaleUp: .init(
        stabilizationWindowSeconds: 0, policies: [.pods(4, periodSeconds: 60)]),
      scaleDown: Autoscaler.Behavior.filledIn.scaleDown)
    // 4 pods at 0 s; nothing at 15, 30 and 45 s; at 60 s the first step is out of the period.
    #expect(
      counts(behavior, from: 2, wanted: Array(repeating: 50, count: 6)) == [6, 6, 6, 6, 10, 10])
  }

  @Test func `pods removed within a period may come back beyond the policy`() {
    let behavior = Autoscaler.Behavior(
      scaleUp: .init(
        stabilizationWindowSeconds: 0, policies: [.pods(1, periodSeconds: 60)]),
      scaleDown: .init(
        stabilizationWindowSeconds: 0, policies: [.percent(100, periodSeconds: 60)]))
    // 10 to 5 at 0 s; at 15 s the period started with 10, so 11 are allowed.
    #expect(counts(behavior, from: 10, wanted: [5, 30]) == [5, 11])
  }
}
