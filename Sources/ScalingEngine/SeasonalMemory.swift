/// The demand of the last seven days by time of day, for `forecast: seasonal`.
///
/// Each half-minute keeps its largest demand: 2880 a day, 8 days of 4 bytes each, 92 KB. Expected
/// is what the same half-minutes of earlier days, from now to a lead time from now, needed: at a
/// coverage of 80 % and demands of 4, 9, 6, 5 and 20 on five days, 9.
struct SeasonalMemory {
  private static let bucketSeconds = 30.0
  private static let bucketsPerDay = 2880
  private static let days = 7

  private var buckets: [Float]
  private var newest: Int?

  /// An empty memory, which takes its space only where `isOn`.
  init(isOn: Bool) {
    buckets = isOn ? Array(repeating: -1, count: Self.bucketsPerDay * (Self.days + 1)) : []
  }

  /// Bytes held.
  var bytes: Int { buckets.capacity * MemoryLayout<Float>.stride }

  /// Takes in one second's `demand`, in replicas; `now` never goes back (the caller sees to it).
  mutating func record(_ demand: Double, atSeconds now: Double) {
    guard !buckets.isEmpty, let bucket = Self.bucket(now) else { return }
    if let newest, bucket > newest {
      // Half-minutes that were not lived through know nothing, and those of a week ago leave.
      for skipped in 1...Swift.min(bucket - newest, buckets.count) {
        buckets[slot(newest + skipped)] = -1
      }
    }
    newest = Swift.max(newest ?? bucket, bucket)
    let known = buckets[slot(bucket)]
    buckets[slot(bucket)] = Swift.max(known, Float(Swift.min(demand, Double(Bounds.replicaLimit))))
  }

  /// Takes over what `past` knows of half-minutes that are still remembered. O(memory).
  mutating func absorb(_ past: SeasonalMemory) {
    guard !buckets.isEmpty, buckets.count == past.buckets.count, let end = past.newest else {
      return
    }
    let newest = Swift.max(newest ?? end, end)
    for bucket in (newest - buckets.count + 1)...newest where bucket <= end {
      guard bucket > end - buckets.count else { continue }
      buckets[slot(bucket)] = Swift.max(buckets[slot(bucket)], past.buckets[slot(bucket)])
    }
    self.newest = newest
  }

  /// Replicas that earlier days needed between `now` and `leadSeconds` later, at the quantile
  /// `coverage` over those days; `nil` where no earlier day is remembered.
  func expected(coverage: Double, leadSeconds: Double, atSeconds now: Double) -> Double? {
    guard let newest, let first = Self.bucket(now), let last = Self.bucket(now + leadSeconds)
    else { return nil }
    var seen: [Float] = []
    for day in 1...Self.days {
      var largest: Float = -1
      for bucket in first...Swift.max(first, last) {
        let then = bucket - day * Self.bucketsPerDay
        guard then <= newest, then > newest - buckets.count else { continue }
        largest = Swift.max(largest, buckets[slot(then)])
      }
      if largest >= 0 { seen.append(largest) }
    }
    guard !seen.isEmpty else { return nil }
    seen.sort()
    let rank = (coverage * Double(seen.count) - 1e-9).rounded(.up) - 1
    return Double(seen[Swift.min(seen.count - 1, Swift.max(0, Int(rank)))])
  }

  /// The half-minute of `seconds`; `nil` where it cannot be counted.
  private static func bucket(_ seconds: Double) -> Int? {
    Int(exactly: (seconds / bucketSeconds).rounded(.down))
  }

  private func slot(_ bucket: Int) -> Int {
    let rest = bucket % buckets.count
    return rest < 0 ? rest + buckets.count : rest
  }
}
