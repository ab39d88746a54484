internal import ScalingEngine

/// Makes a ScaledObject of an AIScaler: five fields, and ⌈total ÷ target⌉ replicas.
struct AIScalerMigration {
  let document: ManifestNode
  let options: MigrationOptions

  private static let fields: Set<String> = [
    "deploymentName", "metricType", "targetValue", "minReplicas", "maxReplicas",
  ]

  /// What the words of `metricType` stand for: the same as in the chart's `workloads`.
  private static let presets = [
    "gpuutilization": "dcgm-gpu-utilization", "queuedepth": "vllm-queue-depth",
    "concurrency": "vllm-running", "requestrate": "vllm-request-rate",
  ]

  /// The ScaledObject, and the fields of the AIScaler that it has no place for.
  func scaledObject() throws(Untranslatable) -> (value: ManifestValue, dropped: [String]) {
    guard let spec = document["spec"] else {
      throw Untranslatable(reason: "it has no \"spec\"; write one")
    }
    guard let deployment = try spec.word("deploymentName"), !deployment.isEmpty else {
      throw Untranslatable(reason: "it has no deploymentName; write what is scaled")
    }
    let target = MigrationTarget(
      kind: "Deployment", name: deployment, namespace: try document["metadata"]?.word("namespace"))
    let entry = try entry(spec, target)
    let trigger = ExternalTrigger(
      entries: [entry], target: target, scalerAddress: options.scalerAddress,
      server: MigratedServer(address: options.prometheus?.description))
    let least = try spec.word("minReplicas") ?? "1"
    var body = [
      ManifestItem("scaleTargetRef", .texts([("name", deployment)])),
      ManifestItem("minReplicaCount", .plain(least)),
    ]
    if let most = try spec.word("maxReplicas") {
      body.append(ManifestItem("maxReplicaCount", .plain(most)))
    }
    body.append(ManifestItem("advanced", Self.advanced, comments: [Self.behaviorNote]))
    body.append(ManifestItem("triggers", .list([trigger.item])))
    var metadata = document.value.cleaned["metadata"] ?? .map([])
    metadata["ownerReferences"] = nil
    let value = ManifestValue.map([
      ManifestItem("apiVersion", .text("keda.sh/v1alpha1")),
      ManifestItem("kind", .text("ScaledObject")), ManifestItem("metadata", metadata),
      ManifestItem("spec", .map(body)),
    ])
    let dropped = try document.words("spec").map(\.key).filter { !Self.fields.contains($0) }
    return (value, dropped)
  }

  private func entry(
    _ spec: ManifestNode, _ target: MigrationTarget
  ) throws(Untranslatable) -> MigratedTrigger {
    let type = try spec.word("metricType") ?? ""
    let word = type.lowercased().filter { $0 != "_" && $0 != "-" }
    guard let preset = Preset.named(Self.presets[word] ?? type) else {
      throw Untranslatable(
        reason: "its metricType is \(quoted(type)); use gpuUtilization, queueDepth, concurrency, "
          + "requestRate or a preset's name (docs/presets.md)")
    }
    guard let metric = preset.metricOfPods else {
      throw Untranslatable(
        reason: "its metricType \(quoted(type)) is what a router or a gateway publishes about all "
          + "that it serves, and nothing here tells this workload's series; write a ScaledObject "
          + "with this preset and the selector for them")
    }
    let text = try spec.word("targetValue") ?? ""
    guard let threshold = plainQuantity(text), plainNumber(threshold).map({ $0 > 0 }) == true else {
      throw Untranslatable(reason: "its targetValue is \(quoted(text)); write a number above 0")
    }
    var entry = MigratedTrigger(
      name: preset.kind.defaultName, preset: preset.name, selector: target.podMatchers(),
      threshold: threshold, ignoresNull: false)
    entry.notes = [
      "metricType \(type) is read from \(metric); where yours comes from elsewhere, "
        + "choose another preset or write kind and query."
    ]
    if metric != preset.metricNames[0] {
      entry.notes.append(
        "that is what the pods finish, which stops growing where they are full. A router counts what "
          + "arrives (\(preset.metricNames[0])), under its own pod: where there is one, write the "
          + "labels that name this workload there as the selector.")
    }
    if target.namespace == nil { entry.notes.append(MigrationTarget.namespaceNote) }
    if preset.kind == .utilization {
      entry.notes.append(
        "the total is the sum over replicas of each one's mean over its GPUs, so that it grows with "
          + "the fleet.")
    }
    return entry
  }

  private static let behaviorNote =
    "An AIScaler set the replicas itself. Between the scaler and the Deployment there is an HPA now, "
    + "which without a behavior at most doubles the replicas every 15 s and holds for 5 minutes."

  private static var advanced: ManifestValue {
    func policy(_ type: String, _ value: Int) -> ManifestItem {
      ManifestItem(
        "",
        .map([
          ManifestItem("type", .text(type)), ManifestItem("value", .count(value)),
          ManifestItem("periodSeconds", .count(15)),
        ]))
    }
    func rules(_ policies: [ManifestItem]) -> ManifestValue {
      .map([
        ManifestItem("stabilizationWindowSeconds", .count(0)),
        ManifestItem("policies", .list(policies)),
      ])
    }
    let behavior = ManifestValue.map([
      ManifestItem("scaleUp", rules([policy("Percent", 900), policy("Pods", 50)])),
      ManifestItem("scaleDown", rules([policy("Percent", 100)])),
    ])
    return .map([
      ManifestItem("horizontalPodAutoscalerConfig", .map([ManifestItem("behavior", behavior)]))
    ])
  }
}
