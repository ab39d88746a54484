import Foundation
import TestSupport
import Testing

/// `check --kubernetes` against an API server.
@Suite(.serialized, .timeLimit(.minutes(2))) struct CheckClusterTests {
  private func check(_ cluster: FakeCluster) async throws -> String {
    let kubeconfig = FileManager.default.temporaryDirectory.appending(path: "kube-\(UUID())")
    try Data(
      """
      current-context: here
      clusters: [{name: c, cluster: {server: "\(cluster.address)"}}]
      contexts: [{name: here, context: {cluster: c}}]
      """.utf8
    ).write(to: kubeconfig)
    defer { try? FileManager.default.removeItem(at: kubeconfig) }
    return try await CommandRun(
      [
        "check", "-f", "-", "--offline", "--kubernetes", "--kubeconfig", kubeconfig.path,
      ], input: CheckManifest.clean
    ).output
  }

  @Test func `What throttles a burst in the cluster is warned of`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send(
      "POST", "/apis/apps/v1/namespaces/inference/deployments?fieldManager=argocd-controller",
      """
      {"metadata": {"name": "llm"}, "spec": {"replicas": 2, "selector": {},
       "template": {"spec": {"containers": []}}}}
      """)
    try await cluster.send(
      "POST", "/apis/autoscaling/v2/namespaces/inference/horizontalpodautoscalers",
      #"{"metadata": {"name": "keda-hpa-llm"}, "spec": {"maxReplicas": 50}}"#)
    try await cluster.send(
      "POST", "/apis/keda.sh/v1alpha1/namespaces/inference/scaledobjects",
      """
      {"metadata": {"name": "llm", "annotations": {"autoscaling.keda.sh/paused": "true"}},
       "spec": {"scaleTargetRef": {"name": "llm"}, "maxReplicaCount": 50}}
      """)
    let output = try await check(cluster)
    for words in [
      "in-the-cluster", "is paused by the annotation autoscaling.keda.sh/paused",
      "the HPA lets 2 become at most 6 within 15 s",
      "\"argocd-controller\" wrote spec.replicas last",
    ] {
      #expect(output.contains(words), "\(words): \(output)")
    }
  }

  @Test func `A ScaledObject that is not there, and a missing right, are said`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    #expect(try await check(cluster).contains("cluster-not-asked"))
    try await cluster.faults(#"{"deny": [["get", "keda.sh", "scaledobjects"]]}"#)
    #expect(
      try await check(cluster).contains(
        "{apiGroups: [\"keda.sh\"], resources: [\"scaledobjects\"], verbs: [\"get\"]}"))
  }

  @Test func `An address without a cluster behind it ends with a sentence`() async throws {
    let run = try await CommandRun(
      ["check", "-f", "-", "--offline", "--kubernetes", "--kubeconfig", "/nowhere"],
      input: CheckManifest.clean)
    #expect(run.code == 1)
    #expect(run.errors.contains("the kubeconfig /nowhere cannot be read"))
  }
}
