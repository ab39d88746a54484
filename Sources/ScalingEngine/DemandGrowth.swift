internal import DequeModule

/// What growth of demand the past teaches to expect within one lead time.
///
/// Kept are pairs (demand then, largest demand within the lead time after it), both in replicas.
/// The expectation is a quantile of the growths at the moments whose demand was most like now's: a
/// load that rose from 5 to 9 within a lead time in one of five cases is met with 9 at a coverage
/// of 80 %, and a steady one with its own noise.
struct DemandGrowth {
  private static let binCount = 64

  private let constants: SharedConstants
  // A ring of moments, a column each: the demand then, the largest within the lead time after.
  private var demands: [Float] = []
  private var largest: [Float] = []
  private var next = 0
  // When the newest moments were, in seconds: those whose lead time is not over.
  private var open: Deque<Double> = []
  private var expected: Double?
  private var lastSlot: Double?

  init(_ constants: SharedConstants) {
    self.constants = constants
    let limit = Int(constants.momentLimit)
    // In one go: growing by doubling would end at twice the memory.
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
    while let first = open.first, first < now - leadSeconds { open.removeFirst() }
    guard isComplete else { return quantile(Float(demand), coverage: coverage) }
    let slot = (now / constants.momentStrideSeconds).rounded(.down)
    if slot == lastSlot { return expected }
    lastSlot = slot
    let demand = Float(Swift.min(demand, Double(Bounds.replicaLimit)))
    for age in known..<demands.count {
      let index = self.index(ofAge: age)
      largest[index] = Swift.max(largest[index], demand)
    }
    expected = quantile(demand, coverage: coverage)
    remember(demand, atSeconds: now)
    return expected
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int {
    (demands.capacity + largest.capacity) * MemoryLayout<Float>.stride
      + open.count * MemoryLayout<Double>.stride
  }

  private mutating func remember(_ demand: Float, atSeconds now: Double) {
    if demands.count < Int(constants.momentLimit) {
      demands.append(demand)
      largest.append(demand)
    } else {
      if known == 0 { open.removeFirst() }
      demands[next] = demand
      largest[next] = demand
      next = (next + 1) % demands.count
    }
    open.append(now)
  }

  /// How many of the moments, the oldest first, are old enough for their largest to be final.
  private var known: Int { demands.count - open.count }

  /// Where the moment is that came after `age` others.
  private func index(ofAge age: Int) -> Int {
    let index = next + age
    return index < demands.count ? index : index - demands.count
  }

  /// The two stretches of the ring in which the moments lie that are `known`.
  private var stretches: (Range<Int>, Range<Int>) {
    let end = next + known
    return (next..<Swift.min(end, demands.count), 0..<Swift.max(0, end - demands.count))
  }

  /// Two passes over the moments: find how like now the nearest share of them is, then take the
  /// quantile of their growths. Both by counting into bins, so the cost is linear.
  private func quantile(_ demand: Float, coverage: Double) -> Double? {
    guard known >= 15 else { return nil }
    let (older, newer) = stretches
    var counts = [Int32](repeating: 0, count: Self.binCount)
    for stretch in [older, newer] {
      for index in stretch { counts[unlikeness(index, demand)] += 1 }
    }
    let wanted = Swift.max(constants.neighbourLimit, constants.neighbourShare * Double(known))
    var farthest = 0
    var found = Double(counts[0])
    while found < wanted, farthest < Self.binCount - 1 {
      farthest += 1
      found += Double(counts[farthest])
    }
    var growths: [Float] = []
    growths.reserveCapacity(Int(found))
    for stretch in [older, newer] {
      for index in stretch where unlikeness(index, demand) <= farthest {
        growths.append(Swift.max(0, largest[index] - demands[index]))
      }
    }
    return Self.quantile(growths, coverage: coverage)
  }

  /// How unlike `demand` a moment's was, in bins.
  private func unlikeness(_ index: Int, _ demand: Float) -> Int {
    let scale = Swift.max(demand, demands[index], 1)
    return Int(abs(demands[index] - demand) / scale * Float(Self.binCount - 1))
  }

  /// A quantile of growths of 0 or more, to a bin's width.
  private static func quantile(_ growths: [Float], coverage: Double) -> Double {
    let most = growths.max() ?? 0
    guard most > 0 else { return 0 }
    var counts = [Int32](repeating: 0, count: binCount)
    for growth in growths { counts[Int(growth / most * Float(binCount - 1))] += 1 }
    var rank = coverage * Double(growths.count - 1)
    for index in counts.indices {
      rank -= Double(counts[index])
      if rank < 0 { return Double(most) * Double(index) / Double(binCount - 1) }
    }
    return Double(most)
  }
}
