/// Advice that somebody else decides: for a fleet that a running scaler scales.
package struct FollowingAdvisor: ReplicaAdvisor {
  /// What reports call it.
  package let name = "following"
  private let advice: @Sendable () -> ReplicaAdvice

  /// Asks `advice` once a second.
  package init(_ advice: @escaping @Sendable () -> ReplicaAdvice) {
    self.advice = advice
  }

  /// What the other says now.
  package mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
    advice()
  }
}
