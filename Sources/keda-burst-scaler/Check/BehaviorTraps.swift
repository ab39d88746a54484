import Simulation
import TriggerConfiguration

/// Traps in the HPA's behaviour: what it makes of a hint that is right.
struct BehaviorTraps {
  let manifest: ScaledObjectManifest

  var findings: [Finding] {
    let behavior: HorizontalPodAutoscaler.Behavior
    do {
      behavior = try .init(manifest.behavior, path: "behavior")
    } catch {
      return [Finding(.behavior, line: manifest.line, error.description)]
    }
    return disabled(behavior) + slow(behavior) + stabilized(behavior)
  }

  private func disabled(_ behavior: HorizontalPodAutoscaler.Behavior) -> [Finding] {
    [("scaleUp", behavior.scaleUp), ("scaleDown", behavior.scaleDown)]
      .filter { $0.1.selectPolicy == .disabled }
      .map { direction, _ in
        Finding(
          .scalingDisabled, line: manifest.line,
          "\(direction).selectPolicy is Disabled: the HPA never follows the hint in that direction",
          remedy: "\(direction): {selectPolicy: Max}")
      }
  }

  /// A burst to ten times as many replicas, played through the HPA's own algorithm.
  private func slow(_ behavior: HorizontalPodAutoscaler.Behavior) -> [Finding] {
    guard behavior.scaleUp.selectPolicy != .disabled else { return [] }
    let maximum = max(1, manifest.maxReplicaCount ?? 100)
    let start = min(maximum, max(1, manifest.minReplicaCount ?? 1))
    let goal = min(maximum, 10 * start)
    var behavior = behavior
    behavior.scaleUp.stabilizationWindowSeconds = 0
    var autoscaler = HorizontalPodAutoscaler(
      minReplicas: 1, maxReplicas: maximum, behavior: behavior)
    var (current, steps, syncs) = (start, 0, 0)
    while current < goal, syncs < Self.mostSyncs {
      let next = autoscaler.sync(
        at: 15 * Double(syncs),
        metrics: [.init(value: Double(goal), target: .averageValue(1))], current: current,
        ready: current)
      if next > current { steps += 1 }
      current = next
      syncs += 1
    }
    guard syncs > 1 else { return [] }
    let whose =
      switch manifest.behavior {
      case nil: "an HPA without behavior (at most twice the replicas, or 4, per 15 s)"
      case let written? where written.scaleUp?.policies.isEmpty ?? true:
        "the HPA's default scale-up policy (+4 replicas or +100 % per 15 s)"
      default: "scaleUp"
      }
    let reached =
      current < goal
      ? "after \(15 * syncs / 60) minutes it has reached \(current)"
      : "it takes \(steps) steps and \(15 * (syncs - 1)) s longer than one"
    return [
      Finding(
        .slowScaleUp, line: manifest.line,
        "\(whose) throttles a burst: from \(start) to \(goal) replicas \(reached)",
        remedy: Self.recommendedScaleUp)
    ]
  }

  private func stabilized(_ behavior: HorizontalPodAutoscaler.Behavior) -> [Finding] {
    var findings: [Finding] = []
    let up = behavior.scaleUp.stabilizationWindowSeconds
    if up > 0 {
      findings.append(
        Finding(
          .scaleUpStabilization, line: manifest.line,
          "scaleUp.stabilizationWindowSeconds is \(Int(up)): every burst waits that long",
          remedy: "scaleUp: {stabilizationWindowSeconds: 0}"))
    }
    let down = behavior.scaleDown.stabilizationWindowSeconds
    if down > 0, behavior.scaleDown.selectPolicy != .disabled {
      let isDefault = manifest.behavior?.scaleDown?.stabilizationWindowSeconds == nil
      findings.append(
        Finding(
          .scaleDownStabilization, line: manifest.line,
          "scale-down is stabilized twice: the hint does its own holding, and the HPA's window of "
            + "\(Int(down)) s\(isDefault ? " (its default)" : "") on top costs GPU-hours",
          remedy: Self.recommendedScaleDown))
    }
    return findings
  }

  /// Ten minutes.
  private static let mostSyncs = 40

  /// The behaviour that lets a burst through in one step.
  static let recommendedScaleUp = """
    advanced:
      horizontalPodAutoscalerConfig:
        behavior:
          scaleUp:
            stabilizationWindowSeconds: 0
            policies:
              - {type: Percent, value: 900, periodSeconds: 15}
              - {type: Pods, value: 50, periodSeconds: 15}
            selectPolicy: Max
    """

  /// The behaviour that leaves holding to the hint.
  static let recommendedScaleDown = """
    advanced:
      horizontalPodAutoscalerConfig:
        behavior:
          scaleDown:
            stabilizationWindowSeconds: 0
            policies:
              - {type: Percent, value: 100, periodSeconds: 15}
    """
}
