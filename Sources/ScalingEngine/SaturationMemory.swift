/// The load where nobody tells what runs: what the queue taught when it last stood, or how many
/// replicas are at work, where that is the load.
///
/// What the fleet can do shows while requests wait on all replicas: arrivals are departures plus
/// what piles up. 4 full replicas that serve 3 requests a second each while the queue grows by 9 a
/// second face the work of 4 + 9 ÷ 3 = 7 full replicas. In between, the last such lesson stands
/// and fades. Replicas that idle for a while bound what it says of now, not the lesson: it is there
/// when they are at work again. Where `ReplicaOccupancy` says that a replica is at work for one
/// request at a time, those at work are counted instead.
struct SaturationMemory {
  private let constants: SharedConstants
  private var lastSeconds: Double?
  private var queue = RunningMean()
  private var readyMean = RunningMean()
  private var occupancy: ReplicaOccupancy
  private var busiest: SlidingMaximum
  /// What the queue taught, faded, in full replicas, whatever idles now; `nil` as below.
  private var lesson: Double?
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
    let replicas = Double(ready)
    let waiting = load.waiting ?? 0
    let elapsed = Swift.max(0, lastSeconds.map { now - $0 } ?? 1)
    lastSeconds = now
    queue.record(waiting, averagingSeconds: constants.slopeAveragingSeconds, elapsed: elapsed)
    readyMean.record(replicas, averagingSeconds: constants.slopeAveragingSeconds, elapsed: elapsed)
    let atWork = occupancy.atWork(load, elapsed: elapsed, atSeconds: now)

    // The queue's growth is a mean over seconds: replicas that came meanwhile had no part in it.
    let serving = Swift.min(replicas, readyMean.value ?? replicas)
    let shown =
      waiting >= Swift.max(1, replicas) && ready > 0
      ? shown(serving, throughput: throughput) : nil
    var work = lesson ?? replicas * constants.loadShare
    if occupancy.isLoad {
      // A queue beside idle replicas does not wait for more of them.
      if let newest = waiting > 0 && occupancy.isAllAtWork ? shown ?? replicas : atWork {
        work += Swift.min(1, elapsed / constants.offeredAveragingSeconds) * (newest - work)
      }
    } else {
      work *= 1 - Swift.min(1, elapsed / (constants.memoryLeads * leadSeconds))
      if queue.slope > 0 { work = Swift.max(work, shown ?? Swift.min(waiting, serving)) }
    }
    work = Swift.max(0, work)
    var bound = work
    if let atWork {
      let isIdle = waiting == 0 || waiting < replicas && !occupancy.isAllAtWork
      busiest.record(isIdle ? atWork : Swift.max(work, replicas), atSeconds: now)
      bound = Swift.min(work, busiest.value(atSeconds: now) ?? work)
    }
    lesson = occupancy.isLoad ? bound : work
    fullReplicas = bound
  }

  /// What full replicas show, in full replicas, while a queue stands on all of them.
  private func shown(_ replicas: Double, throughput: Double?) -> Double {
    guard let throughput else { return replicas }
    return Swift.max(
      0, Swift.min(replicas + queue.slope / throughput, replicas * constants.lessonLimit))
  }
}
