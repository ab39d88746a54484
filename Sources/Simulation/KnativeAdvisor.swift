/// Knative's Pod Autoscaler on concurrency (serving `pkg/autoscaler`): a stable and a panic
/// average of requests waiting and running over a target per replica.
///
/// Panic starts when the panic average asks for at least `panicThreshold` times the ready
/// replicas; in panic the larger of both averages counts and the count never falls; it ends one
/// stable window after the last second that would have started it. Knative's own rate limits
/// (up ×1000, down ÷2 per decision) apply. Meant for the direct path.
package struct KnativeAdvisor: ReplicaAdvisor {
  /// What reports call it.
  package let name: String
  private let target: Double
  private let stableSeconds: Int
  private let panicSeconds: Int
  private let panicThreshold: Double
  private var history: [Double] = []
  private var panicSince: Double?
  private var highestInPanic = 0.0

  /// An autoscaler with Knative's defaults.
  ///
  /// - Parameter target: requests per replica; Knative takes 70 % of what a replica can run.
  package init(
    target: Double, stableSeconds: Int = 60, panicSeconds: Int = 6, panicThreshold: Double = 2
  ) {
    name = "knative \(target)"
    self.target = target
    self.stableSeconds = stableSeconds
    self.panicSeconds = panicSeconds
    self.panicThreshold = panicThreshold
  }

  /// One decision.
  package mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
    guard let queue = observation.queueDepth, let running = observation.running,
      let readyReplicas = observation.readyReplicas
    else { return ReplicaAdvice(desired: nil, isActive: (history.last ?? 0) > 0) }
    history.append(queue + running)
    if history.count > stableSeconds { history.removeFirst() }
    let ready = Double(max(1, readyReplicas))
    let lowest = (ready / 2).rounded(.down)
    let stable = bounded(average(stableSeconds) / target, lowest: lowest, ready: ready)
    let panic = bounded(average(panicSeconds) / target, lowest: lowest, ready: ready)
    let now = observation.seconds
    if panic / ready >= panicThreshold {
      if panicSince == nil { highestInPanic = 0 }
      panicSince = now
    } else if let since = panicSince, now - since > Double(stableSeconds) {
      panicSince = nil
    }
    var desired = stable
    if panicSince != nil {
      highestInPanic = max(highestInPanic, stable, panic)
      desired = highestInPanic
    }
    return ReplicaAdvice(
      desired: desired, isActive: desired > 0, isPanicking: panicSince != nil)
  }

  private func average(_ seconds: Int) -> Double {
    let window = history.suffix(seconds)
    return window.isEmpty ? 0 : window.reduce(0, +) / Double(window.count)
  }

  private func bounded(_ count: Double, lowest: Double, ready: Double) -> Double {
    min(max(count.rounded(.up), lowest), ready * 1000)
  }
}
