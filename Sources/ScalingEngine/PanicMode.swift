/// Knative's panic mode: demand so far above ready capacity that nothing may be given back.
///
/// Entered when the panic window's mean demand is at least `threshold` times the ready replicas,
/// left after one quiet stable window (Knative: pkg/autoscaler/scaling/autoscaler.go).
struct PanicMode {
  private let threshold: Double
  private let quietSeconds: Double
  private var lastOverloadSeconds: Double?

  init(policy: ScalingPolicy) {
    threshold = policy.panicThreshold
    quietSeconds = policy.stableWindow.inSeconds
  }

  /// Whether panic holds at `now`, with `demand` (replicas, panic window's mean) over ready ones.
  ///
  /// Demand 5 over 2 ready replicas is 2.5: panic at a threshold of 2. One ready replica at least is
  /// counted, so that the first replica from zero is not a panic in itself.
  mutating func isOn(demand: Double, readyReplicas: Int?, atSeconds now: Double) -> Bool {
    if let readyReplicas, overload(demand: demand, readyReplicas: readyReplicas) >= threshold {
      lastOverloadSeconds = now
    }
    guard let last = lastOverloadSeconds else { return false }
    if now - last >= quietSeconds { lastOverloadSeconds = nil }
    return lastOverloadSeconds != nil
  }

  /// Demand ÷ ready capacity.
  func overload(demand: Double, readyReplicas: Int) -> Double {
    demand / Double(Swift.max(1, readyReplicas))
  }
}

extension Duration {
  /// The duration in seconds.
  package var inSeconds: Double {
    Double(components.seconds) + Double(components.attoseconds) * 1e-18
  }
}
