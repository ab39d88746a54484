/// How KEDA takes a workload to zero and back.
package struct ActivationSettings: Sendable, Equatable {
  /// Seconds between two polls.
  package var pollingSeconds = 1.0
  /// Whether an `external-push` trigger tells KEDA at once instead of at the next poll.
  package var isPushed = false
  /// Seconds without activity before the workload goes to zero or idle (`cooldownPeriod`).
  package var cooldownSeconds = 300.0
  /// `idleReplicaCount`: replicas while inactive when the minimum is above it; KEDA takes only 0.
  package var idleReplicas: Int?

  /// KEDA's defaults with polling once a second.
  package init() {}
}

/// KEDA's own part of scaling: 0 ↔ 1, or idle ↔ minimum. Everything above is the HPA's.
struct ActivationLoop {
  private let settings: ActivationSettings
  private let minReplicas: Int
  private var nextPoll = 0.0
  private var lastActive = 0.0

  /// A loop that has just started; the cooldown runs from now.
  init(_ settings: ActivationSettings, minReplicas: Int) {
    self.settings = settings
    self.minReplicas = minReplicas
  }

  /// What the scale target is set to at `seconds`; `current` when KEDA does nothing.
  mutating func poll(at seconds: Double, isActive: Bool, current: Int) -> Int {
    let isWaking = settings.isPushed && isActive
    guard isWaking || seconds >= nextPoll else { return current }
    if seconds >= nextPoll { nextPoll = seconds + settings.pollingSeconds }
    if isActive {
      lastActive = seconds
      let isIdle = current == 0 || settings.idleReplicas.map { current <= $0 } ?? false
      return isIdle ? max(1, minReplicas, current) : current
    }
    let floor = settings.idleReplicas ?? (minReplicas == 0 ? 0 : nil)
    if let floor {
      let isCool = seconds - lastActive > settings.cooldownSeconds
      return isCool && current > floor ? floor : current
    }
    return max(current, minReplicas)
  }
}
