/// Counters of one replica over its last scrapes: what they grew by, resets of the process seen
/// through.
///
/// Worked example: 100 at second 0, 130 at 1, 5 at 2 (the process began anew), 15 at 3: over the
/// last three seconds it grew by 30 + 5 + 10 = 45.
struct CounterTrack {
  /// One counter as it was scraped.
  struct Reading {
    /// What tells it apart from the replica's other counters: its name and labels.
    var key: String
    /// What it is added to: a histogram's bound, a tier, a side of a fraction.
    var slot: String
    /// Its value; not finite ones are passed over.
    var value: Double
  }

  /// What counters grew by, by slot, and in how long.
  struct Growth: Equatable {
    var seconds: Double
    var bySlot: [String: Double]
  }

  private let window: Duration
  private var previous: [String: Double] = [:]
  private var totals: [String: Double] = [:]
  /// The totals after each scrape, oldest first, the first one at least a window old where there
  /// is one.
  private var kept: [(at: ContinuousClock.Instant, totals: [String: Double])] = []

  /// A track that has seen nothing; growth is given over `window` once that has passed.
  init(window: Duration) { self.window = window }

  /// Takes in all counters of a scrape at `now`.
  mutating func take(_ readings: [Reading], at now: ContinuousClock.Instant) {
    let isFirst = kept.isEmpty
    var current: [String: Double] = [:]
    for reading in readings where reading.value.isFinite {
      current[reading.key] = reading.value
      // A counter that appears later began at 0; one that fell began anew.
      let before = previous[reading.key] ?? (isFirst ? reading.value : 0)
      let growth = reading.value >= before ? reading.value - before : reading.value
      totals[reading.slot, default: 0] += growth
    }
    previous = current
    kept.append((now, totals))
    while kept.count > 2, kept[1].at <= now - window { kept.removeFirst() }
  }

  /// The growth over the window, or since the first scrape; nil before the second one.
  var growth: Growth? {
    guard let first = kept.first, let last = kept.last, kept.count > 1, last.at > first.at else {
      return nil
    }
    let bySlot = last.totals.reduce(into: [String: Double]()) { result, total in
      result[total.key] = total.value - (first.totals[total.key] ?? 0)
    }
    return Growth(seconds: (last.at - first.at) / .seconds(1), bySlot: bySlot)
  }
}
