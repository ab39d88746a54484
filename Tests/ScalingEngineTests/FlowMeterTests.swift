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
      meter.record(load, slots: nil, atSeconds: Double(second))
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

  /// `seconds` in which what runs and what waits follow `running` and `waiting`, on `ready` replicas.
  private mutating func follow(
    _ seconds: Range<Int>, ready: Int, arrivals: Double? = nil, slots: Double? = nil,
    running: (Int) -> Double, waiting: (Int) -> Double = { _ in 0 }
  ) {
    for second in seconds {
      var load = FleetLoad()
      load.running = running(second)
      load.waiting = waiting(second)
      load.arrivalRate = arrivals
      load.readyReplicas = ready
      meter.record(load, slots: slots, atSeconds: Double(second))
    }
  }

  @Test mutating func `Less than a few departures say nothing of how long requests stay`() throws {
    // One more now and one less then: 5 come and 5 go in 5 minutes at most.
    follow(0..<400, ready: 4) { 40 + ($0 % 120 < 60 ? 1 : 0) }
    #expect(meter.sojourn == nil)
    follow(400..<800, ready: 4) { 40 + ($0 % 4 < 2 ? 2 : 0) }
    #expect(try #require(meter.sojourn) < 60)
  }

  @Test mutating func `Requests that wait beside replicas with room are no full replicas' queue`() {
    follow(0..<120, ready: 8, arrivals: 20, slots: 40, running: { _ in 60 }) { Double(9 * $0) }
    #expect(meter.fullThroughput == nil)
    follow(120..<240, ready: 8, arrivals: 20, slots: 40, running: { _ in 310 }) { Double(9 * $0) }
    #expect(meter.fullSojourn != nil)
  }

  @Test mutating func `Nowhere do requests stay longer than on a full replica`() throws {
    // 12 − 4 a second leave, 2 from each of four full replicas of 32: 16 s.
    follow(0..<60, ready: 4, arrivals: 12, running: { _ in 128 }) { Double(4 * $0) }
    #expect(abs(try #require(meter.fullSojourn) - 16) < 1e-6)
    // Hardly anything moves: a sojourn of minutes, if that were believed.
    follow(60..<400, ready: 4) { 100 + ($0 % 20 < 10 ? 1 : 0) }
    #expect(meter.sojourn == meter.fullSojourn)
  }
}
