import Foundation
import TestSupport
import Testing

/// The scaler against a real Prometheus that scrapes a controllable exporter every second.
@Suite(.serialized) struct LivePrometheusTests {
  /// The README's trigger, with the exporter's series.
  private static func metadata(_ more: [String: String] = [:]) -> [String: String] {
    [
      "gpuUtilizationQuery": "DCGM_FI_DEV_GPU_UTIL{pod=~\"inference-.*\"}",
      "gpuUtilizationThreshold": "70",
      "queueDepthQuery": "sum(queue_depth{service=\"llm-inference\"})",
      "queueDepthThreshold": "50",
      "coldStart": "60s",
    ].merging(more) { $1 }
  }

  /// A client that prints the value, or the status, whenever it changes.
  private static func watch(
    _ scaler: ScalerProcess, _ metadata: [String: String]
  ) throws -> LineProcess {
    let json = String(decoding: try JSONEncoder().encode(metadata), as: UTF8.self)
    return try InteropProgram.python(
      "watch.py", ["--address", scaler.address, "--metadata", json])
  }

  /// Waits until `client` says `wanted` after its first `seen` lines.
  private static func line(
    _ wanted: String, of client: LineProcess, after seen: Int = 0
  ) async throws {
    do {
      try await eventually(within: .seconds(30)) {
        client.output.dropFirst(seen).contains(wanted)
      }
    } catch {
      Issue.record("wanted \(wanted), the client said \(client.output) \(client.errors)")
      throw error
    }
  }

  private static func setPods(_ count: Int, utilization: Double, in exporter: MetricExporter) {
    for pod in 0..<count {
      exporter.set("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",pod=\"inference-\(pod)\"}", utilization)
    }
  }

  @Test func `Two full pods and 1000 waiting ask for 20, within one scrape and one collection`()
    async throws
  {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    Self.setPods(2, utilization: 30, in: exporter)
    exporter.set("queue_depth{service=\"llm-inference\"}", 0)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address])
    let client = try Self.watch(scaler, Self.metadata())
    defer { client.kill() }
    // Less is needed, but what runs is not given up right after a start.
    try await Self.line("2", of: client)

    let start = ContinuousClock.now
    Self.setPods(2, utilization: 100, in: exporter)
    exporter.set("queue_depth{service=\"llm-inference\"}", 1000)
    try await Self.line("20", of: client)
    // The figure itself is docs/performance.md's; here only that nothing waits for a slow clock.
    #expect(ContinuousClock.now - start < .seconds(25))
    print("exporter's change to KEDA's value: \(ContinuousClock.now - start)")
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `Utilization alone asks for the sum over 70 and grows with the pods`() async throws {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    Self.setPods(2, utilization: 100, in: exporter)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address])
    var metadata = Self.metadata(["forecast": "off"])
    metadata["queueDepthQuery"] = nil
    metadata["queueDepthThreshold"] = nil
    let client = try Self.watch(scaler, metadata)
    defer { client.kill() }
    try await Self.line("3", of: client)
    Self.setPods(4, utilization: 100, in: exporter)
    try await Self.line("6", of: client)
    Self.setPods(7, utilization: 100, in: exporter)
    try await Self.line("10", of: client)
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `Prometheus gone is UNAVAILABLE after staleAfter, and its return is noticed`()
    async throws
  {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    Self.setPods(2, utilization: 100, in: exporter)
    exporter.set("queue_depth{service=\"llm-inference\"}", 500)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address])
    let client = try Self.watch(scaler, Self.metadata(["staleAfter": "3s"]))
    defer { client.kill() }
    try await Self.line("10", of: client)

    // What it said before its first value is the time before the first scrape.
    let known = client.output.count
    prometheus.stop()
    let stopped = ContinuousClock.now
    try await Self.line("UNAVAILABLE", of: client, after: known)
    #expect(ContinuousClock.now - stopped > .seconds(2))
    try await prometheus.start()
    try await Self.line("10", of: client, after: known)
    // GetMetricSpec was asked all the time and never failed.
    #expect(!client.output.contains { $0.contains("GetMetricSpec") })

    func count(_ words: String) -> Int { scaler.log.count { $0.contains(words) } }
    #expect(count("a source does not answer") == 1, "\(scaler.log)")
    #expect(count("the source answers again") == 1, "\(scaler.log)")
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
