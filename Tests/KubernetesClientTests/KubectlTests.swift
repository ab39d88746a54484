import Foundation
import TestSupport
import Testing

/// The fake API server is only worth what a real client says of it.
@Suite("kubectl against the fake API server", .serialized, .timeLimit(.minutes(3)))
struct KubectlTests {
  @Test("get, scale, patch and delete do what they say, and a stale scale is a conflict")
  func changes() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.kubectl("apply", "--validate=false", "-f", "-", input: deployment("llm", 2))
    let replicas = ["get", "deployment", "llm", "-o", "jsonpath={.spec.replicas}"]
    func read() async throws -> String {
      // kubectl ends what jsonpath prints without a new line.
      try await cluster.kubectl(
        replicas[0], replicas[1], replicas[2], "-o", "jsonpath={.spec.replicas}{\"\\n\"}")
    }
    #expect(try await read() == "2")
    try await cluster.kubectl("scale", "deployment/llm", "--replicas", "5")
    #expect(try await read() == "5")
    try await cluster.kubectl(
      "scale", "deployment/llm", "--current-replicas", "5", "--replicas", "6")
    #expect(try await read() == "6")
    try await cluster.kubectl("patch", "deploy", "llm", "-p", #"{"spec":{"replicas":7}}"#)
    #expect(try await read() == "7")
    await #expect(throws: FakeCluster.Failure.self) {
      try await cluster.kubectl("scale", "deploy/llm", "--resource-version", "1", "--replicas", "9")
    }
    #expect(try await read() == "7")
    #expect(
      try await cluster.kubectl("get", "deployments", "-A", "-o", "name") == "deployment.apps/llm")
    try await cluster.kubectl("delete", "deployment", "llm", "--wait=false")
    #expect(try await cluster.kubectl("get", "deployments", "-A", "-o", "name") == "")
  }

  @Test("get --watch sees what changes")
  func watches() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send("POST", deploymentsPath, deployment("llm", 1))
    let watching = try LineProcess(
      "/usr/bin/env",
      [
        "kubectl", "--server", cluster.address, "--token", "admin", "get", "deployments",
        "--watch", "-o", "jsonpath={.metadata.name}={.spec.replicas}{\"\\n\"}",
      ], environment: ["KUBECONFIG": "/dev/null"])
    defer { watching.kill() }
    try await eventually(within: .seconds(30)) { watching.output == ["llm=1"] }
    try await eventually(within: .seconds(30)) {
      try await cluster.requests().contains { $0.verb == "watch" }
    }
    try await cluster.kubectl("scale", "deployment/llm", "--replicas", "5")
    try await eventually(within: .seconds(30)) { watching.output == ["llm=1", "llm=5"] }
  }
}
