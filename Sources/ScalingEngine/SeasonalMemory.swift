/// The demand of the last seven days by time of day, for `forecast: seasonal`.
///
/// Each half-minute keeps its largest demand, and whether a trigger was active: 2880 a day, 8 days of
/// 4 bytes each, 92 KB. Expected is what the same half-minutes of earlier days, from now to a lead
/// time from now, needed: at a coverage of 80 % and demands of 4, 9, 6, 5 and 20 on five days, 9; and
/// the load is expected to be there where it was on more than one of these five.
struct SeasonalMemory {
  private static let bucketSeconds = 30.0
  private static let bucketsPerDay = 2880
  private static let days = 7

  /// The largest demand of a half-minute, in replicas, and in its sign whether it was active.
  private struct HalfMinute {
    static let unknown = HalfMinute(encoded: .nan)
    private let encoded: Float
    private init(encoded: Float) { self.encoded = encoded }

    init(demand: Float, isActive: Bool) {
      self.init(encoded: isActive ? demand : -demand)
    }

    var isKnown: Bool { !encoded.isNaN }
    var demand: Float { abs(encoded) }
    var isActive: Bool { encoded.sign == .plus }

    /// Of both, what is larger.
    func merged(with other: HalfMinute) -> HalfMinute {
      guard isKnown else { return other }
      guard other.isKnown else { return self }
      return HalfMinute(
        demand: Swift.max(demand, other.demand), isActive: isActive || other.isActive)
    }
  }

  /// What earlier days teach of the time up to a lead time from now.
  struct Expected: Equatable {
    /// Replicas.
    var demand: Double
    /// Whether a trigger will be active.
    var isActive: Bool
  }

  private var buckets: [HalfMinute]
  private var newest: Int?

  /// An empty memory, which takes its space only where `isOn`.
  init(isOn: Bool) {
    buckets = isOn ? Array(repeating: .unknown, count: Self.bucketsPerDay * (Self.days + 1)) : []
  }

  /// Bytes held.
  var bytes: Int { buckets.capacity * MemoryLayout<HalfMinute>.stride }

  /// Takes in one second's `demand`, in replicas; `now` never goes back (the caller sees to it).
  mutating func record(_ demand: Double, isActive: Bool, atSeconds now: Double) {
    guard !buckets.isEmpty, let bucket = Self.bucket(now) else { return }
    if let newest, bucket > newest {
      // Half-minutes that were not lived through know nothing, and those of a week ago leave.
      for skipped in 1...Swift.min(bucket - newest, buckets.count) {
        buckets[slot(newest + skipped)] = .unknown
      }
    }
    newest = Swift.max(newest ?? bucket, bucket)
    let demand = Float(Swift.min(Swift.max(0, demand), Double(Bounds.replicaLimit)))
    buckets[slot(bucket)] = buckets[slot(bucket)].merged(
      with: HalfMinute(demand: demand, isActive: isActive))
  }

  /// Takes over what `past` knows of half-minutes that are still remembered. O(memory).
  mutating func absorb(_ past: SeasonalMemory) {
    guard !buckets.isEmpty, buckets.count == past.buckets.count, let end = past.newest else {
      return
    }
    let newest = Swift.max(newest ?? end, end)
    for bucket in (newest - buckets.count + 1)...newest where bucket <= end {
      guard bucket > end - buckets.count else { continue }
      buckets[slot(bucket)] = buckets[slot(bucket)].merged(with: past.buckets[slot(bucket)])
    }
    self.newest = newest
  }

  /// What earlier days needed between `now` and `leadSeconds` later, at the quantile `coverage` over
  /// those days; `nil` where no earlier day is remembered.
  func expected(coverage: Double, leadSeconds: Double, atSeconds now: Double) -> Expected? {
    guard let newest, let first = Self.bucket(now), let last = Self.bucket(now + leadSeconds)
    else { return nil }
    var seen: [HalfMinute] = []
    for day in 1...Self.days {
      var largest = HalfMinute.unknown
      for bucket in first...Swift.max(first, last) {
        let then = bucket - day * Self.bucketsPerDay
        guard then <= newest, then > newest - buckets.count else { continue }
        largest = largest.merged(with: buckets[slot(then)])
      }
      if largest.isKnown { seen.append(largest) }
    }
    guard !seen.isEmpty else { return nil }
    let place = (coverage * Double(seen.count) - 1e-9).rounded(.up) - 1
    let rank = Swift.min(seen.count - 1, Swift.max(0, Int(place)))
    return Expected(
      demand: Double(seen.map(\.demand).sorted()[rank]),
      isActive: seen.count { !$0.isActive } <= rank)
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
