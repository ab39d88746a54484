import Foundation
import KubernetesClient
import KubernetesFormat
import Logging
import TestSupport
import Testing

@Suite("The election", .serialized, .timeLimit(.minutes(2)))
struct LeaderElectionTests {
  private let key = ObjectKey(namespace: "keda", name: "scaler")

  /// Times that a test can wait for; the rules are the same.
  private static let quick: LeaderElection.Times = {
    var times = LeaderElection.Times()
    times.lease = .milliseconds(5000)
    times.renewDeadline = .milliseconds(4000)
    times.retry = .milliseconds(100)
    return times
  }()

  private func candidate(
    _ cluster: FakeCluster, _ name: String, token: String? = nil
  ) throws -> (election: LeaderElection, task: Task<Void, Never>) {
    let election = LeaderElection(
      api: try cluster.api(token: token), key: key, identity: name, times: Self.quick,
      wallSeconds: { Date.now.timeIntervalSince1970 }, logger: Logger(label: "test"))
    return (election, Task { await election.run() })
  }

  private func lease(_ cluster: FakeCluster) async throws -> Lease.Spec {
    let lease: Lease = try await cluster.api().get(.leases, key)
    return lease.spec
  }

  @Test("of two one leads, and when it ends in good order the other leads at once")
  func handsOver() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    let first = try candidate(cluster, "first")
    try await eventually(within: .seconds(30)) { first.election.isLeader }
    let second = try candidate(cluster, "second")
    for _ in 0..<3 {
      let renewed = try await lease(cluster).renewTime
      try await eventually(within: .seconds(30)) { try await lease(cluster).renewTime != renewed }
      #expect(first.election.isLeader)
      #expect(!second.election.isLeader)
    }
    first.task.cancel()
    await first.task.value
    #expect(!first.election.isLeader)
    #expect(try await lease(cluster).holderIdentity != "first")
    try await eventually(within: .seconds(30)) { second.election.isLeader }
    #expect(try await lease(cluster).holderIdentity == "second")
    #expect(try await lease(cluster).leaseTransitions == 1)
    second.task.cancel()
    await second.task.value
  }

  @Test("a holder that is gone is followed when its lease has run out, and never before")
  func takesOver() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send(
      "POST", "/apis/coordination.k8s.io/v1/namespaces/keda/leases",
      #"""
      {"metadata": {"name": "scaler"}, "spec": {"holderIdentity": "gone",
       "leaseDurationSeconds": 15, "leaseTransitions": 4,
       "renewTime": "2001-01-01T00:00:00.000000Z"}}
      """#)
    let next = try candidate(cluster, "next")
    try await eventually(within: .seconds(30)) { next.election.isLeader }
    #expect(try await lease(cluster).leaseTransitions == 5)
    // Its clock may be wrong: what counts is how long we have seen no change.
    let requests = try await cluster.requests()
    let looked = try #require(requests.first { $0.verb == "get" })
    let taken = try #require(requests.first { $0.verb == "update" })
    #expect(taken.at - looked.at > 4.9)
    next.task.cancel()
    await next.task.value
  }

  @Test(
    "without a right nobody leads, and the missing rule is named", arguments: ["get", "create"])
  func missingRight(verb: String) async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.faults(
      #"{"deny": [["\#(verb)", "coordination.k8s.io", "leases"]]}"#)
    let one = try candidate(cluster, "one")
    try await eventually(within: .seconds(30)) { one.election.trouble != nil }
    #expect(one.election.trouble?.missingRule?.verb == verb)
    #expect(one.election.trouble?.missingRule?.namespace == "keda")
    #expect(!one.election.isLeader)
    try await cluster.faults(#"{"deny": []}"#)
    try await eventually(within: .seconds(30)) { one.election.isLeader }
    one.task.cancel()
    await one.task.value
  }

  @Test("who cannot renew leads no more, before another may")
  func losesLease() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    let one = try candidate(cluster, "one")
    try await eventually(within: .seconds(30)) { one.election.isLeader }
    try await cluster.faults(
      #"{"deny": [["update", "coordination.k8s.io", "leases"]]}"#)
    try await eventually(within: .seconds(30)) { !one.election.isLeader }
    #expect(try await lease(cluster).holderIdentity == "one")
    #expect(
      one.election.trouble?.missingRule?.description
        == "{apiGroups: [\"coordination.k8s.io\"], resources: [\"leases\"], verbs: [\"update\"]}")
    one.task.cancel()
    await one.task.value
  }
}
