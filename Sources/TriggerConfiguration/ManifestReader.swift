/// Walks the documents of a file and takes the ScaledObjects out of them.
struct ManifestReader {
  private(set) var scaledObjects: [ScaledObjectManifest] = []
  private(set) var passedOver: [PassedOverDocument] = []
  private(set) var neighbours: [NeighbourManifest] = []
  /// What is wrong outside the ScaledObjects.
  private(set) var problems: [ManifestProblem] = []

  mutating func read(_ text: String) {
    if let problem = ManifestSegment.problem(ofFile: text) {
      problems.append(problem)
      return
    }
    for segment in ManifestSegment.all(of: text) {
      do {
        for document in try segment.documents() { read(document: document) }
      } catch {
        problems.append(error)
      }
    }
  }

  private mutating func refuse(_ line: Int, _ explanation: String) {
    problems.append(ManifestProblem(.refused, line: line, explanation))
  }

  /// The value that `read` gives, or `nil` and one more problem.
  private mutating func attempt<Value>(
    _ read: () throws(ManifestFault) -> Value?
  ) -> Value? {
    do throws(ManifestFault) {
      return try read()
    } catch {
      refuse(error.line, error.explanation)
      return nil
    }
  }

  private mutating func read(document: ManifestNode) {
    let known = problems.count
    guard document.isMapping else {
      if !document.isEmpty {
        passedOver.append(PassedOverDocument(kind: "", name: "", line: document.line))
      }
      return
    }
    let kind = attempt { () throws(ManifestFault) in try document["kind"]?.string() } ?? ""
    if kind.hasSuffix("List"), let items = document["items"] {
      for item in attempt({ () throws(ManifestFault) in try items.elements() }) ?? [] {
        read(document: item)
      }
      return
    }
    let meta = document["metadata"]
    let name = attempt { () throws(ManifestFault) in try meta?["name"]?.string() } ?? ""
    guard kind == "ScaledObject" else {
      passOver(document, kind: kind, name: name)
      return
    }
    guard var manifest = scaledObject(document, name: name) else { return }
    manifest.problems = problems[known...].sorted { $0.line < $1.line }
    problems.removeSubrange(known...)
    scaledObjects.append(manifest)
  }

  private mutating func passOver(_ document: ManifestNode, kind: String, name: String) {
    passedOver.append(PassedOverDocument(kind: kind, name: name, line: document.line))
    if let neighbour = NeighbourManifest(document, kind: kind) { neighbours.append(neighbour) }
  }

  /// Nil where it has no external trigger.
  private mutating func scaledObject(
    _ document: ManifestNode, name: String
  ) -> ScaledObjectManifest? {
    guard let spec = document["spec"] else {
      refuse(document.line, "the ScaledObject \(quoted(name)) has no \"spec\"; write one")
      return nil
    }
    var triggers: [TriggerManifest] = []
    var otherTypes: [String] = []
    let elements = attempt { () throws(ManifestFault) in try spec["triggers"]?.elements() } ?? []
    for (index, element) in elements.enumerated() {
      let type = attempt { () throws(ManifestFault) in try element["type"]?.string() } ?? ""
      guard type == "external" || type == "external-push" else {
        otherTypes.append(type)
        continue
      }
      triggers.append(trigger(element, index: index, type: type))
    }
    guard !triggers.isEmpty else {
      passOver(document, kind: "ScaledObject", name: name)
      return nil
    }
    for fault in ManifestKeys.faults(in: spec) { refuse(fault.line, fault.explanation) }
    checkVersion(document)
    if name.isEmpty {
      refuse(document.line, "metadata.name is missing; give the ScaledObject a name")
    }
    let target = spec["scaleTargetRef"]
    let advanced = spec["advanced"]
    let hpa = advanced?["horizontalPodAutoscalerConfig"]
    return ScaledObjectManifest(
      name: name, namespace: string(document["metadata"]?["namespace"]), line: document.line,
      scaleTargetName: string(target?["name"]), scaleTargetKind: string(target?["kind"]),
      pollingIntervalSeconds: count(spec["pollingInterval"]),
      cooldownPeriodSeconds: count(spec["cooldownPeriod"]),
      idleReplicaCount: count(spec["idleReplicaCount"]),
      minReplicaCount: count(spec["minReplicaCount"]),
      maxReplicaCount: count(spec["maxReplicaCount"]), behavior: behavior(hpa?["behavior"]),
      fallback: fallback(spec["fallback"]), triggers: triggers, otherTriggerTypes: otherTypes,
      pausedBy: document["metadata"]?["annotations"].flatMap(Self.pausingAnnotation),
      hasScalingModifiers: advanced?["scalingModifiers"]?["formula"] != nil)
  }

