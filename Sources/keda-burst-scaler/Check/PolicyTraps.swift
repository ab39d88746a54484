import ScalingEngine
import TriggerConfiguration

/// Traps between the trigger metadata and the ScaledObject around them: what the one says, and the
/// other does not know.
struct PolicyTraps {
  let manifest: ScaledObjectManifest
  let trigger: TriggerManifest
  let spec: TriggerSpec

  var findings: [Finding] { sleep + tolerance + bounds }

  private func line(_ key: String) -> Int { trigger.metadataLines[key] ?? trigger.line }

  private var sleep: [Finding] {
    let floor = manifest.idleReplicaCount ?? manifest.minReplicaCount ?? 0
    guard floor == 0, spec.sources.allSatisfy(\.vanishesAtZero) else { return [] }
    let written =
      manifest.idleReplicaCount != nil
      ? "idleReplicaCount is 0"
      : "minReplicaCount is 0" + (manifest.minReplicaCount == nil ? " (KEDA's default)" : "")
    return [
      Finding(
        .goneAtZero, line: trigger.line,
        "\(written), and every trigger's series are gone when no replica is there: nothing can wake "
          + "the target",
        remedy: "a trigger on a gateway, router or queue beside it, for example "
          + "preset: inference-gateway-flow-control-queue")
    ]
  }

  /// The HPA ignores small changes; the hint has to know how small.
  private var tolerance: [Finding] {
    guard spec.output == .replicas else { return [] }
    let ofHPA = manifest.behavior?.scaleUp?.tolerance
    let ofHint = spec.policy.tolerance
    let write = "tolerance: \"0\"   # in the trigger metadata"
    let behavior =
      "behavior:   # from Kubernetes 1.35 on\n  scaleUp: {tolerance: \"0\"}\n"
      + "  scaleDown: {tolerance: \"0\"}\n"
    if ofHint < (ofHPA ?? 0.1) {
      return [
        Finding(
          .toleranceMismatch, line: line("tolerance"),
          "the trigger metadata say that the HPA's tolerance is \(Plain.percent(ofHint)), but it is "
            + "\(Plain.percent(ofHPA ?? 0.1))\(ofHPA == nil ? ", Kubernetes' default" : ""): "
            + "small steps that are asked for are ignored",
          remedy: ofHPA == nil ? behavior : "tolerance: \"\(ofHPA ?? 0.1)\"")
      ]
    }
    if let ofHPA, ofHPA < ofHint {
      return [
        Finding(
          .toleranceMismatch, line: line("tolerance"),
          "the HPA's tolerance is \(Plain.percent(ofHPA)), but the hint does not know and steps past "
            + "\(Plain.percent(ofHint)): it asks for more replicas than are needed",
          remedy: "tolerance: \"\(ofHPA)\"   # in the trigger metadata")
      ]
    }
    guard ofHPA == nil else { return [] }
    return [
      Finding(
        .tolerance, line: manifest.line,
        "the HPA ignores changes within 10 %: from 10 replicas it cannot be brought to 11, so the "
          + "hint says 12; from Kubernetes 1.35 on this can be switched off",
        remedy: behavior + write)
    ]
  }

  private var bounds: [Finding] {
    let (least, most) = (spec.policy.minReplicas, manifest.maxReplicaCount)
    guard let most, least > most else { return [] }
    return [
      Finding(
        .boundsOfHint, line: line("minReplicas"),
        "minReplicas \(least) in the trigger metadata is above maxReplicaCount \(most): the hint is "
          + "always cut",
        remedy: "minReplicas: \"\(most)\"")
    ]
  }
}

extension TriggerSource {
  /// Whether its series are the replicas' own: a preset's that says so, or a query for one of the
  /// metrics that such presets catalogue.
  fileprivate var vanishesAtZero: Bool {
    if let preset { return Preset.named(preset)?.vanishesAtZero ?? false }
    return Self.metricsOfReplicas.contains { query.contains($0) }
  }

  private static let metricsOfReplicas: [String] = Preset.catalogue
    .filter(\.vanishesAtZero).flatMap(\.metricNames).filter { $0.contains("_") }
}
