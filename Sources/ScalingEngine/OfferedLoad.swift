/// The load that is offered to the fleet, in requests that would be in it at the target.
///
/// What is in the system follows what is offered one sojourn time late, and grows without bound
/// where the fleet is too small. Arrivals are departures plus what piles up; times the sojourn time
/// that is the offered load: 192 running and 51 more each second, at 9 s each, are 651.
struct OfferedLoad {
  private let constants: SharedConstants
  private var running: Double?
  private var level = 0.0
  private var lastSeconds: Double?
  /// The newest estimate; 0 before the first.
  private(set) var requests = 0.0

  init(_ constants: SharedConstants) { self.constants = constants }

  /// Takes in one second.
  mutating func record(_ load: FleetLoad, capacity: LearnedCapacity, atSeconds now: Double) {
    guard let runningNow = load.running, let inSystem = load.inSystem else { return }
    let elapsed = lastSeconds.map { now - $0 } ?? 1
    lastSeconds = now
    let sojourn = capacity.targetSojourn ?? 0
    guard let before = running else {
      running = runningNow
      level = inSystem
      requests = runningNow
      return
    }
    // Departures are those of what runs since a sojourn time; replicas that have just become ready
    // run what waited and finish nothing yet.
    let departing = Swift.max(
      constants.offeredAveragingSeconds, constants.settledSojourns * sojourn)
    let mean = before + Swift.min(1, elapsed / departing) * (runningNow - before)
    running = mean
    let piling = Swift.max(constants.slopeAveragingSeconds, sojourn / 2)
    level += Swift.min(1, elapsed / piling) * (inSystem - level)
    let slope = Slope.perSecond(inSystem - level, averagingSeconds: piling, elapsed: elapsed)
    let waiting = load.waiting ?? 0
    var served = mean
    if load.waitingForReplicas ?? 0 >= Double(Swift.max(1, load.readyReplicas ?? 1)) {
      // A full replica's requests leave more slowly: fewer departures than the same number would
      // make at the target.
      let stretch = 1 + (capacity.flow.inflation - 1) * capacity.fill
      served *= Swift.min(1, stretch / capacity.flow.inflation)
    }
    let limit = waiting > 0 ? inSystem : 2 * inSystem
    requests = Swift.min(limit, Swift.max(0, served + slope * sojourn))
  }
}

/// The slope of a number, from its distance to its own running average.
enum Slope {
  /// A number that rises by 18 a second is, averaged over 6 s once a second, 18 · (6 − 1) = 90 above
  /// its average.
  static func perSecond(
    _ distance: Double, averagingSeconds: Double, elapsed: Double
  ) -> Double {
    let lag = Swift.max(averagingSeconds - elapsed, averagingSeconds / 2)
    return lag > 0 ? distance / lag : 0
  }
}