  private mutating func checkVersion(_ document: ManifestNode) {
    let node = document["apiVersion"]
    let written = string(node)
    guard written != ManifestKeys.version else { return }
    refuse(
      node?.line ?? document.line,
      (written.map { "apiVersion is \(quoted($0))" } ?? "apiVersion is missing")
        + "; write apiVersion: \(ManifestKeys.version)")
  }

  /// The first annotation by which KEDA leaves the target alone.
  private static func pausingAnnotation(_ annotations: ManifestNode) -> String? {
    ["paused", "paused-replicas", "paused-scale-in", "paused-scale-out"]
      .map { "autoscaling.keda.sh/\($0)" }
      .first { name in
        guard let value = try? annotations[name]?.string() else { return false }
        return value != "false"
      }
  }

  private mutating func trigger(_ node: ManifestNode, index: Int, type: String) -> TriggerManifest {
    var metadata: [String: String] = [:]
    var lines: [String: Int] = [:]
    let pairs = attempt { () throws(ManifestFault) in try node["metadata"]?.pairs() } ?? []
    for (key, value) in pairs {
      // What is refused for its quotes only is looked at like the rest.
      metadata[key] =
        attempt { () throws(ManifestFault) in try value.quotedString() } ?? value.text
      lines[key] = value.line
    }
    return TriggerManifest(
      index: index, type: type, name: string(node["name"]), metadata: metadata,
      metadataLines: lines, line: node.line, metricType: string(node["metricType"]),
      useCachedMetrics: bool(node["useCachedMetrics"]),
      authenticationName: string(node["authenticationRef"]?["name"]))
  }

  private mutating func behavior(_ node: ManifestNode?) -> HPABehavior? {
    guard let node else { return nil }
    return HPABehavior(scaleUp: rules(node["scaleUp"]), scaleDown: rules(node["scaleDown"]))
  }

  private mutating func rules(_ node: ManifestNode?) -> HPAScalingRules? {
    guard let node else { return nil }
    var policies: [HPAScalingPolicy] = []
    for policy in attempt({ () throws(ManifestFault) in try node["policies"]?.elements() }) ?? [] {
      guard let type = string(policy["type"]), let value = count(policy["value"]),
        let period = count(policy["periodSeconds"])
      else {
        refuse(policy.line, "\(policy.path) needs \"type\", \"value\" and \"periodSeconds\"")
        continue
      }
      policies.append(HPAScalingPolicy(type: type, value: value, periodSeconds: period))
    }
    return HPAScalingRules(
      stabilizationWindowSeconds: count(node["stabilizationWindowSeconds"]),
      selectPolicy: string(node["selectPolicy"]), policies: policies,
      tolerance: attempt { () throws(ManifestFault) in try node["tolerance"]?.quantity() })
  }

  private mutating func fallback(_ node: ManifestNode?) -> FallbackManifest? {
    guard let node else { return nil }
    let behavior = node["behavior"]
    let word = string(behavior)
    if let behavior, let word, !ManifestKeys.fallbackBehaviors.contains(word) {
      refuse(
        behavior.line,
        "\(behavior.path) is \(quoted(word)); use "
          + ManifestKeys.fallbackBehaviors.joined(separator: ", "))
    }
    return FallbackManifest(
      failureThreshold: count(node["failureThreshold"]), replicas: count(node["replicas"]),
      behavior: word)
  }

  private mutating func string(_ node: ManifestNode?) -> String? {
    attempt { () throws(ManifestFault) in try node?.string() }
  }

  /// What is refused for its quotes only still says what was meant.
  private mutating func count(_ node: ManifestNode?) -> Int? {
    attempt { () throws(ManifestFault) in try node?.count() }
      ?? node.flatMap { Int($0.text) }.flatMap { $0 < 0 ? nil : $0 }
  }

  private mutating func bool(_ node: ManifestNode?) -> Bool? {
    attempt { () throws(ManifestFault) in try node?.bool() } ?? node.flatMap { Bool($0.text) }
  }
}
