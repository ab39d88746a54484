import Testing

@testable import ScalingEngine

/// The worked examples of the learned part.
@Suite struct LearnedCapacityTests {
  private let constants = SharedConstants.inForce

  private func load(running: Double, waiting: Double = 0, ready: Int) -> FleetLoad {
    var load = FleetLoad()
    load.running = running
    load.waiting = waiting
    load.readyReplicas = ready
    return load
  }

  /// The same for some seconds, where a replica asked for serves in 70 s.
  private func see(
    _ capacity: inout LearnedCapacity, _ seconds: Range<Int>, running: Double, waiting: Double = 0,
    ready: Int
  ) {
    for second in seconds {
      capacity.learn(
        load(running: running, waiting: waiting, ready: ready), leadSeconds: 70,
        atSeconds: Double(second))
    }
  }

  @Test func `Slots are what runs per ready replica while requests wait`() {
    var capacity = LearnedCapacity(constants)
    see(&capacity, 0..<60, running: 184, waiting: 40, ready: 4)
    #expect(capacity.slots == 46)
    // r = 2 before it was seen: 46 · 0.85 ÷ (0.85 + 0.15 · 2) = 34.
    #expect(abs((capacity.targetConcurrency ?? 0) - 34) < 1e-9)
  }

  @Test func `Slots that shrink are learned too, and a short queue teaches nothing`() {
    var capacity = LearnedCapacity(constants)
    see(&capacity, 0..<60, running: 184, waiting: 40, ready: 4)
    see(&capacity, 60..<400, running: 80, waiting: 40, ready: 4)
    #expect(abs((capacity.slots ?? 0) - 20) < 0.5)
    var untaught = LearnedCapacity(constants)
    see(&untaught, 0..<60, running: 20, waiting: 1, ready: 4)
    #expect(untaught.slots == nil)
    #expect(
      abs((untaught.targetConcurrency ?? 0) - 7) < 1e-9 || untaught.targetConcurrency == nil)
  }

  @Test func `Slots learned in a shortage come back, though no replica ever runs more`() throws {
    var capacity = LearnedCapacity(constants)
    see(&capacity, 0..<60, running: 256, waiting: 40, ready: 4)
    see(&capacity, 60..<660, running: 64, waiting: 40, ready: 4)
    #expect(abs(try #require(capacity.slots) - 16) < 0.1)
    see(&capacity, 660..<2760, running: 64, ready: 8)
    // After thirty lead times 1 ÷ e of the shortage is left: 64 − 48 ÷ e.
    #expect(abs(try #require(capacity.slots) - 46.3) < 0.1)
  }

  @Test func `A request that always waits does not hide what replicas run`() throws {
    var capacity = LearnedCapacity(constants)
    see(&capacity, 0..<60, running: 48, waiting: 1, ready: 4)
    #expect(capacity.slots == nil)
    #expect(abs(try #require(capacity.targetConcurrency) - 12 * 1.4) < 1e-9)
  }

  @Test func `Replicas that are not ready for a while are no proof of more slots on the others`() {
    var capacity = LearnedCapacity(constants)
    see(&capacity, 0..<60, running: 160, waiting: 40, ready: 10)
    #expect(capacity.slots == 16)
    // Half of them fail their probes; what they run goes on, and is counted.
    see(&capacity, 60..<120, running: 160, waiting: 40, ready: 5)
    see(&capacity, 120..<130, running: 160, ready: 5)
    #expect(abs((capacity.slots ?? 0) - 16) < 1e-6)
    // After a lead time it is what five run.
    see(&capacity, 130..<200, running: 160, waiting: 40, ready: 5)
    #expect((capacity.slots ?? 0) > 30)
  }

  @Test func `A fleet that was never calm tells how long requests stay by its full replicas`() {
    var capacity = LearnedCapacity(constants)
    for second in 0..<60 {
      var full = load(running: 160, waiting: 20 * Double(second + 1), ready: 4)
      full.arrivalRate = 36
      capacity.learn(full, leadSeconds: 70, atSeconds: Double(second))
    }
    // 40 on each, 9 come and 4 leave a second: 10 s, and half of that on a calm one. At the target
    // 0.85 ÷ (0.85 + 0.15 · 2) = 0.739 of the slots are filled: 5 · 1.739 = 8.7 s.
    #expect(abs((capacity.fullSojourn ?? 0) - 10) < 1e-6)
    #expect(abs((capacity.targetSojourn ?? 0) - 8.7) < 0.01)
  }

  @Test(arguments: [(0.0, 0.85), (128, 0.85), (400, 0.909), (900, 0.9375), (1e6, 0.95)])
  func `The more requests, the fuller a replica may be`(requests: Double, share: Double) {
    var capacity = LearnedCapacity(constants)
    #expect(capacity.loadShare == 0.85)
    capacity.follow(offeredRequests: requests)
    #expect(abs(capacity.loadShare - share) < 0.001)
  }

  @Test func `Little's law gives the sojourn time where arrivals are known`() {
    var flow = FlowMeter(constants)
    for second in 0..<300 {
      var load = load(running: 108, ready: 4)
      load.arrivalRate = 12
      flow.record(load, slots: nil, atSeconds: Double(second))
    }
    #expect(abs((flow.sojourn ?? 0) - 9) < 1e-6)
  }

  @Test func `The jitter of the number in the system gives it where they are not`() {
    // 12 arrivals and 12 departures a second by chance: the variance of the change is 24.
    var flow = FlowMeter(constants)
    var random = SplitMix(state: 7)
    var level = 108.0
    for second in 0..<3000 {
      level += Double(random.poisson(12)) - Double(random.poisson(12 * level / 108))
      flow.record(load(running: level, ready: 4), slots: nil, atSeconds: Double(second))
    }
    #expect(abs((flow.sojourn ?? 0) - 9) < 1.5)
  }

  @Test func `Work that will wait counts what is starting`() {
    var pipeline = ReplicaPipeline()
    pipeline.record(current: 2, ready: 2, atSeconds: 0)
    pipeline.record(current: 6, ready: 2, atSeconds: 10)
    #expect(pipeline.count == 4)
    func backlog(_ horizon: Double) -> Double {
      pipeline.backlog(
        waiting: 0, work: 5, coldStartSeconds: 30, horizon: horizon, atSeconds: 10)
    }
    #expect(backlog(30) == 90)
    #expect(backlog(60) == 60)
    pipeline.record(current: 6, ready: 6, atSeconds: 44)
    #expect(pipeline.count == 0)
    #expect(pipeline.learnedSeconds == 34)
  }

  @Test func `A load that grew in one of two cases is met at a coverage above one half`() {
    var growth = DemandGrowth(constants)
    func expected(_ coverage: Double) -> Double? {
      var growth = growth
      return growth.expected(
        demand: 5, soon: .init(seconds: 20, coverage: coverage), later: nil, atSeconds: 4000
      ).soon
    }
    for second in 0..<2000 {
      // 100 s at 5, then 20 s at 9, again and again: within 20 s of a 5 there is a 9 in 1 of 5.
      let demand = second % 120 < 100 ? 5.0 : 9.0
      _ = growth.expected(
        demand: demand, soon: .init(seconds: 20, coverage: 0.8), later: nil,
        atSeconds: Double(second))
    }
    #expect(expected(0.5) == 0)
    #expect(expected(0.9) == 4)
  }
}
