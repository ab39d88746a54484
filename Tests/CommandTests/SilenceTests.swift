import Foundation
import TestSupport
import Testing

/// A load that stays away for ten minutes at a time, before a server that starts within such a
/// silence: the past, from a real Prometheus, tells it what is about to come.
@Suite struct SilenceTests {
  /// 100 requests for some minutes, ten minutes of silence, 100 requests again, and silence for
  /// `lasting` seconds until now and on.
  private static func past(_ series: String, silentFor lasting: Int, now: Int)
    -> [RecordedPrometheus.Stretch]
  {
    let again = now - lasting - 180
    return [
      .init(series: series, seconds: again - 900..<again - 600, value: 100),
      .init(series: series, seconds: again - 600..<again, value: 0),
      .init(series: series, seconds: again..<now - lasting, value: 100),
      .init(series: series, seconds: now - lasting..<now + 900, value: 0),
    ]
  }

  @Test func `A server started shortly before the load's return wakes its workload for it`()
    async throws
  {
    let now = Int(Date().timeIntervalSince1970) / 15 * 15
    let prometheus = try await RecordedPrometheus(
      Self.past("soon", silentFor: 540, now: now) + Self.past("later", silentFor: 240, now: now))
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address])
    defer { scaler.kill() }
    func watch(_ series: String, _ options: [String] = []) throws -> LineProcess {
      let metadata = """
        {"queueDepthQuery": "\(series)", "queueDepthThreshold": "10", "coldStart": "60s"}
        """
      return try InteropProgram.python(
        "watch.py", ["--address", scaler.address, "--metadata", metadata] + options)
    }
    let (soon, soonActive) = (try watch("soon"), try watch("soon", ["--active"]))
    let (later, laterActive) = (try watch("later"), try watch("later", ["--active"]))
    defer { for client in [soon, soonActive, later, laterActive] { client.kill() } }
    try await eventually(within: .seconds(60)) {
      soon.output.last == "10" && soonActive.output.last == "True"
        && later.output.last == "0" && laterActive.output.last == "False"
    }
    #expect(!later.output.contains("10") && !laterActive.output.contains("True"))
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
