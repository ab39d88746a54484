internal import TriggerConfiguration

extension FuzzTarget {
  /// A metadata map, one `key=value` a line; `\n` in a value stands for a line's end.
  static let triggerMetadata = FuzzTarget(name: "trigger-metadata") { bytes in
    var metadata: [String: String] = [:]
    for line in String(decoding: bytes, as: UTF8.self).split(separator: "\n") {
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      metadata[String(parts[0])] =
        parts.count > 1 ? String(parts[1]).replacing("\\n", with: "\n") : ""
    }
    read(metadata)
  }

  /// The YAML or JSON list under `triggers`.
  static let triggerList = FuzzTarget(name: "trigger-list") { bytes in
    read(["triggers": String(decoding: bytes, as: UTF8.self)])
  }

  /// What is accepted can be told to KEDA; what is refused is refused in a few words.
  private static func read(_ metadata: [String: String]) {
    do {
      let spec = try TriggerSpec(metadata: metadata, namespace: "inference")
      let plan = spec.metricPlan
      precondition(!plan.metrics.isEmpty, "metadata is accepted and has no metric")
      for metric in plan.metrics {
        precondition(metric.target > 0 && metric.target.isFinite, "a target that breaks the HPA")
        precondition(
          !metric.name.isEmpty && !metric.name.contains { "/% ".contains($0) },
          "a metric name that breaks the HPA")
      }
    } catch {
      precondition(!error.description.isEmpty, "a refusal without a word")
      let length = error.description.utf8.count
      precondition(length < 8192, "a refusal of \(length) bytes")
    }
  }
}
