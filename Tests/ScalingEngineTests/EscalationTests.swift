import Testing

@testable import ScalingEngine

/// Growth where no model says that the fleet should grow.
@Suite struct EscalationTests {
  private var escalation = Escalation(SharedConstants.inForce)

  /// The count after `seconds` with `waiting` on `ready` replicas of which nothing is known.
  private mutating func blind(_ seconds: Range<Int>, waiting: (Int) -> Double, ready: Int) -> Int {
    var count = 0
    for second in seconds {
      var load = FleetLoad()
      load.waiting = waiting(second)
      load.readyReplicas = ready
      count = escalation.raised(
        0, load: load, currentReplicas: ready, isCapacityKnown: false, atSeconds: Double(second))
    }
    return count
  }

  @Test mutating func `Knowing nothing, a queue that grows doubles the fleet`() {
    #expect(blind(0..<10, waiting: { Double($0 + 4) }, ready: 4) == 8)
  }

  @Test mutating func `A queue of less than one request for each replica does not`() {
    #expect(blind(0..<60, waiting: { Double(1 + $0 % 5) }, ready: 30) == 0)
  }
}
