import ClusterState
import Foundation
import KubernetesClient
import KubernetesFormat
import Logging
import ScalingEngine
import Synchronization
import TestSupport
import Testing

@Suite("The direct path", .serialized, .timeLimit(.minutes(2)))
struct ClusterScalerTests {
  private let llm = ObjectKey(namespace: "inference", name: "llm")

  /// What became of decisions, in order.
  private final class Outcomes: Sendable {
    private let all = Mutex<[ClusterScaler.Outcome]>([])

    var list: [ClusterScaler.Outcome] { all.withLock { $0 } }

    func add(_ outcome: ClusterScaler.Outcome) { all.withLock { $0.append(outcome) } }
  }

  private func scaling(
    _ cluster: FakeCluster, leads: @escaping @Sendable () -> Bool = { true },
    _ body: (ClusterScaler, Outcomes) async throws -> Void
  ) async throws {
    let api = try cluster.api()
    let watch = ClusterWatch(api: api, logger: Logger(label: "test"))
    let outcomes = Outcomes()
    let scaler = ClusterScaler(
      api: api, watch: watch, isLeader: leads,
      wallSeconds: { Date.now.timeIntervalSince1970 }, logger: Logger(label: "test"),
      onOutcome: { outcomes.add($1) })
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { await watch.run() }
      group.addTask { await scaler.run() }
      try await eventually(within: .seconds(30)) {
        watch.view(of: llm)?.hpa != nil && watch.view(of: llm)?.workload != nil
      }
      try await body(scaler, outcomes)
      group.cancelAll()
    }
  }

  private func replicas(_ cluster: FakeCluster) async throws -> Int {
    let scale: Scale = try await cluster.api().get(.deployments, llm, subresource: "scale")
    return scale.currentReplicas
  }

  private func burst(
    _ desired: Int, limit: Int? = nil, metadata: [String: String] = ClusterObjects.metadata
  ) -> DirectScaleUp.Wish {
    DirectScaleUp.Wish(
      Decision(desiredReplicas: desired, isActive: true, mode: .panic), metadata: metadata,
      limitPerMinute: limit)
  }

  private func patches(_ cluster: FakeCluster) async throws -> Int {
    try await cluster.requests().count { $0.verb == "patch" }
  }

  @Test func `a burst is written at once, and standing it is not written again`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await scaling(cluster) { scaler, outcomes in
      scaler.consider(burst(20), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list == [.wrote(from: 2, to: 20)] }
      #expect(try await replicas(cluster) == 20)
      for _ in 0..<5 { scaler.consider(burst(20), for: llm) }
      scaler.consider(burst(3), for: llm)
      scaler.consider(burst(21), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list.count == 2 }
      #expect(outcomes.list.last == .wrote(from: 20, to: 21))
      #expect(try await patches(cluster) == 2)
      print("direct path: decision to answer \(scaler.counts.lastSeconds ?? 0) s")
    }
  }

  @Test func `after a conflict the newest object is looked at, and a person's change there stands`()
    async throws
  {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await scaling(cluster) { scaler, outcomes in
      try await cluster.faults(#"{"conflicts": 2}"#)
      scaler.consider(burst(20), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list == [.wrote(from: 2, to: 20)] }
      #expect(scaler.counts.conflicts == 2)
      try await cluster.send(
        "PATCH", ClusterObjects.deployments + "/llm/scale?fieldManager=kubectl",
        #"{"spec": {"replicas": 5}}"#)
      scaler.consider(burst(30), for: llm)
      try await eventually(within: .seconds(30)) {
        outcomes.list.last == .held(.writtenBy("kubectl"))
      }
      #expect(try await replicas(cluster) == 5)
    }
  }

  @Test func `a busy API server is left alone as long as it says, then written to`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await scaling(cluster) { scaler, outcomes in
      try await cluster.faults(#"{"busy": 1, "retryAfter": 1}"#)
      scaler.consider(burst(20), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list.count == 1 }
      try await eventually(within: .seconds(30)) {
        scaler.consider(burst(20), for: llm)
        return outcomes.list.count == 2
      }
      #expect(outcomes.list.last == .wrote(from: 2, to: 20))
      #expect(try await patches(cluster) == 2)
    }
  }

  @Test func `without the right the missing rule is named, once`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await scaling(cluster) { scaler, outcomes in
      try await cluster.faults(#"{"deny": [["patch", "apps", "deployments/scale"]]}"#)
      scaler.consider(burst(20), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list.count == 1 }
      for _ in 0..<5 { scaler.consider(burst(20), for: llm) }
      guard case .failed(let failure)? = outcomes.list.first else {
        Issue.record("\(outcomes.list)")
        return
      }
      #expect(failure.missingRule?.description.contains("deployments/scale") == true)
      #expect(outcomes.list.count == 1)
      #expect(try await replicas(cluster) == 2)
    }
  }

  @Test func `from zero to what is needed is one write`() async throws {
    let cluster = try FakeCluster(["--ready-after", "0.2"])
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 0)
    try await scaling(cluster) { scaler, outcomes in
      scaler.consider(burst(8), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list == [.wrote(from: 0, to: 8)] }
      #expect(try await patches(cluster) == 1)
      print("0 -> 8: decision to answer \(scaler.counts.lastSeconds ?? 0) s")
    }
  }

  @Test func `a StatefulSet is written like a Deployment`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send(
      "POST", "/apis/apps/v1/namespaces/inference/statefulsets?fieldManager=keda-operator",
      ClusterObjects.deployment("llm", replicas: 2))
    try await cluster.send("POST", ClusterObjects.autoscalers, ClusterObjects.autoscaler("llm"))
    try await cluster.send(
      "POST", ClusterObjects.scaledObjects,
      ClusterObjects.scaledObject("llm").replacing(
        #""scaleTargetRef": {"#, with: #""scaleTargetRef": {"kind": "StatefulSet", "#))
    try await scaling(cluster) { scaler, outcomes in
      scaler.consider(burst(6), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list == [.wrote(from: 2, to: 6)] }
      #expect(
        try await cluster.requests().contains {
          $0.verb == "patch" && $0.resource == "statefulsets/scale"
        })
    }
  }

  @Test func `without the right to look again after a conflict, that is named`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await scaling(cluster) { scaler, outcomes in
      try await cluster.faults(
        #"{"conflicts": 1, "deny": [["get", "apps", "deployments"]]}"#)
      scaler.consider(burst(20), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list.count == 1 }
      guard case .failed(let failure)? = outcomes.list.first else {
        Issue.record("\(outcomes.list)")
        return
      }
      #expect(failure.missingRule?.verb == "get")
      #expect(failure.missingRule?.resource == "deployments")
    }
  }

  @Test func `a slow API server holds up one target only, and is not asked twice`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await scaling(cluster) { scaler, outcomes in
      try await cluster.faults(#"{"slow": 0.5}"#)
      for _ in 0..<5 { scaler.consider(burst(20), for: llm) }
      scaler.consider(burst(25), for: llm)
      try await eventually(within: .seconds(30)) {
        outcomes.list == [.wrote(from: 2, to: 20), .wrote(from: 20, to: 25)]
          || outcomes.list == [.wrote(from: 2, to: 20), .wrote(from: 2, to: 25)]
      }
      try await cluster.faults(#"{"slow": 0}"#)
      #expect(try await replicas(cluster) == 25)
    }
  }

  @Test func `who does not lead writes nothing`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    let leads = Mutex(false)
    try await scaling(cluster, leads: { leads.withLock { $0 } }) { scaler, outcomes in
      scaler.consider(burst(20), for: llm)
      #expect(outcomes.list.isEmpty)
      leads.withLock { $0 = true }
      scaler.consider(burst(20), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list == [.wrote(from: 2, to: 20)] }
      #expect(try await patches(cluster) == 1)
    }
  }

  @Test func `the limit per minute is kept over several decisions`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await scaling(cluster) { scaler, outcomes in
      scaler.consider(burst(30, limit: 6), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list == [.wrote(from: 2, to: 8)] }
      scaler.consider(burst(30, limit: 6), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list.last == .held(.limitPerMinute(6)) }
      #expect(try await replicas(cluster) == 8)
    }
  }

  @Test func `the limit is the one that the trigger names now, without a restart`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await scaling(cluster) { scaler, outcomes in
      scaler.consider(burst(30, limit: 1), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list == [.wrote(from: 2, to: 3)] }
      scaler.consider(burst(30, limit: 40), for: llm)
      try await eventually(within: .seconds(30)) { outcomes.list.last == .wrote(from: 3, to: 30) }
    }
  }

  @Test func `a trigger that the ScaledObject does not have writes nothing, and that is told once`()
    async throws
  {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.add("llm", replicas: 2)
    try await scaling(cluster) { scaler, outcomes in
      var edited = ClusterObjects.metadata
      edited["queueDepthThreshold"] = "1"
      for _ in 0..<3 {
        scaler.consider(burst(20, metadata: edited), for: llm)
        // The ScaledObject's own trigger wants no more meanwhile, which makes nothing news again.
        scaler.consider(burst(2), for: llm)
      }
      #expect(outcomes.list == [.held(.notItsTrigger)])
      try await cluster.send(
        "PATCH", ClusterObjects.scaledObjects + "/llm",
        #"{"spec": {"triggers": [{"type": "external", "metadata": {"queueDepthQuery": "q", "#
          + #""queueDepthThreshold": "1", "scalerAddress": "scaler.keda:4317"}}]}}"#)
      try await eventually(within: .seconds(30)) {
        scaler.consider(burst(20, metadata: edited), for: llm)
        return outcomes.list.last == .wrote(from: 2, to: 20)
      }
      scaler.consider(burst(30), for: llm)
      #expect(outcomes.list.last == .held(.notItsTrigger))
      #expect(try await patches(cluster) == 2)
    }
  }
}
