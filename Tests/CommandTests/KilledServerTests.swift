import Foundation
import TestSupport
import Testing

/// One of two servers is killed in the middle of a burst, and another takes its place.
@Suite(.serialized, .timeLimit(.minutes(5))) struct KilledServerTests {
  @Test(arguments: ["off", "trend"])
  func `Second by second the new server answers what the surviving one does`(
    forecast: String
  ) async throws {
    let queue = try await ScrapedQueue(nil)
    defer { queue.remove() }
    let metadata = """
      {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "\(forecast)",
       "stableWindow": "15s", "scaleDownDelay": "10s", "coldStart": "10s"}
      """
    let killed = try await ScalerProcess(["--prometheus", queue.prometheus.address])
    defer { killed.kill() }
    let surviving = try await ScalerProcess(["--prometheus", queue.prometheus.address])
    defer { surviving.kill() }
    let (ofKilled, ofSurviving) = (
      try FaultTests.watch(killed.address, metadata, seconds: 240),
      try FaultTests.watch(surviving.address, metadata, seconds: 240)
    )
    defer {
      ofKilled.kill()
      ofSurviving.kill()
    }
    try await queue.hold(100, scrapes: 20)
    for length in stride(from: 200.0, through: 600, by: 200) {
      try await queue.hold(length, scrapes: 3)
    }
    killed.kill()
    let new = try await ScalerProcess(["--prometheus", queue.prometheus.address])
    defer { new.kill() }
    let ofNew = try FaultTests.watch(new.address, metadata, seconds: 240)
    defer { ofNew.kill() }
    for (length, scrapes) in [(800.0, 3), (1000, 8), (400, 12), (100, 25)] {
      try await queue.hold(length, scrapes: scrapes)
    }
    let (one, other) = (AnswerSteps(ofSurviving), AnswerSteps(ofNew))
    let first = try #require(other.firstNumber)
    // It never said less than what the burst needed before it was there.
    #expect((Double(first.value) ?? 0) >= 12, "\(other.steps)")
    let (count, equal, differing) = other.compare(with: one, from: first.seconds + 1)
    #expect(count > 15)
    #expect(differing.isEmpty, "\(one.steps) against \(other.steps)")
    print("forecast \(forecast): \(equal) of \(count) seconds equal at the same instant")
    #expect(try await surviving.terminate().exitCode == 0)
    #expect(try await new.terminate().exitCode == 0)
  }
}
