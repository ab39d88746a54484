import Foundation
import TestSupport
import Testing

/// One of two servers is killed in the middle of a burst, and another takes its place.
@Suite(.serialized, .timeLimit(.minutes(5))) struct KilledServerTests {
  /// What a server answered, and from when on: a line for each change.
  private struct Answers {
    var steps: [(seconds: Double, value: String)]

    init(_ client: LineProcess) {
      steps = client.output.compactMap { line in
        let parts = line.split(separator: " ")
        guard parts.count == 2, let seconds = Double(parts[0]) else { return nil }
        return (seconds, String(parts[1]))
      }
    }

    /// What it answered at some time within so many seconds of an instant.
    func values(near instant: Double, within seconds: Double) -> Set<String> {
      var values: Set<String> = []
      for (index, step) in steps.enumerated() {
        let end = index + 1 < steps.count ? steps[index + 1].seconds : .infinity
        if step.seconds <= instant + seconds, end >= instant - seconds { values.insert(step.value) }
      }
      return values
    }
  }

  private static func watch(_ scaler: ScalerProcess, _ metadata: String) throws -> LineProcess {
    try InteropProgram.python(
      "watch.py",
      ["--address", scaler.address, "--metadata", metadata, "--seconds", "240", "--times"])
  }

  /// Sets the queue's length, and lets Prometheus scrape it so many times, once a second.
  private static func hold(
    _ queue: Double, scrapes: Int, _ exporter: MetricExporter
  ) async throws {
    exporter.set("queue_depth", queue)
    let wanted = exporter.scrapeCount + scrapes
    try await eventually(within: .seconds(120)) { exporter.scrapeCount >= wanted }
  }

  @Test(arguments: ["off", "trend"])
  func `Second by second the new server answers what the surviving one does`(
    forecast: String
  ) async throws {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    let metadata = """
      {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "\(forecast)",
       "stableWindow": "15s", "scaleDownDelay": "10s", "coldStart": "10s"}
      """
    let killed = try await ScalerProcess(["--prometheus", prometheus.address])
    defer { killed.kill() }
    let surviving = try await ScalerProcess(["--prometheus", prometheus.address])
    defer { surviving.kill() }
    let (ofKilled, ofSurviving) = (
      try Self.watch(killed, metadata), try Self.watch(surviving, metadata)
    )
    defer {
      ofKilled.kill()
      ofSurviving.kill()
    }
    try await Self.hold(100, scrapes: 20, exporter)
    for queue in stride(from: 200.0, through: 600, by: 200) {
      try await Self.hold(queue, scrapes: 3, exporter)
    }
    killed.kill()
    let new = try await ScalerProcess(["--prometheus", prometheus.address])
    defer { new.kill() }
    let ofNew = try Self.watch(new, metadata)
    defer { ofNew.kill() }
    for (queue, scrapes) in [(800.0, 3), (1000, 8), (400, 12), (100, 25)] {
      try await Self.hold(queue, scrapes: scrapes, exporter)
    }
    let (one, other) = (Answers(ofSurviving), Answers(ofNew))
    let first = try #require(other.steps.first { Double($0.value) != nil })
    // It never said less than what the burst needed before it was there.
    #expect((Double(first.value) ?? 0) >= 12, "\(other.steps)")
    let end = min(one.steps.last?.seconds ?? 0, other.steps.last?.seconds ?? 0)
    let instants = Array(stride(from: first.seconds + 1, through: end, by: 1))
    #expect(instants.count > 15)
    var equal = 0
    for instant in instants {
      let ours = other.values(near: instant, within: 0)
      // Equal within one collection: each asks once a second, at a moment of its own.
      let theirs = one.values(near: instant, within: 2.2)
      // A mean moves from second to second: what one shows between two of the other's is equal.
      let range = theirs.compactMap { Double($0) }
      let isEqual = ours.compactMap { Double($0) }.contains { value in
        (range.min() ?? .infinity) <= value && value <= (range.max() ?? 0)
      }
      #expect(isEqual, "at \(instant): \(one.steps) against \(other.steps)")
      equal += one.values(near: instant, within: 0) == ours ? 1 : 0
    }
    print("forecast \(forecast): \(equal) of \(instants.count) seconds equal at the same instant")
    #expect(try await surviving.terminate().exitCode == 0)
    #expect(try await new.terminate().exitCode == 0)
  }
}
