/// What growth of demand the past teaches to expect within one lead time.
///
/// Kept are pairs (demand then, largest demand within the lead time after it), both in replicas.
/// The expectation is a quantile of the growths at the moments whose demand was most like now's: a
/// load that rose from 5 to 9 within a lead time in one of five cases is met with 9 at a coverage
/// of 80 %, and a steady one with its own noise.
struct DemandGrowth {
  private struct Moment {
    var seconds: Float
    var demand: Float
    var largest: Float
  }

  private static let binCount = 64

  private let constants: EngineConstants
  private var moments: [Moment] = []
  private var next = 0
  private var expected: Double?
  private var lastSlot: Double?

  init(_ constants: EngineConstants) {
    self.constants = constants
    // In one go: growing by doubling would end at twice the memory.
    moments.reserveCapacity(Int(constants.momentLimit))
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
      return quantile(Float(demand), coverage: coverage, known: Float(now - leadSeconds))
    }
    let slot = (now / constants.momentStrideSeconds).rounded(.down)
    if slot == lastSlot { return expected }
    lastSlot = slot
    let demand = Float(Swift.min(demand, Double(Bounds.replicaLimit)))
    let known = now - leadSeconds
    for index in moments.indices where Double(moments[index].seconds) >= known {
      moments[index].largest = Swift.max(moments[index].largest, demand)
    }
    expected = quantile(Float(demand), coverage: coverage, known: Float(known))
    let moment = Moment(seconds: Float(now), demand: demand, largest: demand)
    if moments.count < Int(constants.momentLimit) {
      moments.append(moment)
    } else {
      moments[next] = moment
      next = (next + 1) % moments.count
    }
    return expected
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int { moments.capacity * MemoryLayout<Moment>.stride }

  /// Two passes over the moments: find how like now the nearest share of them is, then take the
  /// quantile of their growths. Both by counting into bins, so the cost is linear.
  private func quantile(_ demand: Float, coverage: Double, known: Float) -> Double? {
    let bins = Float(Self.binCount)
    func bin(_ moment: Moment) -> Int {
      let scale = Swift.max(demand, moment.demand, 1)
      return Int(abs(moment.demand - demand) / scale * (bins - 1))
    }
    var counts = [Int32](repeating: 0, count: Self.binCount)
    var total = 0
    for moment in moments where moment.seconds < known {
      counts[bin(moment)] += 1
      total += 1
    }
    guard total >= 15 else { return nil }
    let wanted = Swift.max(constants.neighbourLimit, constants.neighbourShare * Double(total))
    var farthest = 0
    var found = Double(counts[0])
    while found < wanted, farthest < Self.binCount - 1 {
      farthest += 1
      found += Double(counts[farthest])
    }
    var largest: Float = 0
    for moment in moments where moment.seconds < known && bin(moment) <= farthest {
      largest = Swift.max(largest, moment.largest - moment.demand)
    }
    guard largest > 0 else { return 0 }
    counts = [Int32](repeating: 0, count: Self.binCount)
    for moment in moments where moment.seconds < known && bin(moment) <= farthest {
      let growth = Swift.max(0, moment.largest - moment.demand)
      counts[Int(growth / largest * (bins - 1))] += 1
    }
    var rank = coverage * (found - 1)
    for index in counts.indices {
      rank -= Double(counts[index])
      if rank < 0 { return Double(largest) * Double(index) / Double(bins - 1) }
    }
    return Double(largest)
  }
}
