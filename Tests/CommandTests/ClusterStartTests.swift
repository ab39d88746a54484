import Foundation
import TestSupport
import Testing

/// The built server before its cluster has told of anything.
@Suite(.serialized, .timeLimit(.minutes(4))) struct ClusterStartTests {
  private static let metadata = #"""
    {"triggers": "- {name: queue, kind: queueDepth, query: queue_depth}\n- {name: running, kind: concurrency, query: queue_depth, threshold: 8}",
     "coldStart": "60s"}
    """#

  /// A server in a cluster, as a process that has just been started, and the port of its admin
  /// listener.
  private func start(in cluster: FakeCluster) async throws -> (LineProcess, UInt16) {
    let kubeconfig = try cluster.kubeconfig()
    defer { try? FileManager.default.removeItem(at: kubeconfig) }
    let ports = try ScalerProcess.freePorts()
    let scaler = try LineProcess(
      ScalerProcess.executable,
      [
        "serve", "--grpc-listen", "127.0.0.1:\(ports.grpc)", "--admin-listen",
        "127.0.0.1:\(ports.admin)", "--kubernetes", "observe", "--kubeconfig", kubeconfig.path,
      ])
    try await eventually(within: .seconds(20)) {
      scaler.errors.contains { $0.contains(" status page ") }
    }
    return (scaler, ports.admin)
  }

  private func readiness(_ port: UInt16) async throws -> String {
    try await LoopbackSocket.get(port: port, target: "/readyz")
  }

  @Test func `The first call finds the ready replicas known, however slow the API server is`()
    async throws
  {
    let queue = try await ScrapedQueue(100)
    defer { queue.remove() }
    try await queue.hold(100, scrapes: 2)
    let cluster = try FakeCluster(["--ready-after", "0"])
    defer { cluster.stop() }
    try await cluster.addWorkload(metadata: Self.metadata)
    try await cluster.faults(#"{"slow": 3}"#)
    let scaler = try await cluster.scaler(fedBy: queue.prometheus)
    defer { scaler.kill() }
    let client = try cluster.watch(scaler, metadata: Self.metadata)
    defer { client.kill() }
    try await eventually(within: .seconds(30)) { client.output.contains { Double($0) != nil } }
    #expect(!scaler.log.contains { $0.contains("the ready replicas are not known") })
    try await cluster.faults(#"{"slow": 0}"#)
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `A cluster that says nothing is waited for, but not for ever`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.faults(#"{"slow": 120}"#)
    let (scaler, port) = try await start(in: cluster)
    defer { scaler.kill() }
    #expect(try await readiness(port).contains("starting"))
    try await eventually(within: .seconds(40)) {
      try await readiness(port).hasPrefix("HTTP/1.1 200")
    }
    #expect(scaler.errors.contains { $0.contains(" serving ") })
    scaler.askToEnd()
    #expect(try await scaler.exitCode(within: .seconds(30)) == 0)
  }

  @Test func `Whoever is told to end while it waits for the cluster ends at once`() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.faults(#"{"slow": 120}"#)
    let (scaler, port) = try await start(in: cluster)
    defer { scaler.kill() }
    #expect(try await readiness(port).contains("starting"))
    let asked = ContinuousClock.now
    scaler.askToEnd()
    #expect(try await scaler.exitCode(within: .seconds(30)) == 0)
    #expect(.now - asked < .seconds(10))
    #expect(!scaler.errors.contains { $0.contains(" serving ") })
  }
}
