import Foundation
import TestSupport
import Testing

/// The first calls about a trigger, and the last.
@Suite(.serialized) struct FirstAnswerTests {
  private static let metadata = """
    {"queueDepthQuery": "vector(120)", "queueDepthThreshold": "50", "forecast": "off"}
    """

  @Test
  func `With a silent Prometheus GetMetricSpec answers and GetMetrics is UNAVAILABLE in time`()
    async throws
  {
    let silent = try ScriptedHTTPServer { _, _ in
      // Takes the request and says nothing; the connection stays open.
    }
    defer { silent.stop() }
    let scaler = try await ScalerProcess(["--prometheus", silent.address])
    defer { scaler.kill() }
    let start = ContinuousClock.now
    let client = try InteropProgram.python(
      "watch.py", ["--address", scaler.address, "--metadata", Self.metadata])
    defer { client.kill() }
    try await eventually { !client.output.isEmpty }
    #expect(client.output.first == "UNAVAILABLE")
    print("first UNAVAILABLE after \(ContinuousClock.now - start), the client's start included")
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `Collection ends some time after the last call, and begins again with the next`()
    async throws
  {
    let prometheus = try await PrometheusProcess()
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess([
      "--prometheus", prometheus.address, "--forget-after", "1s",
    ])
    defer { scaler.kill() }
    func watch() throws -> LineProcess {
      try InteropProgram.python(
        "watch.py", ["--address", scaler.address, "--metadata", Self.metadata, "--seconds", "1"])
    }
    #expect(try await watch().exitCode() == 0)
    try await eventually(within: .seconds(20)) {
      scaler.log.contains { $0.contains("trigger forgotten") }
    }
    let again = try watch()
    #expect(try await again.exitCode() == 0)
    #expect(again.output.contains("3"))
    #expect(scaler.log.count { $0.contains("trigger first mentioned") } == 2)
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `Output metrics gives each trigger's total with its own target`() async throws {
    let prometheus = try await PrometheusProcess()
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address])
    defer { scaler.kill() }
    let client = try InteropProgram.python(
      "watch.py",
      [
        "--address", scaler.address, "--seconds", "2", "--metadata",
        """
        {"queueDepthQuery": "vector(120)", "queueDepthThreshold": "50", "output": "metrics",
         "forecast": "off"}
        """,
      ])
    #expect(try await client.exitCode() == 0)
    #expect(client.output.contains("120"))
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
