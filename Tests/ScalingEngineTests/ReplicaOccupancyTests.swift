import Testing

@testable import ScalingEngine

/// Whether the replicas at work are the load.
@Suite struct ReplicaOccupancyTests {
  private var occupancy = ReplicaOccupancy(SharedConstants.inForce)

  /// `seconds` with the share `atWork` of `ready` replicas at work beside what waits.
  private mutating func follow(
    _ seconds: Range<Int>, atWork: Double = 1, ready: Int, waiting: (Int) -> Double
  ) {
    for second in seconds {
      var load = FleetLoad()
      load.busyReplicas = 0.97 * atWork * Double(ready)
      load.readyReplicas = ready
      load.waiting = waiting(second)
      _ = occupancy.atWork(load, elapsed: 1, atSeconds: Double(second))
    }
  }

  @Test mutating func `A short queue that comes and goes beside replicas at work is one job each`()
  {
    follow(0..<100, ready: 10) { $0 % 10 < 7 ? 3 : 0 }
    #expect(occupancy.isLoad)
  }

  @Test mutating func `All at work while nothing waits is no load of one request each`() {
    follow(0..<19, ready: 10) { $0 < 18 ? 3 : 0 }
    #expect(!occupancy.isLoad, "too few seconds")
    follow(19..<21, ready: 10) { _ in 0 }
    #expect(occupancy.isLoad, "18 of 21")
    follow(21..<50, ready: 10) { _ in 0 }
    #expect(!occupancy.isLoad, "18 of 50")
    follow(50..<150, ready: 10) { _ in 50 }
    #expect(!occupancy.isLoad, "a long queue stands before either kind of replica")
  }

  @Test func `Replicas at work are counted by what a full one shows`() throws {
    var occupancy = occupancy
    func atWork(_ busy: Double?, ready: Int) -> Double? {
      var load = FleetLoad()
      load.busyReplicas = busy
      load.readyReplicas = ready
      return occupancy.atWork(load, elapsed: 1, atSeconds: 0)
    }
    _ = atWork(9.7, ready: 10)
    #expect(abs(try #require(atWork(0.7 + 0.35, ready: 3)) - 1.0825) < 1e-3)
    #expect(atWork(nil, ready: 3) == nil)
  }

  @Test mutating func `A request that is stuck says nothing`() {
    follow(0..<1000, ready: 10) { _ in 1 }
    #expect(!occupancy.isLoad)
    follow(1000..<1020, ready: 10) { _ in 0 }
    // Now it is gone; but its thousand seconds are one queue, however long.
    follow(1020..<1400, ready: 10) { _ in 0 }
    #expect(!occupancy.isLoad)
  }

  @Test mutating func `Where more replicas change nothing, those at work are not the load`() {
    follow(0..<100, ready: 10) { $0 % 10 < 7 ? 3 : 0 }
    follow(100..<150, ready: 15) { $0 % 10 < 7 ? 3 : 0 }
    #expect(occupancy.isLoad)
    follow(150..<162, ready: 15) { $0 % 10 < 7 ? 3 : 0 }
    #expect(!occupancy.isLoad)
    // Until replicas have idled for a minute.
    follow(162..<230, atWork: 0.5, ready: 15) { _ in 0 }
    #expect(occupancy.isLoad)
  }

  @Test mutating func `A queue beside as many idle replicas speaks against one job each`() {
    follow(0..<100, ready: 10) { $0 % 10 < 7 ? 3 : 0 }
    follow(100..<400, atWork: 0.8, ready: 10) { _ in 2 }
    #expect(occupancy.isLoad, "two wait, and two idle: one instant is not the other")
    follow(400..<500, atWork: 0.7, ready: 10) { _ in 2 }
    #expect(!occupancy.isLoad)
  }

  @Test mutating func `A queue that was long is another one`() {
    follow(0..<100, ready: 10) { $0 % 10 < 7 ? 3 : 0 }
    follow(100..<130, ready: 10) { _ in 40 }
    follow(130..<300, ready: 20) { $0 % 10 < 7 ? 3 : 0 }
    #expect(occupancy.isLoad)
  }
}
