import Testing

@testable import ScalingEngine

/// The work that a queue and utilization show where nobody tells what runs.
@Suite struct SaturationMemoryTests {
  private let constants = SharedConstants.inForce

  private func load(busy: Double?, waiting: Double = 0, ready: Int) -> FleetLoad {
    var load = FleetLoad()
    load.busyReplicas = busy
    load.waiting = waiting
    load.readyReplicas = ready
    return load
  }

  /// A memory that saw a queue grow by 9 a second on 4 full replicas of 3 requests a second.
  private var taught: SaturationMemory {
    var memory = SaturationMemory(constants)
    for second in 0..<40 {
      memory.record(
        load(busy: 4, waiting: 9 * Double(second), ready: 4), throughput: 3, leadSeconds: 70,
        atSeconds: Double(second))
    }
    return memory
  }

  @Test func `A full fleet's queue tells of the work`() throws {
    // 4 full replicas and 9 ÷ 3 more; the slope has settled to a few percent.
    #expect(abs(try #require(taught.fullReplicas) - 7) < 0.3)
  }

  @Test func `However fast the queue grows, twice the fleet is believed at once`() throws {
    var memory = SaturationMemory(constants)
    for second in 0..<40 {
      memory.record(
        load(busy: 4, waiting: 90 * Double(second), ready: 4), throughput: 3, leadSeconds: 70,
        atSeconds: Double(second))
    }
    #expect(memory.fullReplicas == 8)
  }

  @Test func `The lesson fades over thirty lead times`() throws {
    var memory = taught
    let before = try #require(memory.fullReplicas)
    for second in 40..<2140 {
      memory.record(
        load(busy: 10, ready: 10), throughput: 3, leadSeconds: 70, atSeconds: Double(second))
    }
    // 2100 s are 30 lead times: 1 ÷ e is left.
    #expect(abs(try #require(memory.fullReplicas) - before / 2.718) < 0.01)
  }

  @Test func `Replicas that idle for a minute tell how little there is to do, a second does not`()
    throws
  {
    var memory = taught
    for second in 40..<100 {
      memory.record(
        load(busy: 10, ready: 10), throughput: 3, leadSeconds: 70, atSeconds: Double(second))
    }
    let before = try #require(memory.fullReplicas)
    memory.record(load(busy: 0, ready: 10), throughput: 3, leadSeconds: 70, atSeconds: 100)
    #expect(try #require(memory.fullReplicas) > before * 0.99)
    for second in 101..<161 {
      memory.record(
        load(busy: 2, ready: 10), throughput: 3, leadSeconds: 70, atSeconds: Double(second))
    }
    #expect(abs(try #require(memory.fullReplicas) - 2) < 0.01)
  }

  @Test func `A load that comes back is as large as the queue taught, without a queue`() throws {
    var memory = taught
    for second in 40..<140 {
      memory.record(
        load(busy: 0, ready: 10), throughput: 3, leadSeconds: 70, atSeconds: Double(second))
    }
    #expect(memory.fullReplicas == 0)
    memory.record(load(busy: 10, ready: 10), throughput: 3, leadSeconds: 70, atSeconds: 140)
    // 100 s of 2100 have faded.
    #expect(abs(try #require(memory.fullReplicas) - 7 * (1 - 100.0 / 2100)) < 0.3)
  }

  @Test func `Replicas that came while the queue grew had no part in its growth`() throws {
    var memory = taught
    let before = try #require(memory.fullReplicas)
    memory.record(
      load(busy: 20, waiting: 9 * 40, ready: 20), throughput: 3, leadSeconds: 70, atSeconds: 40)
    // A mean over nine seconds holds a ninth of the sixteen new ones, not all of them.
    #expect(try #require(memory.fullReplicas) - before < 2)
  }

  @Test func `Requests that begin to wait are work for a replica each, for all at most`() throws {
    var memory = SaturationMemory(constants)
    memory.record(load(busy: 1, ready: 1), throughput: 3, leadSeconds: 70, atSeconds: 0)
    for second in 1..<120 {
      memory.record(
        load(busy: 1, ready: 10), throughput: 3, leadSeconds: 70, atSeconds: Double(second))
    }
    #expect(try #require(memory.fullReplicas) < 1)
    memory.record(
      load(busy: 10, waiting: 6, ready: 10), throughput: 3, leadSeconds: 70, atSeconds: 120)
    #expect(memory.fullReplicas == 6)
  }

  /// Replicas that serve one request at a time, ten seconds each, in a fleet whose arrivals are
  /// random: what the memory says after `seconds` at `load` requests in service.
  private func follow(
    _ memory: inout SaturationMemory, load offered: Double, replicas: Int, seconds: Range<Int>
  ) {
    var random = SplitMix(state: 11)
    var ends: [Double] = []
    var waiting = 0
    for second in seconds {
      let now = Double(second)
      ends.removeAll { $0 <= now }
      waiting += random.poisson(offered / 10)
      while waiting > 0, ends.count < replicas {
        waiting -= 1
        ends.append(now + 10)
      }
      memory.record(
        load(busy: 0.97 * Double(ends.count), waiting: Double(waiting), ready: replicas),
        throughput: 0.1, leadSeconds: 70, atSeconds: now)
    }
  }

  @Test func `Where one request at a time is served, those at work are the load`() throws {
    var memory = SaturationMemory(constants)
    follow(&memory, load: 8, replicas: 10, seconds: 0..<900)
    follow(&memory, load: 3, replicas: 10, seconds: 900..<1000)
    #expect(abs(try #require(memory.fullReplicas) - 3) < 2)
    // It rises as it falls, without a queue.
    follow(&memory, load: 12, replicas: 20, seconds: 1000..<1100)
    #expect(abs(try #require(memory.fullReplicas) - 12) < 4)
  }

  @Test func `A queue beside idle replicas is no work for all of them`() throws {
    var memory = SaturationMemory(constants)
    follow(&memory, load: 8, replicas: 10, seconds: 0..<900)
    for second in 900..<1000 {
      memory.record(
        load(busy: 3, waiting: 1, ready: 10), throughput: nil, leadSeconds: 70,
        atSeconds: Double(second))
    }
    #expect(abs(try #require(memory.fullReplicas) - 3) < 0.5)
  }
}
