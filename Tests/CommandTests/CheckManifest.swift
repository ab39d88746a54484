import Foundation

/// A ScaledObject that `check` finds nothing in, and what becomes of it when lines are changed.
enum CheckManifest {
  static let clean = """
    apiVersion: keda.sh/v1alpha1
    kind: ScaledObject
    metadata: {name: llm, namespace: inference}
    spec:
      scaleTargetRef: {name: llm}
      minReplicaCount: 2
      maxReplicaCount: 50
      fallback: {failureThreshold: 3, replicas: 2, behavior: currentReplicasIfHigher}
      advanced:
        horizontalPodAutoscalerConfig:
          behavior:
            scaleUp:
              tolerance: "0"
              policies:
                - {type: Percent, value: 900, periodSeconds: 15}
            scaleDown: {stabilizationWindowSeconds: 0, tolerance: "0"}
      triggers:
        - type: external-push
          metadata:
            scalerAddress: keda-burst-scaler.keda.svc.cluster.local:6000
            gpuUtilizationQuery: DCGM_FI_DEV_GPU_UTIL{pod=~"llm-.*"}
            gpuUtilizationThreshold: "70"
            queueDepthQuery: sum(queue_depth)
            queueDepthThreshold: "50"
            tolerance: "0"

    """

  /// `clean` with each text replaced by another.
  static func with(_ edits: [(String, String)], more: String = "") -> String {
    edits.reduce(clean) { text, edit in
      precondition(text.contains(edit.0), "the manifest has no \(edit.0)")
      return text.replacing(edit.0, with: edit.1)
    } + more
  }

  /// The clean manifest with a queue depth alone, and `key` beside it.
  static func queue(_ key: String = "forecast: \"off\"") -> String {
    with([
      ("        gpuUtilizationQuery: DCGM_FI_DEV_GPU_UTIL{pod=~\"llm-.*\"}\n", ""),
      ("        gpuUtilizationThreshold: \"70\"", "        \(key)"),
    ])
  }
}

/// What `check --output json` says.
struct CheckedFile: Decodable {
  struct Object: Decodable {
    var name: String
    var line: Int
    var findings: [Finding]
    var triggers: [Trigger]
  }

  struct Trigger: Decodable {
    struct Query: Decodable {
      var name: String
      var series: Int?
      var examples: [String]
      var reading: String
    }

    struct Decision: Decodable {
      var desiredReplicas: Int
      var active: Bool
      var reasons: [String]
    }

    var findings: [Finding]
    var queries: [Query]
    var decision: Decision?
  }

  struct Finding: Decodable, CustomStringConvertible {
    var severity: String
    var code: String
    var line: Int
    var message: String
    var remedy: String

    var description: String { "\(severity) [\(code)] \(line): \(message) → \(remedy)" }
  }

  struct File: Decodable {
    var file: String
    var findings: [Finding]
  }

  var files: [File]
  var scaledObjects: [Object]
  var passedOver: [String]

  /// Everything that was found, in order.
  var findings: [Finding] {
    files.flatMap(\.findings)
      + scaledObjects.flatMap { $0.findings + $0.triggers.flatMap(\.findings) }
  }

  /// Checks a file's text; `arguments` beside `--output json -f -`.
  static func checking(
    _ yaml: String, _ arguments: [String] = ["--offline"]
  ) async throws -> (code: Int32, file: CheckedFile) {
    let run = try await CommandRun(
      ["check", "--output", "json", "-f", "-"] + arguments, input: yaml)
    return (run.code, try JSONDecoder().decode(CheckedFile.self, from: Data(run.output.utf8)))
  }
}
