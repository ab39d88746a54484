internal import ScalingEngine

/// Makes a ScaledObject of a HorizontalPodAutoscaler on custom or external metrics.
struct HPAMigration {
  let document: ManifestNode
  let options: MigrationOptions

  /// The ScaledObject; `nil` where the HPA looks at cpu and memory only, which KEDA adds nothing to.
  func scaledObject() throws(Untranslatable) -> ManifestValue? {
    let version = try document.word("apiVersion") ?? ""
    guard let spec = document["spec"] else { return nil }
    if version == "autoscaling/v1" {
      guard document["metadata"]?["annotations"]?["autoscaling.alpha.kubernetes.io/metrics"] != nil
      else { return nil }
      throw Untranslatable(
        reason: "it is of autoscaling/v1, which keeps its metrics in an annotation; export it with "
          + "kubectl get horizontalpodautoscalers.v2.autoscaling NAME --output yaml")
    }
    var metrics: [HPAMetric] = []
    for node in try spec.list("metrics") { metrics.append(try HPAMetric(node)) }
    guard metrics.contains(where: { !$0.isResource }) else { return nil }
    let reference = spec["scaleTargetRef"]
    let target = MigrationTarget(
      kind: try reference?.word("kind") ?? "Deployment", name: try reference?.word("name") ?? "",
      namespace: try document["metadata"]?.word("namespace"))
    var triggers: [ManifestItem] = []
    var entries: [MigratedTrigger] = []
    for metric in metrics {
      if metric.isResource {
        triggers.append(try metric.resourceTrigger())
      } else {
        entries.append(try metric.entry(target))
      }
    }
    let server = MigratedServer(address: options.prometheus?.description)
    triggers.insert(
      ExternalTrigger(
        entries: entries, target: target, scalerAddress: options.scalerAddress, server: server
      ).item, at: 0)
    return try manifest(spec, triggers)
  }

  private func manifest(
    _ spec: ManifestNode, _ triggers: [ManifestItem]
  ) throws(Untranslatable) -> ManifestValue {
    var metadata = document.value.cleaned["metadata"] ?? .map([])
    metadata["ownerReferences"] = nil
    var body: [ManifestItem] = []
    if let reference = spec["scaleTargetRef"] {
      body.append(ManifestItem("scaleTargetRef", reference.value))
    }
    let least = try spec.word("minReplicas")
    body.append(
      ManifestItem(
        "minReplicaCount", .plain(least ?? "1"),
        comments: least == nil ? ["The HPA's default written out; KEDA's is 0."] : []))
    if let most = try spec.word("maxReplicas") {
      body.append(ManifestItem("maxReplicaCount", .plain(most)))
    }
    if let behavior = spec["behavior"] {
      body.append(
        ManifestItem(
          "advanced",
          .map([
            ManifestItem(
              "horizontalPodAutoscalerConfig", .map([ManifestItem("behavior", behavior.value)]))
          ])))
    }
    body.append(ManifestItem("triggers", .list(triggers)))
    return .map([
      ManifestItem("apiVersion", .text("keda.sh/v1alpha1")),
      ManifestItem("kind", .text("ScaledObject")), ManifestItem("metadata", metadata),
      ManifestItem("spec", .map(body)),
    ])
  }
}

extension HPAMetric {
  /// Whether it is the cluster's own, of cpu or memory.
  var isResource: Bool {
    if case .resource = source { return true }
    return false
  }

  /// KEDA's trigger of a resource, which goes beside the external one.
  fileprivate func resourceTrigger() throws(Untranslatable) -> ManifestItem {
    guard name == "cpu" || name == "memory", case .resource(let container) = source else {
      throw Untranslatable(reason: "KEDA has no trigger for the resource \(quoted(name))")
    }
    let (type, text): (String, String)
    switch target {
    case .utilization(let percent): (type, text) = ("Utilization", percent)
    case .averageValue(let amount): (type, text) = ("AverageValue", amount)
    case .value:
      throw Untranslatable(
        reason: "its metric \(quoted(name)) has a Value target; use averageValue")
    }
    let metadata = [("value", text)] + (container.map { [("containerName", $0)] } ?? [])
    return ManifestItem(
      "",
      .map([
        ManifestItem("type", .text(name)), ManifestItem("metricType", .text(type)),
        ManifestItem("metadata", .texts(metadata)),
      ]))
  }

