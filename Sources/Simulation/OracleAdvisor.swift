package import TraceFormat

/// Perfect, instant knowledge of the work that is being offered, and none of what will come: the
/// bound for policies that only observe.
///
/// Asks for the work of the last `windowSeconds` over `utilization`, and holds it for
/// `holdSeconds`.
package struct OracleAdvisor: ReplicaAdvisor {
  /// What reports call it.
  package let name: String
  private let counts: [Int]

  /// An oracle for one trace on the fleet of `settings`.
  package init(
    _ trace: Trace, settings: SimulationSettings, utilization: Double, windowSeconds: Int = 5,
    holdSeconds: Int
  ) {
    name = "oracle \(utilization)"
    let work = ClairvoyantPlanner.work(trace, settings.profile)
    var sum = 0.0
    var needs: [Int] = []
    for second in work.indices {
      sum += work[second]
      if second >= windowSeconds { sum -= work[second - windowSeconds] }
      let mean = max(0, sum) / Double(min(second + 1, windowSeconds))
      needs.append(Int((mean / utilization - 1e-9).rounded(.up)))
    }
    counts = ClairvoyantPlanner.slidingMaximum(needs.reversed(), ahead: holdSeconds).reversed()
  }

  /// The count that the work up to now asks for; active while there is any.
  package mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
    guard !counts.isEmpty else { return ReplicaAdvice(desired: 0) }
    let second = min(max(0, Int(observation.seconds) - 1), counts.count - 1)
    return ReplicaAdvice(desired: Double(counts[second]))
  }
}
