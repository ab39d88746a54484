import Testing

@testable import ScalingEngine

/// What a full replica serves, where nobody tells what runs.
@Suite struct FlowMeterTests {
  private var meter = FlowMeter(SharedConstants.inForce)

  /// `seconds` with a queue that changes by `change` a second, from `waiting` on, on `ready` full
  /// replicas while 12 requests a second arrive.
  private mutating func follow(
    _ seconds: Range<Int>, from waiting: Double, change: Double, ready: Int
  ) {
    for second in seconds {
      var load = FleetLoad()
      load.waiting = waiting + change * Double(second - seconds.lowerBound)
      load.arrivalRate = 12
      load.readyReplicas = ready
      meter.record(load, atSeconds: Double(second))
    }
  }

  @Test mutating func `A queue that shrinks behind one replica does not say what all can serve`()
    throws
  {
    follow(0..<60, from: 100, change: 4, ready: 4)
    // 12 − 4 a second leave, on four replicas.
    #expect(abs(try #require(meter.fullThroughput) - 2) < 0.05)
    follow(60..<120, from: 340, change: -2, ready: 40)
    // For a few seconds its mean still grows.
    #expect(try #require(meter.fullThroughput) > 1.8)
  }

  @Test mutating func `Where no queue ever grew, one that shrinks tells what it can`() throws {
    follow(0..<60, from: 400, change: -4, ready: 8)
    #expect(abs(try #require(meter.fullThroughput) - 2) < 0.05)
  }
}