  /// The entry of the external trigger's list.
  fileprivate func entry(_ workload: MigrationTarget) throws(Untranslatable) -> MigratedTrigger {
    let (text, isValue) =
      switch target {
      case .averageValue(let text): (text, false)
      case .value(let text): (text, true)
      case .utilization(let text): (text, false)
      }
    guard let threshold = plainQuantity(text), let number = plainNumber(threshold), number > 0
    else {
      throw Untranslatable(
        reason: "its metric \(quoted(name)) has the target \(quoted(text)); use a quantity above 0")
    }
    if source == .pods, let preset = Preset.ofCustomMetric(name), preset.canHave(number) {
      return presetEntry(preset, threshold: threshold, workload)
    }
    var entry = try DemandTranslation(
      NativeDemand(
        query: query(workload), threshold: threshold, ignoresNull: false, isValue: isValue),
      target: workload
    ).migrated()
    entry.notes.insert(
      "which series are behind \(quoted(name)) the metrics adapter's rules say, not this file. The "
        + "query takes the name for the series'; correct it if check finds none.", at: 0)
    return entry
  }

  private func presetEntry(
    _ preset: Preset, threshold: String, _ workload: MigrationTarget
  ) -> MigratedTrigger {
    var entry = MigratedTrigger(
      name: preset.kind.defaultName, preset: preset.name, selector: workload.podMatchers(labels),
      threshold: threshold, ignoresNull: false)
    let metric = preset.metricNames[0]
    entry.notes = [
      (preset.metricNames.contains(name)
        ? name : "\(name), the metrics adapter's name of \(metric),")
        + " is read from Prometheus itself, by pod; the adapter is no longer asked."
    ]
    if workload.namespace == nil { entry.notes.append(MigrationTarget.namespaceNote) }
    if preset.kind == .utilization {
      entry.notes.append(
        "the HPA averaged over pods and multiplied by them: the sum over replicas ÷ \(threshold), as "
          + "here. Utilization is at most \(preset.unit == .ratio ? "1" : "100"); beyond it a queue "
          + "or concurrency tells how many more are needed.")
    }
    return entry
  }

  /// PromQL for the metric under its own name.
  private func query(_ workload: MigrationTarget) -> String {
    let matchers = labels.map { "\($0.0)=\"\($0.1)\"" }
    switch source {
    case .pods: return "\(name){\(workload.podMatchers(labels))}"
    case .object(let kind, let object):
      let own = ["\(kind.lowercased())=\"\(object)\""]
      let namespace = workload.namespace.map { ["namespace=\"\($0)\""] } ?? []
      return "sum(\(name){\((namespace + own + matchers).joined(separator: ","))})"
    case .external, .resource:
      return "sum(\(name)\(matchers.isEmpty ? "" : "{\(matchers.joined(separator: ","))}"))"
    }
  }
}

extension Preset {
  /// The preset of a metric as a metrics adapter names it: the metric's own name, or one of the ACK
  /// article's, with or without `nvidia_gpu_` in front. What a router or a gateway publishes is none
  /// of the pods', whatever the adapter makes of it.
  fileprivate static func ofCustomMetric(_ name: String) -> Preset? {
    let spellings = [name, "nvidia_gpu_" + name]
    if name.hasSuffix("_current") || name.hasSuffix("_over_time") {
      return spellings.lazy.compactMap { named($0) }.first
    }
    return catalogue.first {
      guard $0.kind != .rate, !$0.shape.isAverage, $0.metricOfPods != nil else { return false }
      return $0.metricNames.contains(name)
    }
  }

  /// Whether a number can be its threshold.
  fileprivate func canHave(_ threshold: Double) -> Bool {
    switch unit {
    case .percent: threshold > 1 && threshold <= 100
    case .ratio: threshold <= 1
    case .plain: true
    }
  }
}
