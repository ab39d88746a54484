/// What growth of demand the past teaches to expect.
///
/// Kept are pairs (demand then, largest demand within some time after it), both in replicas. The
/// expectation is a quantile of the growths at the moments whose demand was most like now's: a load
/// that rose from 5 to 9 within a lead time in one of five cases is met with 9 at a coverage of
/// 80 %, and a steady one with its own noise.
struct DemandGrowth {
  private static let binCount = 64

  private let constants: SharedConstants
  // A ring of moments: the demand then, and what came after, within each of the two times.
  private var demands: [Float] = []
  private var oldest = 0
  private var soon: Aftermath
  private var later: Aftermath?
  private var expected = Expected()
  private var lastSlot: Double?

  /// How far ahead, and with which quantile.
  struct Horizon {
    /// The time after a moment, in seconds.
    var seconds: Double
    /// The quantile of the growths.
    var coverage: Double
  }

  /// Replicas by which demand may grow; `nil` while the history is too short to say.
  struct Expected: Equatable {
    /// Within the first horizon.
    var soon: Double?
    /// Within the second; `nil` also where there is none.
    var later: Double?
  }

  /// Nothing remembered yet; `looksFar` where there will be a second horizon.
  init(_ constants: SharedConstants, looksFar: Bool = false) {
    self.constants = constants
    let limit = Int(constants.momentLimit)
    demands.reserveCapacity(limit)
    soon = Aftermath(limit: limit)
    later = looksFar ? Aftermath(limit: limit) : nil
  }

  /// By how much `demand` may grow. A demand that is not complete is not remembered.
  mutating func expected(
    demand: Double, soon horizon: Horizon, later far: Horizon?, isComplete: Bool = true,
    atSeconds now: Double
  ) -> Expected {
    // Whole seconds, and strides counted from the origin: two engines that see the same, each at its
    // own fraction of a second, remember the same moments.
    let now = now.rounded(.down)
    soon.close(before: now - horizon.seconds)
    if let far { later?.close(before: now - far.seconds) }
    let slot = (now / constants.momentStrideSeconds).rounded(.down)
    if isComplete, slot == lastSlot { return expected }
    let demand = Float(Swift.min(demand, Double(Bounds.replicaLimit)))
    if isComplete {
      soon.see(demand, oldest: oldest)
      later?.see(demand, oldest: oldest)
    }
    let newest = Expected(
      soon: quantile(demand, coverage: horizon.coverage, soon),
      later: quantile(demand, coverage: far?.coverage, later))
    guard isComplete else { return newest }
    lastSlot = slot
    expected = newest
    remember(demand, atSeconds: now)
    return newest
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int {
    demands.capacity * MemoryLayout<Float>.stride + soon.heapBytes + (later?.heapBytes ?? 0)
  }

  private mutating func remember(_ demand: Float, atSeconds now: Double) {
    if demands.count < Int(constants.momentLimit) {
      demands.append(demand)
      soon.append(demand, atSeconds: now)
      later?.append(demand, atSeconds: now)
    } else {
      demands[oldest] = demand
      soon.replace(oldest, with: demand, atSeconds: now)
      later?.replace(oldest, with: demand, atSeconds: now)
      oldest = (oldest + 1) % demands.count
    }
  }

  /// Two passes over the moments whose aftermath is known: find how like now the nearest share of
  /// them is, then take the quantile of their growths. Both by counting into bins, so the cost is
  /// linear.
  private func quantile(_ demand: Float, coverage: Double?, _ aftermath: Aftermath?) -> Double? {
    guard let coverage, let aftermath, aftermath.known >= 15 else { return nil }
    let known = aftermath.known
    // Two stretches of the ring.
    let end = oldest + known
    let stretches = [oldest..<Swift.min(end, demands.count), 0..<Swift.max(0, end - demands.count)]
    var counts = [Int32](repeating: 0, count: Self.binCount)
    for stretch in stretches {
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
    for stretch in stretches {
      for index in stretch where unlikeness(index, demand) <= farthest {
        growths.append(Swift.max(0, aftermath.largest[index] - demands[index]))
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
