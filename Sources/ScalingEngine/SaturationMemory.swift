/// The load where nobody tells what runs: what the queue taught when it last stood, or how many
/// replicas are at work, where that is the load.
///
/// What the fleet can do shows while requests wait on all replicas: arrivals are departures plus
/// what piles up. 4 full replicas that serve 3 requests a second each while the queue grows by 9 a
/// second face the work of 4 + 9 ÷ 3 = 7 full replicas. In between, the last such lesson stands
/// and fades, and replicas that idle for a while bound it from above. Where `ReplicaOccupancy`
/// says that a replica is at work for one request at a time, those at work are counted instead.
struct SaturationMemory {
  private let constants: SharedConstants
  private var lastSeconds: Double?
  private var waitingMean = 0.0
  private var occupancy: ReplicaOccupancy
  private var busiest: SlidingMaximum
  /// The work offered, in full replicas; `nil` before the first second.
  private(set) var fullReplicas: Double?

  init(_ constants: SharedConstants) {
    self.constants = constants
    occupancy = ReplicaOccupancy(constants)
    busiest = SlidingMaximum(lengthSeconds: constants.idleSeconds)
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int { busiest.heapBytes }

  /// Takes in one second. `throughput` is what a full replica serves, in requests per second;
  /// `nil` before that is known.
  mutating func record(
    _ load: FleetLoad, throughput: Double?, leadSeconds: Double, atSeconds now: Double
  ) {
    guard let ready = load.readyReplicas else { return }
    let elapsed = Swift.max(0, lastSeconds.map { now - $0 } ?? 1)
    lastSeconds = now
    let replicas = Double(ready)
    let waiting = load.waiting ?? 0
    let slope = slope(waiting, elapsed: elapsed)
    let atWork = occupancy.atWork(load, elapsed: elapsed)

    let shown =
      waiting >= Swift.max(1, replicas) && ready > 0
      ? shown(replicas, slope: slope, throughput: throughput) : nil
    var work = fullReplicas ?? replicas * constants.loadShare
    if occupancy.isLoad {
      if let newest = waiting > 0 ? shown ?? replicas : atWork {
        work += Swift.min(1, elapsed / constants.offeredAveragingSeconds) * (newest - work)
      }
    } else {
      work *= 1 - Swift.min(1, elapsed / (constants.memoryLeads * leadSeconds))
      if slope > 0 { work = Swift.max(work, shown ?? Swift.min(waiting, replicas)) }
    }
    if let atWork {
      busiest.record(waiting == 0 ? atWork : Swift.max(work, replicas), atSeconds: now)
      work = Swift.min(work, busiest.value(atSeconds: now) ?? work)
    }
    fullReplicas = Swift.max(0, work)
  }

  /// What full replicas show, in full replicas, while the queue on all of them grows by `slope`.
  private func shown(_ replicas: Double, slope: Double, throughput: Double?) -> Double {
    guard let throughput else { return replicas }
    return Swift.max(0, Swift.min(replicas + slope / throughput, replicas * constants.lessonLimit))
  }

  /// By how much the queue grows, in requests per second.
  private mutating func slope(_ waiting: Double, elapsed: Double) -> Double {
    let averaging = constants.slopeAveragingSeconds
    waitingMean += Swift.min(1, elapsed / averaging) * (waiting - waitingMean)
    return Slope.perSecond(waiting - waitingMean, averagingSeconds: averaging, elapsed: elapsed)
  }
}
