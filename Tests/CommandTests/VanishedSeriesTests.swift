import Foundation
import TestSupport
import Testing

/// Series of replicas that are still ready vanish, as they do where an exporter stops, and a real
/// Prometheus says so.
@Suite struct VanishedSeriesTests {
  @Test func `Half of the pods' series vanish: nothing is given back until the pods are gone too`()
    async throws
  {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    func series(_ pod: Int) -> String { "DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",pod=\"llm-\(pod)\"}" }
    for pod in 0..<10 { exporter.set(series(pod), 70) }
    exporter.set("ready_replicas", 10)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address])
    defer { scaler.kill() }
    let metadata = """
      {"gpuUtilizationQuery": "DCGM_FI_DEV_GPU_UTIL", "gpuUtilizationThreshold": "70",
       "replicasQuery": "ready_replicas", "forecast": "off", "stableWindow": "6s"}
      """
    let client = try InteropProgram.python(
      "watch.py", ["--address", scaler.address, "--metadata", metadata])
    defer { client.kill() }
    try await eventually(within: .seconds(30)) { client.output.last == "10" }
    let seen = client.output.count

    for pod in 5..<10 { exporter.remove(series(pod)) }
    try await eventually(within: .seconds(30)) {
      try await CommandRun(["explain", "inference/llm-inference", "--server", scaler.adminURL])
        .output.contains("\"gpuUtilization\" tells of 5 of 10 replicas that are ready")
    }
    // Two stable windows: what is asked for would be given back by then.
    let scrapes = exporter.scrapeCount
    try await eventually(within: .seconds(30)) { exporter.scrapeCount >= scrapes + 12 }
    #expect(client.output.count == seen, "\(client.output)")

    exporter.set("ready_replicas", 5)
    try await eventually(within: .seconds(30)) { client.output.last == "5" }
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
