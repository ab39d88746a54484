internal import DequeModule

/// The largest demand within a time after each remembered moment of `DemandGrowth`.
struct Aftermath {
  // In the order of the moments' ring.
  private(set) var largest: [Float] = []
  // When the newest moments were, in seconds: those whose time is not over.
  private var open: Deque<Double> = []

  /// Nothing yet; in one go as large as `limit` moments make it, for growing by doubling would end
  /// at twice the memory.
  init(limit: Int) { largest.reserveCapacity(limit) }

  /// How many moments, the oldest first, are old enough for their largest to be final.
  var known: Int { largest.count - open.count }

  /// Bytes held outside the value itself.
  var heapBytes: Int {
    largest.capacity * MemoryLayout<Float>.stride + open.count * MemoryLayout<Double>.stride
  }

  /// Makes the largest of the moments before `instant` final.
  mutating func close(before instant: Double) {
    while let first = open.first, first < instant { open.removeFirst() }
  }

  /// Takes a demand in for all moments whose time is not over; `oldest` is where the ring begins.
  mutating func see(_ demand: Float, oldest: Int) {
    for age in known..<largest.count {
      let place = oldest + age
      let index = place < largest.count ? place : place - largest.count
      largest[index] = Swift.max(largest[index], demand)
    }
  }

  /// A new moment, behind all others.
  mutating func append(_ demand: Float, atSeconds now: Double) {
    largest.append(demand)
    open.append(now)
  }

  /// A new moment in the place of the oldest.
  mutating func replace(_ oldest: Int, with demand: Float, atSeconds now: Double) {
    if known == 0 { open.removeFirst() }
    largest[oldest] = demand
    open.append(now)
  }
}
