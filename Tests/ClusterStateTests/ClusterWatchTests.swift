import ClusterState
import DecisionLoop
import Foundation
import KubernetesClient
import KubernetesFormat
import Logging
import TestSupport
import Testing

@Suite("What is known of the cluster", .serialized, .timeLimit(.minutes(2)))
struct ClusterWatchTests {
  private let llm = ObjectKey(namespace: "inference", name: "llm")

  /// Runs `body` while the cluster is followed.
  private func following(
    _ cluster: FakeCluster, patience: Duration = .seconds(60),
    _ body: (ClusterWatch) async throws -> Void
  ) async throws {
    let watch = ClusterWatch(
      api: try cluster.api(), logger: Logger(label: "test"), patience: patience)
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await watch.run() }
      try await body(watch)
      group.cancelAll()
    }
  }

  @Test func `replicas, bounds and readiness follow the Deployment`() async throws {
    let cluster = try FakeCluster(["--ready-after", "2"])
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2, max: 20)
    try await following(cluster) { watch in
      try await eventually(within: .seconds(30)) { watch.reading(of: llm).readyReplicas == 2 }
      #expect(watch.reading(of: llm).currentReplicas == 2)
      #expect(watch.view(of: llm)?.maxReplicas == 20)
      try await cluster.send(
        "PATCH", ClusterObjects.deployments + "/llm/scale", #"{"spec": {"replicas": 5}}"#)
      try await eventually(within: .seconds(30)) { watch.reading(of: llm).currentReplicas == 5 }
      #expect(watch.reading(of: llm).readyReplicas == 2)
      try await eventually(within: .seconds(30)) { watch.reading(of: llm).readyReplicas == 5 }
    }
  }

  @Test func `cold starts are learned from pods, and again after a restart`() async throws {
    let cluster = try FakeCluster(["--ready-after", "2.5"])
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 3)
    for _ in 0..<2 {
      try await following(cluster) { watch in
        try await eventually(within: .seconds(20)) {
          watch.reading(of: llm).coldStart?.count == 3
        }
        // The API writes whole seconds.
        let learned = try #require(watch.reading(of: llm).coldStart)
        #expect((2...6).contains(learned.p50))
        #expect(learned.p90 >= learned.p50)
      }
    }
  }

  /// A pod that was made so many seconds ago, and has been ready since so many.
  private func pod(_ name: String, madeAgo: Double, readyAgo: Double) -> String {
    func time(_ ago: Double) -> String {
      Timestamp(unixSeconds: (Date.now.timeIntervalSince1970 - ago).rounded(.down)).text
    }
    return """
      {"metadata": {"name": "\(name)", "labels": {"app": "llm"},
        "creationTimestamp": "\(time(madeAgo))"},
       "spec": {"nodeName": "a", "containers": [{"name": "c"}]},
       "status": {"phase": "Running", "containerStatuses": [{"restartCount": 0}], "conditions": [
        {"type": "Ready", "status": "True", "lastTransitionTime": "\(time(readyAgo))"}]}}
      """
  }

  @Test func `what became ready again before it was followed is no cold start`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 3)
    for (name, readyAgo) in [("a", 32_360.0), ("b", 3600), ("c", 3600)] {
      try await cluster.send(
        "POST", ClusterObjects.pods, pod(name, madeAgo: 32_400, readyAgo: readyAgo))
    }
    try await following(cluster) { watch in
      try await eventually(within: .seconds(20)) { watch.reading(of: llm).coldStart != nil }
      #expect(watch.reading(of: llm).coldStart == .init(p50: 40, p90: 40, count: 1))
      // What comes while it is followed is seen from its beginning, and may take hours.
      try await cluster.send("POST", ClusterObjects.pods, pod("d", madeAgo: 7200, readyAgo: 0))
      try await eventually(within: .seconds(20)) { watch.reading(of: llm).coldStart?.count == 2 }
      #expect(watch.reading(of: llm).coldStart?.p90 == 7200)
    }
  }

  @Test func `a StatefulSet's new pod of an old name is another pod`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 1)
    try await following(cluster) { watch in
      for seconds in [40.0, 400] {
        try await cluster.send(
          "POST", ClusterObjects.pods, pod("llm-0", madeAgo: seconds, readyAgo: 0))
        try await eventually(within: .seconds(20)) {
          watch.reading(of: llm).coldStart?.p90 == seconds
        }
        try await cluster.send("DELETE", ClusterObjects.pods + "/llm-0")
      }
      #expect(watch.reading(of: llm).coldStart == .init(p50: 40, p90: 400, count: 2))
    }
  }

  @Test func `room that cannot be told any more is no number`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 0)
    try await cluster.send("POST", ClusterObjects.nodes, ClusterObjects.node("a", gpus: 4))
    try await following(cluster, patience: .seconds(2)) { watch in
      try await eventually(within: .seconds(30)) { watch.reading(of: llm).placeableReplicas == 4 }
      try await cluster.faults(
        #"{"deny": [["list", "", "pods"], ["watch", "", "pods"]], "cutWatches": true, "#
          + #""compact": true}"#)
      try await eventually(within: .seconds(30)) {
        watch.reading(of: llm).placeableReplicas == nil
      }
      #expect(
        watch.reading(of: llm).remarks.first?.hasPrefix(
          "the room is not known: the cluster's API: may not") == true)
      try await cluster.faults(#"{"deny": []}"#)
      try await eventually(within: .seconds(60)) { watch.reading(of: llm).placeableReplicas == 4 }
      #expect(watch.reading(of: llm).remarks == [])
    }
  }

  @Test func `room is what the nodes leave beside the replicas that run`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 1, gpus: 2)
    try await cluster.send("POST", ClusterObjects.nodes, ClusterObjects.node("a", gpus: 8))
    try await cluster.send("POST", ClusterObjects.nodes, ClusterObjects.node("b", gpus: 3))
    func pod(_ name: String, app: String, node: String, gpus: Int) -> String {
      """
      {"metadata": {"name": "\(name)", "labels": {"app": "\(app)"}}, "status": {"phase": "Running"},
       "spec": {"nodeName": "\(node)", "containers": [{"name": "c", "resources":
        {"limits": {"nvidia.com/gpu": "\(gpus)"}}}]}}
      """
    }
    let pods = ClusterObjects.pods
    try await cluster.send("POST", pods, pod("llm-0", app: "llm", node: "a", gpus: 2))
    try await cluster.send("POST", pods, pod("other", app: "other", node: "a", gpus: 3))
    try await following(cluster) { watch in
      // One runs; a has 3 GPUs left for one more, b has 3 for one more.
      try await eventually(within: .seconds(30)) { watch.reading(of: llm).placeableReplicas == 3 }
      try await cluster.send(
        "PATCH", ClusterObjects.nodes + "/b", #"{"spec": {"unschedulable": true}}"#)
      try await eventually(within: .seconds(30)) { watch.reading(of: llm).placeableReplicas == 2 }
    }
  }

  @Test(arguments: [
    (["list", "", "nodes"], "nodes"), (["list", "", "pods"], "pods"),
    (["list", "autoscaling", "horizontalpodautoscalers"], "horizontalpodautoscalers"),
    (["list", "apps", "statefulsets"], "statefulsets"), (["watch", "", "nodes"], "nodes"),
    (["watch", "", "pods"], "pods"),
  ])
  func `without one right the rest goes on, and the missing rule is named`(
    denied: [String], resource: String
  ) async throws {
    let cluster = try FakeCluster(["--ready-after", "0"])
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await cluster.faults(
      #"{"deny": [["\#(denied[0])", "\#(denied[1])", "\#(denied[2])"]]}"#)
    try await following(cluster) { watch in
      try await eventually(within: .seconds(30)) { watch.reading(of: llm).readyReplicas == 2 }
      try await eventually(within: .seconds(30)) {
        watch.troubles.contains { $0.missingRule?.resource == resource }
      }
      #expect(watch.reading(of: llm).currentReplicas == 2)
      if denied == ["list", "", "nodes"] {
        #expect(watch.reading(of: llm).placeableReplicas == nil)
      }
      // No HPA is there only where the HPAs are told.
      #expect(watch.view(of: llm)?.isHPAKnown == (resource != "horizontalpodautoscalers"))
    }
  }

  @Test(arguments: [
    (["list", "keda.sh", "scaledobjects"], "scaledobjects"),
    (["list", "apps", "deployments"], "deployments"),
  ])
  func `without what the count comes from it is unknown, and said`(
    denied: [String], resource: String
  ) async throws {
    let cluster = try FakeCluster(["--ready-after", "0"])
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await cluster.faults(
      #"{"deny": [["\#(denied[0])", "\#(denied[1])", "\#(denied[2])"]]}"#)
    try await following(cluster) { watch in
      try await eventually(within: .seconds(30)) {
        watch.reading(of: llm).remarks.first?.contains(
          "resources: [\"\(resource)\"], verbs: [\"list\"]} is missing from the ClusterRole")
          == true
      }
      #expect(watch.reading(of: llm).readyReplicas == nil)
      #expect(watch.reading(of: llm).currentReplicas == nil)
    }
  }

  @Test func `what throttles a burst is warned of`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send(
      "POST", ClusterObjects.deployments + "?fieldManager=argocd-controller",
      ClusterObjects.deployment("llm", replicas: 2))
    try await cluster.send("POST", ClusterObjects.autoscalers, ClusterObjects.autoscaler("llm"))
    try await cluster.send("POST", ClusterObjects.scaledObjects, ClusterObjects.scaledObject("llm"))
    try await following(cluster) { watch in
      try await eventually(within: .seconds(30)) {
        watch.view(of: llm)?.hpa != nil && watch.view(of: llm)?.workload != nil
      }
      #expect(
        watch.reading(of: llm).warnings == [
          "the HPA lets 2 become at most 6 within 15 s; for one jump to 50 write a scaleUp "
            + "policy of 900 % or more in 15 s (docs/cluster.md)",
          "\"argocd-controller\" wrote spec.replicas last; a tool that writes it takes back every "
            + "scale-up: leave replicas out of what it applies",
        ])
    }
  }
}
