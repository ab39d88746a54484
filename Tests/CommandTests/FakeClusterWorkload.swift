import Foundation
import TestSupport

/// What the tests of the built server keep in the fake cluster: one workload, `inference/llm`.
extension FakeCluster {
  private static let scaledObjects = "/apis/keda.sh/v1alpha1/namespaces/inference/scaledobjects"
  private static let deployments = "/apis/apps/v1/namespaces/inference/deployments"

  /// A kubeconfig file of its own for this cluster; whoever asks for it removes it.
  func kubeconfig() throws -> URL {
    let file = FileManager.default.temporaryDirectory.appending(path: "kube-\(UUID())")
    let text = """
      current-context: here
      clusters: [{name: c, cluster: {server: "\(address)"}}]
      users: [{name: u, user: {token: admin}}]
      contexts: [{name: here, context: {cluster: c, user: u, namespace: keda}}]
      """
    try Data(text.utf8).write(to: file)
    return file
  }

  /// A Deployment of two replicas that the HPA wrote, each of so many GPUs, and its ScaledObject
  /// with one trigger.
  func addWorkload(gpus: Int = 0, metadata: String) async throws {
    try await send(
      "POST", Self.deployments + "?fieldManager=kube-controller-manager",
      """
      {"metadata": {"name": "llm"}, "spec": {"replicas": 2,
       "selector": {"matchLabels": {"app": "llm"}},
       "template": {"metadata": {"labels": {"app": "llm"}}, "spec": {"containers": [
        {"resources": {"limits": {"nvidia.com/gpu": "\(gpus)"}}}]}}}}
      """)
    try await send(
      "POST", Self.scaledObjects,
      """
      {"metadata": {"name": "llm"}, "spec": {"scaleTargetRef": {"name": "llm"},
       "minReplicaCount": 2, "maxReplicaCount": 50,
       "triggers": [{"type": "external-push", "metadata": \(metadata)}]}}
      """)
  }

  /// A server that may write here and is fed by `prometheus`; whoever starts it ends it.
  func scaler(
    fedBy prometheus: PrometheusProcess, _ more: [String] = []
  ) async throws -> ScalerProcess {
    let kubeconfig = try kubeconfig()
    defer { try? FileManager.default.removeItem(at: kubeconfig) }
    return try await ScalerProcess(
      [
        "--prometheus", prometheus.address, "--kubernetes", "scale", "--kubeconfig",
        kubeconfig.path,
      ] + more)
  }

  /// A client that asks `scaler` for the workload's value as KEDA does; whoever starts it ends it.
  func watch(_ scaler: ScalerProcess, metadata: String) throws -> LineProcess {
    try InteropProgram.python(
      "watch.py",
      [
        "--address", scaler.address, "--seconds", "180", "--namespace", "inference", "--name",
        "llm", "--metadata", metadata,
      ])
  }

  /// Replicas that are asked for.
  func replicas() async throws -> Int {
    struct Found: Decodable {
      struct Spec: Decodable { var replicas: Int }
      var spec: Spec
    }
    let body = try await send("GET", Self.deployments + "/llm/scale").body
    return try JSONDecoder().decode(Found.self, from: body).spec.replicas
  }

  /// The message of the newest Event of each reason, as kubectl shows them.
  func events() async throws -> [String: String] {
    let lines = try await kubectl(
      "get", "events", "-n", "inference", "-o",
      "jsonpath={range .items[*]}{.reason}: {.message}{\"\\n\"}{end}"
    ).split(separator: "\n")
    return Dictionary(
      lines.compactMap { line in
        line.firstRange(of: ": ").map {
          (String(line[..<$0.lowerBound]), String(line[$0.upperBound...]))
        }
      }, uniquingKeysWith: { $1 })
  }
}
