import Foundation
import TestSupport
import Testing

/// A real VictoriaMetrics (Debian's `victoria-metrics`) instead of a Prometheus.
@Suite(
  .serialized, .timeLimit(.minutes(3)),
  .enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/victoria-metrics")))
struct VictoriaMetricsTests {
  /// A running one that scrapes a port every second; its address and its process.
  private static func start(
    scraping port: UInt16, _ files: SourceServers.Files
  ) async throws -> (process: LineProcess, address: String) {
    let config = try files.write(
      "scrape.yaml",
      """
      global: {scrape_interval: 1s}
      scrape_configs: [{job_name: test, static_configs: [{targets: ["127.0.0.1:\(port)"]}]}]
      """)
    let own = try LoopbackSocket.freePort()
    let process = try LineProcess(
      "/usr/bin/victoria-metrics",
      [
        "-httpListenAddr=127.0.0.1:\(own)", "-storageDataPath=\(files.path("data"))",
        "-promscrape.config=\(config)",
      ])
    try await eventually(within: .seconds(20)) {
      (try? await LoopbackSocket.get(port: own, target: "/health"))?.hasPrefix("HTTP/1.1 200")
        == true
    }
    return (process, "http://127.0.0.1:\(own)")
  }

  @Test func `Its answers are taken, and with its delay turned off a burst is seen at once`()
    async throws
  {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    exporter.set("queue_depth{service=\"llm\"}", 100)
    let files = try SourceServers.Files()
    let (victoria, address) = try await Self.start(scraping: exporter.port, files)
    defer { victoria.kill() }
    let config = try files.write(
      "config.yaml",
      """
      profiles:
        victoria:
          address: \(address)
          parameters: {latency_offset: 1ms, nocache: "1"}
      """)
    let scaler = try await ScalerProcess(["--config", config])
    defer { scaler.kill() }
    let triggers = [
      ("series", "queue_depth", "50"), ("sum", "sum(queue_depth)", "50"),
      ("number", "vector(150)", "50"), ("scalar", "150", "50"), ("wrong", "sum(rate(up))", "50"),
      ("empty", "nothing_like_it", "50"),
    ].map { name, query, threshold in
      [
        "name": name, "profile": "victoria", "queueDepthQuery": query,
        "queueDepthThreshold": threshold, "forecast": "off",
      ]
    }
    let json = String(decoding: try JSONEncoder().encode(triggers), as: UTF8.self)
    let client = try InteropProgram.python(
      "statuses.py", ["--address", scaler.address, "--metadata", json])
    defer { client.kill() }
    func told(_ name: String) -> [String] {
      let round = client.output.last.flatMap {
        try? JSONDecoder().decode([String: [String]].self, from: Data($0.utf8))
      }
      return round?[name] ?? []
    }
    try await eventually(within: .seconds(30)) {
      told("series") == ["OK", "2"] && told("sum") == ["OK", "2"]
        && told("number") == ["OK", "3"] && told("scalar") == ["OK", "3"]
    }
    #expect(told("empty").first == "UNAVAILABLE")
    let start = ContinuousClock.now
    exporter.set("queue_depth{service=\"llm\"}", 1000)
    try await eventually(within: .seconds(25)) {
      told("series") == ["OK", "20"] && told("sum") == ["OK", "20"]
    }
    print("VictoriaMetrics: exporter's change to KEDA's value: \(ContinuousClock.now - start)")
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
