/// Puts one external trigger in the place of a ScaledObject's `prometheus` triggers.
struct ScaledObjectMigration {
  let document: ManifestNode
  let options: MigrationOptions
  /// The file's TriggerAuthentications, by name.
  let authentications: [String: TriggerAuthenticationManifest]

  /// What became of a ScaledObject.
  struct Outcome {
    /// The new ScaledObject; `nil` where nothing of it was translated.
    var value: ManifestValue?
    /// Triggers that were not translated, by their place, each with the reason.
    var kept: [(index: Int, line: Int, reason: String)] = []
  }

  /// One native trigger that can be translated.
  private struct Native {
    var index: Int
    var entry: MigratedTrigger
    var server: MigratedServer
    var timeout: String?
  }

  /// The outcome; without `prometheus` triggers it is empty.
  func outcome() throws(Untranslatable) -> Outcome {
    var outcome = Outcome()
    guard let spec = document["spec"] else { return outcome }
    let triggers = try spec.list("triggers")
    let target = try target(spec["scaleTargetRef"])
    let formula = spec["advanced"]?["scalingModifiers"]?["formula"]
    var natives: [Native] = []
    for (index, trigger) in triggers.enumerated() {
      guard try trigger.word("type") == "prometheus" else { continue }
      do throws(Untranslatable) {
        guard formula == nil else {
          throw Untranslatable(
            reason:
              "scalingModifiers.formula combines the triggers' raw values by name, and ours are "
              + "replicas; write \"aggregation: formula\" with a formula over replicas by hand")
        }
        natives.append(try native(trigger, index: index, target: target))
      } catch {
        outcome.kept.append((index, trigger.line, error.reason))
      }
    }
    guard !natives.isEmpty else { return outcome }
    var value = document.value.cleaned
    value["spec"]?["triggers"] = .list(
      items(triggers, natives: natives, kept: outcome.kept, target: target))
    outcome.value = value
    return outcome
  }

  private func target(_ node: ManifestNode?) throws(Untranslatable) -> MigrationTarget {
    MigrationTarget(
      kind: try node?.word("kind") ?? "Deployment", name: try node?.word("name") ?? "",
      namespace: try document["metadata"]?.word("namespace"))
  }

  private func native(
    _ trigger: ManifestNode, index: Int, target: MigrationTarget
  ) throws(Untranslatable) -> Native {
    let metadata = Dictionary(
      try trigger.words("metadata").map { ($0.key, $0.text) }, uniquingKeysWith: { $1 })
    let name = try trigger.word("name").flatMap { try? MetadataValue($0).triggerName() }
    let server = try ServerMigration(
      metadata: metadata, authentication: try trigger["authenticationRef"]?.word("name"),
      known: authentications,
      namespace: target.namespace
    ).server()
    let (timeout, timeoutNote) = Self.timeout(metadata["timeout"])
    let demand = NativeDemand(
      name: name, query: metadata["query"] ?? "",
      threshold: metadata["threshold"] ?? "", activationThreshold: metadata["activationThreshold"],
      ignoresNull: metadata["ignoreNullValues"]?.trimmed.lowercased() != "false",
      isValue: try trigger.word("metricType") == "Value")
    var entry = try DemandTranslation(demand, target: target).migrated()
    if metadata["ignoreNullValues"] == nil, entry.ignoresNull {
      entry.notes.append(
        "ignoreNullValues: true is KEDA's default written out: no series counts as 0. Without it no "
          + "series is unknown, and the fallback acts.")
    }
    if let timeoutNote { entry.notes.append(timeoutNote) }
    if try trigger.word("useCachedMetrics") == "true" {
      entry.notes.append("useCachedMetrics is gone: the newest value is always at hand.")
    }
    let unknown = metadata.keys.filter { !Self.keys.contains($0) }.sorted()
    if !unknown.isEmpty {
      entry.notes.append(
        "KEDA's trigger does not know \(unknown.map { quoted($0) }.joined(separator: ", ")), so it is gone."
      )
    }
    return Native(index: index, entry: entry, server: server, timeout: timeout)
  }

  /// What KEDA's trigger reads; `metricName` is of versions before 2.12 and named the metric only.
  private static let keys: Set<String> = [
    "serverAddress", "query", "threshold", "activationThreshold", "ignoreNullValues", "namespace",
    "customHeaders", "cortexOrgID", "queryParameters", "unsafeSsl", "timeout", "authModes",
    "metricName",
  ]

  /// KEDA counts milliseconds where no unit is written.
  private static func timeout(_ text: String?) -> (text: String?, note: String?) {
    guard let text = text?.trimmed, !text.isEmpty else { return (nil, nil) }
    let written = plainNumber(text) == nil ? text : text + "ms"
    guard (try? MetadataValue(written).timeout()) != nil else {
      return (nil, "timeout \(quoted(text)) is out of range (10ms to 30s), so it is gone.")
    }
    return (written, nil)
  }

  /// The triggers in their order: an external one for each server in the place of its first.
  private func items(
    _ triggers: [ManifestNode], natives: [Native],
    kept: [(index: Int, line: Int, reason: String)], target: MigrationTarget
  ) -> [ManifestItem] {
    var servers: [MigratedServer] = []
    var items: [ManifestItem] = []
    for (index, trigger) in triggers.enumerated() {
      guard let native = natives.first(where: { $0.index == index }) else {
        let reason = kept.first { $0.index == index }?.reason
        items.append(
          ManifestItem("", trigger.value, comments: reason.map { ["Not translated: \($0)."] } ?? [])
        )
        continue
      }
      guard !servers.contains(native.server) else { continue }
      servers.append(native.server)
      let group = natives.filter { $0.server == native.server }
      var server = native.server
      if servers.count > 1, let name = server.profile,
        servers.dropLast().contains(where: { $0.profile == name })
      {
        server.profile = "\(name)-\(servers.count)"
        server.notes = server.notes.map {
          $0.replacing("  \(name):", with: "  \(name)-\(servers.count):")
        }
      }
      items.append(
        ExternalTrigger(
          entries: group.map(\.entry), target: target, scalerAddress: options.scalerAddress,
          server: server, timeout: Self.longest(group.compactMap(\.timeout))
        ).item)
    }
    return items
  }

  private static func longest(_ timeouts: [String]) -> String? {
    timeouts.max { (parseDuration($0) ?? .zero) < (parseDuration($1) ?? .zero) }
  }
}

extension ManifestValue {
  /// A manifest without what only the cluster writes.
  var cleaned: ManifestValue {
    var value = self
    value["status"] = nil
    for key in [
      "uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "selfLink",
    ] {
      value["metadata"]?[key] = nil
    }
    for key in Self.clusterAnnotations { value["metadata"]?["annotations"]?[key] = nil }
    if case .map(let items)? = value["metadata"]?["annotations"], items.isEmpty {
      value["metadata"]?["annotations"] = nil
    }
    return value
  }

  private static let clusterAnnotations = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "autoscaling.alpha.kubernetes.io/conditions",
    "autoscaling.alpha.kubernetes.io/current-metrics",
  ]
}
