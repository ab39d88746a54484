internal import KubernetesFormat
package import ScalingEngine

/// When the scale target is written directly, and how high: upwards only, and never against what a
/// person, KEDA or the HPA has decided.
///
/// A value without side effects; `ClusterScaler` asks the API server. The HPA computes its count
/// from our value alone, and the value stands for a sync at least, so that at its next look the HPA
/// finds what was written here and agrees.
package struct DirectScaleUp: Sendable {
  /// What one trigger wants.
  package struct Wish: Sendable {
    /// The decision.
    package var decision: Decision
    /// The trigger metadata it was made for, as the caller sent it.
    package var metadata: [String: String]
    /// Most replicas added within a minute; nil is any number.
    package var limitPerMinute: Int?

    /// A wish from its parts.
    package init(_ decision: Decision, metadata: [String: String], limitPerMinute: Int? = nil) {
      self.decision = decision
      self.metadata = metadata
      self.limitPerMinute = limitPerMinute
    }
  }

  /// What is to be done.
  package enum Verdict: Sendable, Equatable {
    /// Nothing is wanted beyond what is asked for already.
    case nothing
    /// Ask for this many replicas.
    case write(Int)
    /// More is wanted, but not by us.
    case held(Hold)
  }

  /// Why more is not written though it is wanted.
  package enum Hold: Sendable, Hashable {
    /// Another process of ours holds the Lease.
    case notLeader
    /// The ScaledObject or its workload cannot be told.
    case unknownTarget
    /// The HPAs cannot be told, and with them not its limits.
    case unknownHPA
    /// The ScaledObject has no trigger with the metadata that the decision was made for.
    case notItsTrigger
    /// The ScaledObject is paused, by this.
    case paused(String)
    /// The HPA may not scale up at all.
    case forbiddenByHPA
    /// At the upper bound of KEDA or the HPA already.
    case atMaximum(Int)
    /// Somebody else wrote the count a short time ago.
    case writtenBy(String)
    /// So many were asked for within the last minute already.
    case limitPerMinute(Int)
  }

  /// So long after somebody else wrote the count it is left alone.
  package static let respectSeconds = 300.0

  private var raises: [(seconds: Double, count: Int)] = []
  private var written: (seconds: Double, count: Int)?

  /// Rules for one ScaledObject, for which nothing was written yet.
  package init() {}

  /// What is to be done on a wish at `seconds` (Unix time).
  package func verdict(
    _ wish: Wish, view: TargetView?, isLeader: Bool, atSeconds seconds: Double
  ) -> Verdict {
    let decision = wish.decision
    guard decision.mode != .hold else { return .nothing }
    guard let view, let workload = view.workload else {
      return isLeader ? .held(.unknownTarget) : .nothing
    }
    let current = current(workload.currentReplicas, atSeconds: seconds)
    guard decision.desiredReplicas > current, current > 0 || decision.isActive else {
      return .nothing
    }
    guard isLeader else { return .held(.notLeader) }
    // Anybody may call in a ScaledObject's name, and what was edited is decided on for a while yet.
    guard view.object.hasExternalTrigger(wish.metadata) else { return .held(.notItsTrigger) }
    if let pause = view.object.pause { return .held(.paused(pause)) }
    guard view.isHPAKnown else { return .held(.unknownHPA) }
    if view.hpa?.forbidsScaleUp == true { return .held(.forbiddenByHPA) }
    let maximum = view.maxReplicas
    guard current < maximum, view.hpa?.isAtLimit != true else {
      return .held(.atMaximum(maximum))
    }
    if let owner = workload.replicasOwner, !owner.isAutoscaler, let time = owner.time,
      seconds - time.unixSeconds < Self.respectSeconds
    {
      return .held(.writtenBy(owner.name))
    }
    var wanted = min(decision.desiredReplicas, maximum)
    if let limitPerMinute = wish.limitPerMinute {
      let used = raises.filter { seconds - $0.seconds < 60 }.reduce(0) { $0 + $1.count }
      wanted = min(wanted, current + max(0, limitPerMinute - used))
      guard wanted > current else { return .held(.limitPerMinute(limitPerMinute)) }
    }
    return .write(wanted)
  }

  /// Notes that the count was raised.
  package mutating func wrote(_ count: Int, from before: Int, atSeconds seconds: Double) {
    raises.removeAll { seconds - $0.seconds >= 60 }
    raises.append((seconds, max(0, count - before)))
    written = (seconds, count)
  }

  /// What is asked for: for a moment after a write the watch may still tell of before.
  private func current(_ told: Int, atSeconds seconds: Double) -> Int {
    guard let written, seconds - written.seconds < 2 else { return told }
    return max(told, written.count)
  }
}

extension DirectScaleUp.Hold: CustomStringConvertible {
  /// One sentence with the remedy, where there is one.
  package var description: String {
    switch self {
    case .notLeader: "another replica of the scaler leads and writes"
    case .unknownTarget: "the cluster's API has not told of the ScaledObject and its workload"
    case .unknownHPA: "the cluster's API does not tell of the HPAs, and so not of their limits"
    case .notItsTrigger:
      "no external trigger of the ScaledObject has this metadata: it was edited since, or the call "
        + "was not KEDA's; a key ending in FromEnv cannot be compared, write its value instead"
    case .paused(let what): "the ScaledObject is paused by \(what)"
    case .forbiddenByHPA: "the HPA's behavior.scaleUp.selectPolicy is Disabled"
    case .atMaximum(let count): "KEDA or the HPA allows no more than \(count)"
    case .writtenBy(let manager):
      "\"\(manager)\" wrote the count less than \(Int(DirectScaleUp.respectSeconds)) s ago, and "
        + "that stands; a tool that writes it again and again must leave replicas out of what it applies"
    case .limitPerMinute(let limit): "directScaleUpLimit: \(limit) within a minute are used up"
    }
  }
}
