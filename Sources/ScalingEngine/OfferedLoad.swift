/// The load that is offered to the fleet, in requests that would be in it at the target.
///
/// What is in the system follows what is offered one sojourn time late, and grows without bound
/// where the fleet is too small. Arrivals are departures plus what piles up; times the sojourn time
/// that is the offered load: 192 running and 51 more each second, at 9 s each, are 651.
struct OfferedLoad {
  private let constants: SharedConstants
  private var running = RunningMean()
  private var level = RunningMean()
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
    // Departures are those of what runs since a sojourn time; replicas that have just become ready
    // run what waited and finish nothing yet.
    running.record(
      runningNow,
      averagingSeconds: Swift.max(
        constants.offeredAveragingSeconds, constants.settledSojourns * sojourn), elapsed: elapsed)
    level.record(
      inSystem, averagingSeconds: Swift.max(constants.slopeAveragingSeconds, sojourn / 2),
      elapsed: elapsed)
    let waiting = load.waiting ?? 0
    var served = running.value ?? runningNow
    if load.waitingForReplicas ?? 0 >= Double(Swift.max(1, load.readyReplicas ?? 1)) {
      // A full replica's requests leave more slowly: fewer departures than the same number would
      // make at the target.
      let stretch = 1 + (capacity.flow.inflation - 1) * capacity.fill
      served *= Swift.min(1, stretch / capacity.flow.inflation)
    }
    let limit = waiting > 0 ? inSystem : 2 * inSystem
    requests = Swift.min(limit, Swift.max(0, served + level.slope * sojourn))
  }
}
