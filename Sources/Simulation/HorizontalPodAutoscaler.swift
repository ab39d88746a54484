/// Kubernetes' HorizontalPodAutoscaler, `autoscaling/v2`, for external metrics.
///
/// Written from the documented algorithm
/// (https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/): the desired count
/// of each metric, the largest of them, stabilization, rate policies, bounds, in that order. Values
/// pass through milli-units as Kubernetes' quantities do.
package struct HorizontalPodAutoscaler: Sendable {
  /// One external metric at a sync.
  package struct Metric: Sendable, Equatable {
    /// How the value is compared; targets are above 0.
    package enum Target: Sendable, Equatable {
      /// The value is a total, the target is per replica: desired = ⌈value ÷ target⌉.
      case averageValue(Double)
      /// Both are the same thing: desired = ⌈ready replicas × value ÷ target⌉.
      case value(Double)
    }

    /// The metric's value; nil when it could not be had.
    package var value: Double?
    /// What it is compared with.
    package var target: Target

    /// A metric with a value, or an error.
    package init(value: Double?, target: Target) {
      self.value = value
      self.target = target
    }
  }

  private struct Recommendation {
    var seconds: Double
    var replicas: Int
  }

  private struct ScaleEvent {
    var seconds: Double
    /// Pods added or removed, above 0.
    var change: Int
  }

  /// Kubernetes' `scaleUpLimitFactor` and `scaleUpLimitMinimum`.
  private static let upFactor = 2
  private static let upMinimum = 4

  private let minReplicas: Int
  private let maxReplicas: Int
  private let behavior: Behavior
  private var recommendations: [Recommendation] = []
  private var upEvents: [ScaleEvent] = []
  private var downEvents: [ScaleEvent] = []

  /// An autoscaler without history.
  ///
  /// - Parameter minReplicas: at least 1, as KEDA sets it for a `minReplicaCount` of 0.
  package init(minReplicas: Int, maxReplicas: Int, behavior: Behavior = .absent) {
    self.minReplicas = max(1, minReplicas)
    self.maxReplicas = max(self.minReplicas, maxReplicas)
    self.behavior = behavior
  }

  /// One pass of the controller, every 15 s.
  ///
  /// - Parameters:
  ///   - seconds: when; not before the last pass.
  ///   - current: replicas the scale target asks for.
  ///   - ready: pods that are ready.
  /// - Returns: what the scale target is set to. `current` when there is nothing to do, when
  ///   metrics are missing that might speak against scaling down, and at 0, where an HPA is off.
  package mutating func sync(
    at seconds: Double, metrics: [Metric], current: Int, ready: Int
  ) -> Int {
    guard current > 0 else { return current }
    if recommendations.isEmpty {
      recommendations.append(Recommendation(seconds: seconds, replicas: current))
    }
    let desired: Int
    if current > maxReplicas {
      desired = maxReplicas
    } else if current < minReplicas {
      desired = minReplicas
    } else {
      guard let wanted = proposal(metrics, current: current, ready: ready) else { return current }
      let stable = stabilize(wanted, current: current, now: seconds)
      desired = limit(stable, current: current, now: seconds)
    }
    guard behavior.isWritten else { return desired }
    if desired > current {
      upEvents.append(ScaleEvent(seconds: seconds, change: desired - current))
    } else if desired < current {
      downEvents.append(ScaleEvent(seconds: seconds, change: current - desired))
    }
    return desired
  }

  /// The largest count any metric asks for; nil when there is no basis to act on: no metric at all
  /// could be had, or one is missing and the others would scale down.
  private func proposal(_ metrics: [Metric], current: Int, ready: Int) -> Int? {
    var largest: Int?
    var missing = 0
    for metric in metrics {
      guard let value = metric.value else {
        missing += 1
        continue
      }
      let count = replicas(value, metric.target, current: current, ready: ready)
      largest = max(largest ?? count, count)
    }
    guard let largest else { return nil }
    return missing > 0 && largest < current ? nil : largest
  }

  private func replicas(
    _ value: Double, _ target: Metric.Target, current: Int, ready: Int
  ) -> Int {
    let usage = Self.milli(value)
    switch target {
    case .averageValue(let target):
      let perReplica = Self.milli(target)
      let ratio = usage / (perReplica * Double(current))
      return isWithinTolerance(ratio) ? current : Self.count(usage / perReplica)
    case .value(let target):
      let ratio = usage / Self.milli(target)
      return isWithinTolerance(ratio) ? current : Self.count(ratio * Double(ready))
    }
  }

  private func isWithinTolerance(_ ratio: Double) -> Bool {
    1 - behavior.scaleDown.tolerance <= ratio && ratio <= 1 + behavior.scaleUp.tolerance
  }

  /// Up only to the lowest recommendation of the scale-up window, down only to the highest of the
  /// scale-down window; this recommendation counts in both and is remembered. Without `behavior` the
  /// highest of the window is taken on the way up, too.
  private mutating func stabilize(_ desired: Int, current: Int, now: Double) -> Int {
    let upCutoff = now - behavior.scaleUp.stabilizationWindowSeconds
    let downCutoff = now - behavior.scaleDown.stabilizationWindowSeconds
    var lowest = desired
    var highest = desired
    for past in recommendations {
      if past.seconds > upCutoff { lowest = min(lowest, past.replicas) }
      if past.seconds > downCutoff { highest = max(highest, past.replicas) }
    }
    let oldest = min(upCutoff, downCutoff)
    recommendations.removeAll { $0.seconds <= oldest }
    recommendations.append(Recommendation(seconds: now, replicas: desired))
    return behavior.isWritten ? min(max(current, lowest), highest) : highest
  }

  private mutating func limit(_ desired: Int, current: Int, now: Double) -> Int {
    guard behavior.isWritten else {
      let most = min(maxReplicas, max(Self.upFactor * current, Self.upMinimum))
      return min(max(desired, minReplicas), most)
    }
    let longest =
      (behavior.scaleUp.policies + behavior.scaleDown.policies)
      .map(\.periodSeconds).max() ?? 0
    upEvents.removeAll { $0.seconds <= now - longest }
    downEvents.removeAll { $0.seconds <= now - longest }
    if desired > current {
      let allowed = max(current, scaleUpLimit(current: current, now: now))
      return min(desired, allowed, maxReplicas)
    }
    if desired < current {
      let allowed = min(current, scaleDownLimit(current: current, now: now))
      return max(desired, allowed, minReplicas)
    }
    return desired
  }

  private func scaleUpLimit(current: Int, now: Double) -> Int {
    let limits = behavior.scaleUp.policies.map { policy in
      let start = periodStart(policy, current: current, now: now)
      switch policy.kind {
      case .pods: return start + policy.amount
      case .percent: return Self.count(Double(start) * (1 + Double(policy.amount) / 100))
      }
    }
    switch behavior.scaleUp.selectPolicy {
    case .max: return limits.max() ?? current
    case .min: return limits.min() ?? current
    case .disabled: return current
    }
  }

  private func scaleDownLimit(current: Int, now: Double) -> Int {
    let limits = behavior.scaleDown.policies.map { policy in
      let start = periodStart(policy, current: current, now: now)
      switch policy.kind {
      case .pods: return start - policy.amount
      case .percent: return Int(Double(start) * (1 - Double(policy.amount) / 100))
      }
    }
    switch behavior.scaleDown.selectPolicy {
    case .max: return limits.min() ?? current
    case .min: return limits.max() ?? current
    case .disabled: return current
    }
  }

  /// Replicas at the start of the policy's period: what has been added since is taken off, what
  /// has been removed is put back.
  private func periodStart(_ policy: Policy, current: Int, now: Double) -> Int {
    let since = now - policy.periodSeconds
    let added = upEvents.reduce(0) { $0 + ($1.seconds > since ? $1.change : 0) }
    let removed = downEvents.reduce(0) { $0 + ($1.seconds > since ? $1.change : 0) }
    return current - added + removed
  }

  /// Milli-units as KEDA makes them: cut off; what is infinite, negative or no number becomes 0.
  private static func milli(_ value: Double) -> Double {
    guard value.isFinite, value > 0 else { return 0 }
    return min(9e18, (value * 1000).rounded(.towardZero))
  }

  private static func count(_ value: Double) -> Int {
    Int(min(max(0, value.rounded(.up)), Double(Int32.max)))
  }
}
