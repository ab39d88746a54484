/// Why something cannot be translated, to be read after what it was, with the remedy.
struct Untranslatable: Error, Equatable {
  /// `has no threshold above 0; write one`.
  var reason: String
}

extension ManifestNode {
  /// The word under a key; `nil` where there is none.
  func word(_ key: String) throws(Untranslatable) -> String? {
    try Self.read { () throws(ManifestFault) in try self[key]?.string() }
  }

  /// The list under a key; empty where there is none.
  func list(_ key: String) throws(Untranslatable) -> [ManifestNode] {
    try Self.read { () throws(ManifestFault) in try self[key]?.elements() ?? [] }
  }

  /// The map of words under a key, in its order; empty where there is none.
  func words(_ key: String) throws(Untranslatable) -> [(key: String, text: String)] {
    try Self.read { () throws(ManifestFault) in
      var words: [(key: String, text: String)] = []
      for (key, value) in try self[key]?.pairs() ?? [] {
        words.append((key, value.isEmpty ? "" : try value.string()))
      }
      return words
    }
  }

  private static func read<Value>(
    _ read: () throws(ManifestFault) -> Value
  ) throws(Untranslatable) -> Value {
    do throws(ManifestFault) {
      return try read()
    } catch {
      throw Untranslatable(reason: error.explanation)
    }
  }
}

/// One entry of the external trigger's list, with what its translation changed.
struct MigratedTrigger: Equatable {
  /// Its name; unique within the list only once the list is made.
  var name: String
  /// `kind`, where there is no preset.
  var kind: String?
  /// `query`, where there is no preset.
  var query: String?
  /// A catalogued metric.
  var preset: String?
  /// The preset's `selector`.
  var selector: String?
  /// `threshold`, as it was written.
  var threshold: String
  /// `activationThreshold`, where it is not 0.
  var activationThreshold: String?
  /// `unit`, where it is not the default.
  var unit: String?
  /// `replicaLabel`, where it is not the default.
  var replicaLabel: String?
  /// Whether an empty answer counts as 0.
  var ignoresNull: Bool
  /// Whether its answer is a mean, which needs the number of ready replicas.
  var isMean = false
  /// Sentences on what changes in meaning.
  var notes: [String] = []

  /// The entry as it stands in the list.
  var entry: ManifestValue {
    var items: [ManifestItem] = []
    func add(_ key: String, _ text: String?, isPlain: Bool = false) {
      guard let text else { return }
      items.append(ManifestItem(key, isPlain ? .plain(text) : .text(text)))
    }
    add("name", name)
    add("kind", kind)
    add("preset", preset)
    add("selector", selector)
    add("query", query)
    add("unit", unit)
    add("replicaLabel", replicaLabel)
    add("threshold", threshold, isPlain: true)
    add("activationThreshold", activationThreshold, isPlain: true)
    add("ignoreNullValues", ignoresNull ? "true" : "false", isPlain: true)
    return .map(items)
  }
}

/// What is scaled, and where.
struct MigrationTarget: Equatable {
  /// `Deployment` where nothing else is written.
  var kind: String
  /// Its name.
  var name: String
  /// Its namespace, where the manifest names it.
  var namespace: String?

  /// It as kube-state-metrics knows it; `nil` for other kinds.
  var workload: WorkloadReference? {
    WorkloadReference.Kind(rawValue: kind.lowercased()).map {
      WorkloadReference(kind: $0, name: name)
    }
  }

  /// What is to be said where a selector cannot name the namespace.
  static let namespaceNote =
    "the manifest names no namespace; add namespace=\"…\" to the selector, or pods of the same name "
    + "elsewhere count, too."

  /// Label matchers for its own pods.
  func podMatchers(_ more: [(String, String)] = []) -> String {
    let escaped = name.replacing(".", with: "[.]")
    let pods =
      kind == "StatefulSet" ? "\(escaped)-[0-9]+" : "\(escaped)-[a-z0-9]+-[a-z0-9]{5}"
    let matchers =
      (namespace.map { ["namespace=\"\($0)\""] } ?? []) + ["pod=~\"\(pods)\""]
      + more.map { "\($0.0)=\"\($0.1)\"" }
    return matchers.joined(separator: ",")
  }
}

/// The external trigger that takes the place of others.
struct ExternalTrigger {
  /// The one list of demand.
  var entries: [MigratedTrigger]
  /// What is scaled.
  var target: MigrationTarget
  /// Where KEDA finds the scaler.
  var scalerAddress: String
  /// Where the numbers come from.
  var server = MigratedServer()
  /// `timeout`, where one was written.
  var timeout: String?

  /// It as an item of `spec.triggers`, what changes in meaning above it.
  var item: ManifestItem {
    var notes: [String] = []
    var metadata: [(String, String)] = [("scalerAddress", scalerAddress)]
    if let profile = server.profile {
      metadata.append(("profile", profile))
    } else if let address = server.address {
      metadata.append(("serverAddress", address))
    }
    notes += server.notes
    if let timeout { metadata.append(("timeout", timeout)) }
    if entries.contains(where: \.isMean) {
      if let workload = target.workload {
        metadata.append(("replicasOf", "\(workload.kind.rawValue)/\(workload.name)"))
        notes.append(
          "replicasOf: the mean is multiplied by the ready replicas, which kube-state-metrics tells."
        )
      } else {
        notes.append(
          "Write replicasQuery, PromQL for the ready replicas of this \(target.kind): without it a "
            + "mean cannot size a fleet.")
      }
    }
    if entries.count > 1 { metadata.append(("aggregation", "max")) }
    let named = uniquelyNamed
    notes += named.flatMap { entry in entry.notes.map { "\(entry.name): \($0)" } }
    let list = ManifestValue.list(named.map { ManifestItem("", $0.entry) })
    metadata.append(("triggers", list.yaml))
    let trigger = ManifestValue.map([
      ManifestItem("type", .text("external-push")), ManifestItem("metadata", .texts(metadata)),
    ])
    return ManifestItem("", trigger, comments: notes)
  }

  private var uniquelyNamed: [MigratedTrigger] {
    var used: Set<String> = []
    return entries.map { entry in
      var entry = entry
      let base = entry.name
      var number = 2
      while !used.insert(entry.name).inserted {
        entry.name = "\(base)-\(number)"
        number += 1
      }
      return entry
    }
  }
}
