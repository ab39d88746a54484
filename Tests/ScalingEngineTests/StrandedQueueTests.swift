import Testing

@testable import ScalingEngine

/// Which queues more replicas would help.
@Suite struct StrandedQueueTests {
  private func load(running: Double, waiting: Double, ready: Int) -> FleetLoad {
    var load = FleetLoad()
    load.running = running
    load.waiting = waiting
    load.readyReplicas = ready
    return load
  }

  @Test func `A queue that shrinks beside replicas with room is stuck behind others`() {
    var queue = StrandedQueue(.inForce)
    func stuck(_ load: FleetLoad, slots: Double? = 32, atSeconds second: Double) -> Double {
      queue.requests(in: load, slots: slots, atSeconds: second)
    }
    #expect(stuck(load(running: 220, waiting: 360, ready: 30), atSeconds: 0) == 0, "not yet known")
    #expect(stuck(load(running: 220, waiting: 350, ready: 30), atSeconds: 1) == 350)
    #expect(stuck(load(running: 900, waiting: 340, ready: 30), atSeconds: 2) == 0, "no room")
    #expect(stuck(load(running: 220, waiting: 330, ready: 30), slots: nil, atSeconds: 3) == 0)
    #expect(stuck(load(running: 7, waiting: 320, ready: 1), atSeconds: 4) == 0, "no others")
    #expect(stuck(load(running: 220, waiting: 400, ready: 30), atSeconds: 5) == 0, "it grows")
    #expect(stuck(load(running: 220, waiting: 100, ready: 30), atSeconds: 6) == 100)
    for second in 7..<67 {
      _ = stuck(load(running: 220, waiting: 100, ready: 30), atSeconds: Double(second))
    }
    #expect(stuck(load(running: 220, waiting: 100, ready: 30), atSeconds: 67) == 0, "it stands")
  }
}
