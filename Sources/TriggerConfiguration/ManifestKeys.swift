/// The keys and words that KEDA and the HPA read in a ScaledObject.
///
/// The API server drops a key it does not know, so a misspelled one has no effect and says nothing.
/// Source: KEDA's `apis/keda/v1alpha1/scaledobject_types.go`, Kubernetes' `autoscaling/v2`.
enum ManifestKeys {
  /// The only `apiVersion` of ScaledObjects there is.
  static let version = "keda.sh/v1alpha1"
  /// What `fallback.behavior` may be; the first is the default.
  static let fallbackBehaviors = [
    "static", "currentReplicas", "currentReplicasIfHigher", "currentReplicasIfLower",
  ]
  private static let spec = [
    "scaleTargetRef", "pollingInterval", "initialCooldownPeriod", "cooldownPeriod",
    "idleReplicaCount", "minReplicaCount", "maxReplicaCount", "advanced", "triggers", "fallback",
  ]
  private static let trigger = [
    "type", "name", "metadata", "metricType", "useCachedMetrics", "authenticationRef",
  ]
  private static let target = ["name", "kind", "apiVersion", "envSourceContainerName"]
  private static let fallback = ["failureThreshold", "replicas", "behavior"]
  private static let advanced = [
    "horizontalPodAutoscalerConfig", "restoreToOriginalReplicaCount", "scalingModifiers",
  ]
  private static let rules = [
    "stabilizationWindowSeconds", "selectPolicy", "policies", "tolerance",
  ]

  /// Every key below `spec` that is nearly, but not quite, one that is read, and those of a fallback
  /// that are missing.
  ///
  /// A key that resembles none is left alone: a newer KEDA may know it.
  static func faults(in node: ManifestNode) -> [ManifestFault] {
    let hpa = node["advanced"]?["horizontalPodAutoscalerConfig"]
    let behavior = hpa?["behavior"]
    var found =
      misspelled(node, spec) + misspelled(node["scaleTargetRef"], target)
      + misspelled(node["fallback"], fallback) + misspelled(node["advanced"], advanced)
      + misspelled(hpa, ["name", "behavior"]) + misspelled(behavior, ["scaleUp", "scaleDown"])
      + misspelled(behavior?["scaleUp"], rules) + misspelled(behavior?["scaleDown"], rules)
    found += missing(in: node["fallback"], [("failureThreshold", 3), ("replicas", 2)])
    for element in (try? node["triggers"]?.elements()) ?? [] {
      found += misspelled(element, trigger)
    }
    return found
  }

  /// The keys that have to be there and are not, each with an example; not where one is misspelled.
  private static func missing(
    in node: ManifestNode?, _ required: [(key: String, example: Int)]
  ) -> [ManifestFault] {
    guard let node, let pairs = try? node.pairs() else { return [] }
    return required.filter { key, _ in
      node[key] == nil && !pairs.contains { nearestName(to: $0.key, among: [key]) != nil }
    }.map { key, example in
      ManifestFault(
        line: node.line,
        explanation: "\(node.path).\(key) is missing; write for example \(key): \(example)")
    }
  }

  private static func misspelled(_ node: ManifestNode?, _ known: [String]) -> [ManifestFault] {
    guard let node, let pairs = try? node.pairs() else { return [] }
    return pairs.compactMap { key, value in
      guard !known.contains(key), let nearest = nearestName(to: key, among: known) else {
        return nil
      }
      return ManifestFault(
        line: value.line,
        explanation: "\(node.path).\(key.excerpt) is not a key of a ScaledObject; "
          + "did you mean \"\(nearest)\"?")
    }
  }
}
