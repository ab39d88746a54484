/// The limits that every hint passes: placeable replicas, the user's bounds, and our own.
enum Bounds {
  /// No hint is above this, whatever a source says: Kubernetes itself stops far below.
  static let replicaLimit = 1_000_000

  /// `count` rounded up to a whole number of replicas, within 0 and `replicaLimit`.
  ///
  /// A billionth is forgiven, so that 0.7 × 3 ÷ 0.7 is 3 and not 4.
  static func wholeReplicas(_ count: Double) -> Int {
    guard count.isFinite else { return count > 0 ? replicaLimit : 0 }
    return Int(Swift.min(Double(replicaLimit), Swift.max(0, (count - 1e-9).rounded(.up))))
  }

  /// Applies capacity, then `maxReplicas`, then `minReplicas`: the user's own bounds have the last
  /// word, the lower one only where the upper one allows it (the parser sees to min ≤ max).
  ///
  /// A ceiling never takes away what runs already: with 10 current and 3 placeable, 20 becomes 10.
  static func apply(
    _ count: Int, policy: ScalingPolicy, placeable: Int?, currentReplicas: Int?,
    reasons: inout [Reason]
  ) -> (count: Int, shortfall: Int) {
    var bounded = count
    var shortfall = 0
    if let maximum = policy.maxReplicas, bounded > maximum {
      reasons.append(Reason(.maxReplicas, amount: Double(bounded), limit: Double(maximum)))
      bounded = maximum
    }
    if let placeable, bounded > Swift.max(placeable, currentReplicas ?? 0) {
      let ceiling = Swift.max(placeable, currentReplicas ?? 0)
      reasons.append(Reason(.capacity, amount: Double(bounded), limit: Double(placeable)))
      shortfall = bounded - ceiling
      bounded = ceiling
    }
    if bounded < policy.minReplicas {
      reasons.append(
        Reason(.minReplicas, amount: Double(bounded), limit: Double(policy.minReplicas)))
      bounded = policy.minReplicas
    }
    return (bounded, shortfall)
  }

  /// The count to write so that the HPA follows: it passes over a change of up to `tolerance`.
  ///
  /// With 10 replicas and a tolerance of 0.1, 11 becomes 12 and 12 stays 12; with 5, 6 stays 6.
  /// Kubernetes: pkg/controller/podautoscaler/replica_calculator.go, `isWithin`.
  static func steppingOverTolerance(
    _ count: Int, currentReplicas: Int?, tolerance: Double
  ) -> Int {
    guard let current = currentReplicas, current > 0, count > current, tolerance > 0 else {
      return count
    }
    let edge = Double(current) * (1 + tolerance)
    guard Double(count) <= edge + 1e-9 else { return count }
    return Int((edge + 1e-9).rounded(.down)) + 1
  }
}
