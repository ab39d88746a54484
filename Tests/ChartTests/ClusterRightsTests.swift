import Foundation
import TestSupport
import Testing

/// The chart's rights, judged by an API server that knows RBAC.
@Suite(.serialized, .timeLimit(.minutes(5))) struct ClusterRightsTests {
  private let renderer: Renderer

  init() throws { renderer = try Renderer.shared.get() }

  @Test(arguments: ValuesFiles.all)
  func `kubectl applies what the chart renders, and again without a change`(
    name: String
  ) async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    let manifests = try renderer.text(.init(file: ValuesFiles.path(name), kubernetes: "1.35.0"))
    func apply() async throws -> [Substring] {
      try await cluster.kubectl("apply", "--validate=false", "-f", "-", input: manifests)
        .split(separator: "\n")
    }
    let made = try await apply()
    #expect(made.allSatisfy { $0.hasSuffix(" created") }, "\(made)")
    #expect(made.count >= 6)
    // kubectl always sends a PodDisruptionBudget's selector, whose patch strategy is "replace".
    let again = try await apply().filter { !$0.hasPrefix("poddisruptionbudget.policy/") }
    #expect(again.allSatisfy { $0.hasSuffix(" unchanged") }, "\(again)")
  }

  @Test(arguments: ["observe", "scale"])
  func `With the rights of its mode the server misses none`(mode: String) async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    let manifests = try renderer.text(
      .init(file: nil, values: "kubernetes: {mode: \(mode)}", kubernetes: "1.35.0"))
    try await cluster.kubectl("apply", "--validate=false", "-f", "-", input: manifests)
    try await cluster.faults(#"{"needsToken": true}"#)
    let directory = FileManager.default.temporaryDirectory.appending(path: "rights-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let kubeconfig = directory.appending(path: "config")
    try Data(
      """
      current-context: here
      clusters: [{name: c, cluster: {server: "\(cluster.address)"}}]
      users: [{name: u, user: {token: "sa:keda:keda-burst-scaler"}}]
      contexts: [{name: here, context: {cluster: c, user: u, namespace: keda}}]
      """.utf8
    ).write(to: kubeconfig)
    let scaler = try await ScalerProcess([
      "--kubernetes", mode, "--kubeconfig", kubeconfig.path,
    ])
    defer { scaler.kill() }
    try await eventually(within: .seconds(30)) {
      let requests = try await cluster.requests().filter { $0.token?.hasPrefix("sa:") == true }
      return requests.count { $0.verb == "watch" } >= 10
        && requests.contains { $0.verb == "update" && $0.resource == "leases" }
    }
    #expect(!scaler.log.contains { $0.contains("is missing from") }, "\(scaler.log)")
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
