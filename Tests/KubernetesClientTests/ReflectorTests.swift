import KubernetesClient
import KubernetesFormat
import Synchronization
import TestSupport
import Testing

@Suite("The reflector", .serialized, .timeLimit(.minutes(2)))
struct ReflectorTests {
  @Test("lists in parts, then follows what is made, changed and removed")
  func follows() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send("POST", deploymentsPath, deployment("first", 2))
    let following = Following(try cluster.api())
    try await eventually(within: .seconds(30)) { following.replicas == ["first": 2] }
    try await cluster.send("POST", deploymentsPath, deployment("second", 3))
    try await eventually(within: .seconds(30)) { following.replicas == ["first": 2, "second": 3] }
    try await cluster.send(
      "PATCH", deploymentsPath + "/first/scale", #"{"spec":{"replicas":7}}"#,
      contentType: "application/merge-patch+json")
    try await eventually(within: .seconds(30)) { following.replicas == ["first": 7, "second": 3] }
    try await cluster.send("DELETE", deploymentsPath + "/second")
    try await eventually(within: .seconds(30)) { following.replicas == ["first": 7] }
    #expect(following.state.withLock { $0.replacements } == 1)
    await following.stop()
  }

  @Test("a watch that breaks off is taken up where it was, without another list")
  func brokenWatch() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send("POST", deploymentsPath, deployment("llm", 1))
    let following = Following(try cluster.api())
    try await eventually(within: .seconds(30)) { following.replicas == ["llm": 1] }
    try await eventually(within: .seconds(30)) {
      try await cluster.requests().contains { $0.verb == "watch" }
    }
    try await cluster.faults(#"{"cutWatches": true}"#)
    try await cluster.send("PATCH", deploymentsPath + "/llm", #"{"spec":{"replicas":4}}"#)
    try await eventually(within: .seconds(20)) { following.replicas == ["llm": 4] }
    #expect(following.state.withLock { $0.replacements } == 1)
    try await eventually(within: .seconds(30)) { following.state.withLock { $0.trouble } == nil }
    await following.stop()
  }

  @Test("where the past is forgotten (410 Gone) everything is listed again")
  func gone() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send("POST", deploymentsPath, deployment("llm", 1))
    let following = Following(try cluster.api())
    try await eventually(within: .seconds(30)) { following.replicas == ["llm": 1] }
    try await eventually(within: .seconds(30)) {
      try await cluster.requests().contains { $0.verb == "watch" }
    }
    // Nothing is answered while the past goes, so that the watch cannot see the change.
    try await cluster.faults(#"{"slow": 1, "cutWatches": true}"#)
    try await cluster.send("PATCH", deploymentsPath + "/llm", #"{"spec":{"replicas":9}}"#)
    try await cluster.faults(#"{"slow": 0, "compact": true}"#)
    try await eventually(within: .seconds(20)) { following.replicas == ["llm": 9] }
    await following.stop()
  }

  @Test("bookmarks move the place from which a watch goes on")
  func bookmarks() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.faults(#"{"bookmarkEvery": 0.1}"#)
    try await cluster.send("POST", deploymentsPath, deployment("llm", 1))
    let following = Following(try cluster.api(), watchTimeout: 2...2)
    try await eventually(within: .seconds(30)) { following.replicas == ["llm": 1] }
    let first = try await watchVersions(cluster, atLeast: 1)[0]
    // Other collections move the cluster's resourceVersion on.
    for name in ["a", "b", "c"] {
      try await cluster.send(
        "POST", "/api/v1/namespaces/default/configmaps",
        #"{"metadata": {"name": "\#(name)"}, "data": {}}"#)
    }
    let versions = try await watchVersions(cluster, atLeast: 2)
    #expect(versions[1] > first)
    #expect(following.state.withLock { $0.replacements } == 1)
    await following.stop()
  }

  private func watchVersions(_ cluster: FakeCluster, atLeast count: Int) async throws -> [Int] {
    func versions() async throws -> [Int] {
      try await cluster.requests().filter { $0.verb == "watch" }
        .compactMap { $0.query["resourceVersion"].flatMap { Int($0) } }
    }
    try await eventually(within: .seconds(20)) { try await versions().count >= count }
    return try await versions()
  }

  @Test("an object of a form that is not known hides no other, listed or changed")
  func oddObjects() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send(
      "POST", deploymentsPath, #"{"metadata": {"name": "odd"}, "spec": {"replicas": "many"}}"#)
    try await cluster.send("POST", deploymentsPath, deployment("llm", 1))
    let following = Following(try cluster.api())
    try await eventually(within: .seconds(30)) { following.replicas == ["llm": 1] }
    try await eventually(within: .seconds(30)) {
      try await cluster.requests().contains { $0.verb == "watch" }
    }
    try await cluster.send("PATCH", deploymentsPath + "/odd", #"{"spec":{"replicas":"more"}}"#)
    try await cluster.send("PATCH", deploymentsPath + "/llm", #"{"spec":{"replicas":4}}"#)
    try await eventually(within: .seconds(30)) { following.replicas == ["llm": 4] }
    #expect(following.state.withLock { $0.replacements } == 1)
    await following.stop()
  }

  @Test("what may not be listed is said with the rule that is missing")
  func forbidden() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.faults(#"{"deny": [["list", "apps", "deployments"]]}"#)
    let following = Following(try cluster.api())
    try await eventually(within: .seconds(30)) { following.state.withLock { $0.trouble } != nil }
    let trouble = try #require(following.state.withLock { $0.trouble })
    #expect(
      trouble.description
        == "may not list deployments; the rule {apiGroups: [\"apps\"], resources: "
        + "[\"deployments\"], verbs: [\"list\"]} is missing from the ClusterRole (chart: "
        + "kubernetes.mode)")
    try await cluster.send("POST", deploymentsPath, deployment("llm", 1))
    try await cluster.faults(#"{"deny": []}"#)
    try await eventually(within: .seconds(20)) { following.replicas == ["llm": 1] }
    try await eventually(within: .seconds(30)) { following.state.withLock { $0.trouble } == nil }
    await following.stop()
  }
}
