import Foundation
import TestSupport
import Testing

/// What `check` says of presets, against a real Prometheus.
@Suite(.serialized, .timeLimit(.minutes(3))) struct CheckPresetTests {
  private static func manifest(_ triggers: String, least: Int = 1) -> String {
    """
    apiVersion: keda.sh/v1alpha1
    kind: ScaledObject
    metadata: {name: llm, namespace: inference}
    spec:
      scaleTargetRef: {name: llm}
      minReplicaCount: \(least)
      triggers:
        - type: external-push
          metadata:
            scalerAddress: keda-burst-scaler.keda:6000
            triggers: |
    \(triggers.split(separator: "\n").map { "          " + $0 }.joined(separator: "\n"))
    """
  }

  private static func check(
    _ manifest: String, _ prometheus: PrometheusProcess
  ) async throws -> String {
    let process = try LineProcess(
      ScalerProcess.executable, ["check", "--prometheus", prometheus.address, "-f", "-"],
      input: manifest)
    _ = try await process.exitCode()
    return process.output.joined(separator: "\n")
  }

  /// A Prometheus that has scraped these series.
  private static func withSeries(
    _ series: [(String, Double)], _ body: (PrometheusProcess) async throws -> Void
  ) async throws {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    for (name, value) in series { exporter.set(name, value) }
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    try await eventually(within: .seconds(60)) { exporter.scrapeCount >= 3 }
    try await body(prometheus)
  }

  @Test func `It prints which name matched, how many series, and how they were combined`()
    async throws
  {
    try await Self.withSeries([
      ("vllm_num_requests_waiting{pod=\"a\",engine=\"0\"}", 3),
      ("vllm_num_requests_waiting{pod=\"a\",engine=\"1\"}", 4),
      ("vllm_num_requests_waiting{pod=\"b\",engine=\"0\"}", 5),
    ]) { prometheus in
      let text = try await Self.check(
        Self.manifest("- {preset: vllm-queue-depth, threshold: 5}"), prometheus)
      #expect(text.contains("vllm-queue-depth: 2 series → a total of 12.0"), "\(text)")
      #expect(
        text.contains(
          "preset vllm-queue-depth: matched vllm_num_requests_waiting (3 series); each replica's "
            + "series summed"), "\(text)")
      #expect(!text.contains("are both there"))
    }
  }

  @Test func `It warns where two names are there, and counts one of them`() async throws {
    try await Self.withSeries([
      ("vllm:num_requests_waiting{pod=\"a\"}", 7), ("vllm_num_requests_waiting{pod=\"a\"}", 7),
    ]) { prometheus in
      let text = try await Self.check(
        Self.manifest("- {preset: vllm-queue-depth, threshold: 5}"), prometheus)
      #expect(text.contains("a total of 7.0"), "\(text)")
      #expect(
        text.contains(
          "warning [two-metrics]: line 8: \"vllm-queue-depth\": vllm:num_requests_waiting (1 series) and "
            + "vllm_num_requests_waiting (1 series) are both there; of one replica the first of "
            + "vllm:num_requests_waiting, vllm_num_requests_waiting, "
            + "ray_vllm_num_requests_waiting counts"), "\(text)")
    }
  }

  @Test func `It says by which label workloads are named, and warns where two are in use`()
    async throws
  {
    let name = "DCGM_FI_DEV_GPU_UTIL"
    let renamed = "\(name){gpu=\"0\",pod=\"dcgm\",exported_pod=\"a\",exported_namespace=\"i\"}"
    let old = "\(name){gpu=\"1\",pod=\"dcgm\",pod_name=\"b\",pod_namespace=\"i\"}"
    let trigger = Self.manifest("- {preset: dcgm-gpu-utilization, selector: 'namespace=\"i\"'}")
    try await Self.withSeries([(renamed, 80)]) { prometheus in
      let text = try await Self.check(trigger, prometheus)
      #expect(text.contains("workloads named by exported_pod (1 series)"), "\(text)")
      #expect(!text.contains("two scrape jobs"), "\(text)")
    }
    try await Self.withSeries([(renamed, 80), (old, 60)]) { prometheus in
      let text = try await Self.check(trigger, prometheus)
      #expect(
        text.contains("workloads named by exported_pod (1 series) and pod_name (1 series)"),
        "\(text)")
      #expect(text.contains("two scrape jobs"), "\(text)")
      #expect(text.contains("140.0 % summed over 2 replica(s)"), "\(text)")
    }
  }

  @Test func `It warns where nothing can wake a target from zero`() async throws {
    try await Self.withSeries([("vllm:num_requests_waiting{pod=\"a\"}", 7)]) { prometheus in
      let engine = "- {preset: vllm-queue-depth, threshold: 5}"
      let text = try await Self.check(Self.manifest(engine, least: 0), prometheus)
      #expect(text.contains("nothing can wake the target"), "\(text)")
      let gateway = engine + "\n- {preset: inference-gateway-flow-control-queue, threshold: 5}"
      let other = try await Self.check(Self.manifest(gateway, least: 0), prometheus)
      #expect(!other.contains("nothing can wake the target"), "\(other)")
    }
  }
}
