/// What growth of demand the past teaches to expect within one lead time.
///
/// Kept are pairs (demand then, largest demand within the lead time after it), both in replicas.
/// The expectation is a quantile of the growths at the moments whose demand was most like now's: a
/// load that rose from 5 to 9 within a lead time in one of five cases is met with 9 at a coverage
/// of 80 %, and a steady one with its own noise.
struct DemandGrowth {
  private static let binCount = 64

  private let constants: EngineConstants
  // A ring of moments, a column each: when, the demand then, the largest within the lead time after.
  private var seconds: [Float] = []
  private var demands: [Float] = []
  private var largest: [Float] = []
  // How unlike now each moment is, in bins; only within one call.
  private var unlikeness: [UInt8]
  private var next = 0
  private var expected: Double?
  private var lastSlot: Double?

  init(_ constants: EngineConstants) {
    self.constants = constants
    let limit = Int(constants.momentLimit)
    unlikeness = [UInt8](repeating: 0, count: limit)
    // In one go: growing by doubling would end at twice the memory.
    seconds.reserveCapacity(limit)
    demands.reserveCapacity(limit)
    largest.reserveCapacity(limit)
  }

  /// Replicas by which `demand` may grow within `leadSeconds`, at the quantile `coverage`; `nil`
  /// while the history is too short to say. A demand that is not complete is not remembered.
  mutating func growth(
    demand: Double, coverage: Double, leadSeconds: Double, isComplete: Bool = true,
    atSeconds now: Double
  ) -> Double? {
    // Whole seconds, and strides counted from the origin: two engines that see the same, each at its
    // own fraction of a second, remember the same moments.
    let now = now.rounded(.down)
    guard isComplete else {
      return quantile(
        Float(demand), coverage: coverage, known: knownCount(before: now - leadSeconds))
    }
    let slot = (now / constants.momentStrideSeconds).rounded(.down)
    if slot == lastSlot { return expected }
    lastSlot = slot
    let demand = Float(Swift.min(demand, Double(Bounds.replicaLimit)))
    let known = knownCount(before: now - leadSeconds)
    for age in known..<demands.count {
      let index = self.index(ofAge: age)
      largest[index] = Swift.max(largest[index], demand)
    }
    expected = quantile(demand, coverage: coverage, known: known)
    remember(demand, atSeconds: now)
    return expected
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int {
    (seconds.capacity + demands.capacity + largest.capacity) * MemoryLayout<Float>.stride
      + unlikeness.capacity
  }

  private mutating func remember(_ demand: Float, atSeconds now: Double) {
    guard demands.count == Int(constants.momentLimit) else {
      seconds.append(Float(now))
      demands.append(demand)
      largest.append(demand)
      return
    }
    seconds[next] = Float(now)
    demands[next] = demand
    largest[next] = demand
    next = (next + 1) % demands.count
  }

  /// Where the moment is that came after `age` others.
  private func index(ofAge age: Int) -> Int {
    let index = next + age
    return index < demands.count ? index : index - demands.count
  }

  /// How many of the moments, the oldest first, are old enough for their largest to be final.
  private func knownCount(before instant: Double) -> Int {
    var count = demands.count
    while count > 0, seconds[index(ofAge: count - 1)] >= Float(instant) { count -= 1 }
    return count
  }

  /// Where the `known` oldest moments lie: two stretches of the ring.
  private func stretches(_ known: Int) -> (Range<Int>, Range<Int>) {
    let end = next + known
    return (next..<Swift.min(end, demands.count), 0..<Swift.max(0, end - demands.count))
  }

  /// Two passes over the moments: find how like now the nearest share of them is, then take the
  /// quantile of their growths. Both by counting into bins, so the cost is linear.
  private mutating func quantile(_ demand: Float, coverage: Double, known: Int) -> Double? {
    guard known >= 15 else { return nil }
    let (older, newer) = stretches(known)
    var counts = [Int32](repeating: 0, count: Self.binCount)
    sortIntoBins(older, demand, &counts)
    sortIntoBins(newer, demand, &counts)
    let wanted = Swift.max(constants.neighbourLimit, constants.neighbourShare * Double(known))
    var farthest = 0
    var found = Double(counts[0])
    while found < wanted, farthest < Self.binCount - 1 {
      farthest += 1
      found += Double(counts[farthest])
    }
    let limit = UInt8(farthest)
    let most = Swift.max(mostGrowth(older, limit), mostGrowth(newer, limit))
    guard most > 0 else { return 0 }
    let bins = Float(Self.binCount)
    counts = [Int32](repeating: 0, count: Self.binCount)
    for stretch in [older, newer] {
      for index in stretch where unlikeness[index] <= limit {
        let growth = Swift.max(0, largest[index] - demands[index])
        counts[Int(growth / most * (bins - 1))] += 1
      }
    }
    var rank = coverage * (found - 1)
    for index in counts.indices {
      rank -= Double(counts[index])
      if rank < 0 { return Double(most) * Double(index) / Double(bins - 1) }
    }
    return Double(most)
  }

  /// Notes how unlike `demand` the moments of a stretch are, and counts them by that.
  private mutating func sortIntoBins(
    _ stretch: Range<Int>, _ demand: Float, _ counts: inout [Int32]
  ) {
    let bins = Float(Self.binCount)
    for index in stretch {
      let scale = Swift.max(demand, demands[index], 1)
      let bin = Int(abs(demands[index] - demand) / scale * (bins - 1))
      unlikeness[index] = UInt8(truncatingIfNeeded: bin)
      counts[bin] += 1
    }
  }

  /// The largest growth in a stretch among moments no less like now than `limit`.
  private func mostGrowth(_ stretch: Range<Int>, _ limit: UInt8) -> Float {
    var most: Float = 0
    for index in stretch where unlikeness[index] <= limit {
      most = Swift.max(most, largest[index] - demands[index])
    }
    return most
  }
}
