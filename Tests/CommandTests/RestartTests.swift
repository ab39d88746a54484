import Foundation
import TestSupport
import Testing

/// A restarted or second replica decides as the first does.
@Suite(.serialized) struct RestartTests {
  @Test func `A replica started in the middle of a burst decides as the one that saw it all`()
    async throws
  {
    let queue = try await ScrapedQueue(500)
    defer { queue.remove() }
    let metadata = """
      {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
       "stableWindow": "20s", "scaleDownDelay": "25s"}
      """
    let first = try await ScalerProcess(["--prometheus", queue.prometheus.address])
    defer { first.kill() }
    func watch(_ scaler: ScalerProcess, seconds: Int) throws -> LineProcess {
      try InteropProgram.python(
        "watch.py",
        ["--address", scaler.address, "--metadata", metadata, "--seconds", "\(seconds)", "--times"])
    }
    let firstClient = try watch(first, seconds: 120)
    defer { firstClient.kill() }
    try await eventually(within: .seconds(20)) {
      firstClient.output.contains { $0.hasSuffix(" 10") }
    }
    // It fills the stable window: with a few samples of it in the mean, one more or less, which is
    // what the fractions of a second decide, would move the steps by several seconds.
    try await queue.hold(500, scrapes: 22)
    // The burst is over; only the windows still know of it.
    queue.set(50)
    try await eventually(within: .seconds(10)) {
      try Self.scraped("queue_depth", 50, queue.prometheus)
    }
    let second = try await ScalerProcess(["--prometheus", queue.prometheus.address])
    defer { second.kill() }
    let secondClient = try watch(second, seconds: 60)
    defer { secondClient.kill() }
    try await eventually(within: .seconds(50)) {
      [firstClient, secondClient].allSatisfy { client in
        client.output.contains { $0.hasSuffix(" 1") }
      }
    }
    let (one, other) = (Self.steps(firstClient), Self.steps(secondClient))
    #expect(other.first?.value == "10", "\(secondClient.output)")
    // Each step down comes to both within one collection.
    let down = one.drop { $0.value != "10" }.filter { $0.seconds > (other.first?.seconds ?? 0) }
    for step in down {
      let twin = other.first { $0.value == step.value }
      let apart = abs((twin?.seconds ?? .infinity) - step.seconds)
      #expect(apart < 2.2, "\(step) against \(String(describing: twin))")
    }
    #expect(!down.isEmpty)
    #expect(try await first.terminate().exitCode == 0)
    #expect(try await second.terminate().exitCode == 0)
  }

  private static func scraped(
    _ query: String, _ value: Int, _ prometheus: PrometheusProcess
  ) throws -> Bool {
    let url = try #require(URL(string: "\(prometheus.address)/api/v1/query?query=\(query)"))
    return String(decoding: try Data(contentsOf: url), as: UTF8.self).contains("\"\(value)\"")
  }

  private static func steps(_ client: LineProcess) -> [(seconds: Double, value: String)] {
    client.output.compactMap { line in
      let parts = line.split(separator: " ")
      guard parts.count == 2, let seconds = Double(parts[0]) else { return nil }
      return (seconds, String(parts[1]))
    }
  }
}
