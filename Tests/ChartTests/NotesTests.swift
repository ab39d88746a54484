import Foundation
import Testing
import TriggerConfiguration

/// What `helm install` says last.
@Suite struct NotesTests {
  private let renderer: Renderer

  init() throws { renderer = try Renderer.shared.get() }

  /// The metadata that the notes print, as a YAML map without its indent.
  private func metadata(_ notes: String) throws -> [String: String] {
    let lines = notes.split(separator: "\n", omittingEmptySubsequences: false)
    let start = try #require(lines.firstIndex { $0.hasSuffix("       metadata:") })
    let map = lines[(start + 1)...].prefix { $0.hasPrefix("         ") }
    return try metadataMap(fromYAML: map.joined(separator: "\n"))
  }

  @Test(arguments: ["default", "tls-cert-manager", "hardened", "workloads"], ["1.34.0", "1.35.0"])
  func `The trigger to paste is one that the scaler takes`(file: String, version: String) throws {
    let notes = try renderer.text(
      .init(file: ValuesFiles.path(file), kubernetes: version), "notes")
    let metadata = try metadata(notes)
    #expect(throws: Never.self) { try TriggerSpec(metadata: metadata) }
    #expect(metadata["tolerance"] == (version == "1.35.0" ? "0" : nil))
    #expect(metadata["enableTLS"] == (file == "tls-cert-manager" ? "true" : nil))
    #expect(notes.contains("kind: TriggerAuthentication") == (file == "tls-cert-manager"))
  }

  @Test func `The trigger has this release's address`() throws {
    var input = Renderer.Input(values: "ports: {grpc: 7000}")
    input.release = "mine"
    #expect(
      try metadata(renderer.text(input, "notes"))["scalerAddress"]
        == "mine-keda-burst-scaler.keda.svc.cluster.local:7000")
    #expect(
      try metadata(renderer.text(.init(file: ValuesFiles.path("hardened")), "notes"))[
        "scalerAddress"] == "scaler.keda.svc.example.internal:6443")
  }

  @Test func `A workload by requestRate is told that its pods count what they finish`() throws {
    let workload = "deploymentName: llm, metricType: requestRate, targetValue: 5"
    for (more, isTold) in [("", true), (", selector: 'a=\"b\"'", false), (", query: up", false)] {
      let notes = try renderer.text(.init(values: "workloads: [{\(workload)\(more)}]"), "notes")
      #expect(notes.contains("reads the requests that its pods finish") == isTold, "\(more)")
    }
  }

  @Test func `A release without a Prometheus, or with one pod, is told what that means`() throws {
    let bare = try renderer.text(.init(values: "replicaCount: 1"), "notes")
    #expect(bare.contains("No Prometheus is set for this release (config.prometheus)"))
    #expect(bare.contains("set\nreplicaCount to 2 or more"))
    let full = try renderer.text(
      .init(values: "config: {prometheus: 'http://p:9090'}"), "notes")
    #expect(!full.contains("No Prometheus is set"))
    #expect(!full.contains("replicaCount"))
    #expect(try metadata(full)["serverAddress"] == nil)
  }
}
