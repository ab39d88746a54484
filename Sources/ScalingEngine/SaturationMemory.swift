/// The load where nobody tells what runs: what the queue taught when it last stood.
///
/// Utilization saturates at a fraction of the load, so it bounds the demand from above only where
/// replicas idle. What the fleet can do shows while requests wait on all replicas: arrivals are
/// departures plus what piles up. 4 full replicas that serve 3 requests a second each while the
/// queue grows by 18 a second face the work of 4 + 18 ÷ 3 = 10 full replicas. In between, the last
/// such lesson stands and fades.
struct SaturationMemory {
  private let constants: SharedConstants
  private var level: Double?
  private var lastSeconds: Double?
  private var waitingMean = 0.0
  private var busiest = 0.5
  /// The work offered, in full replicas; `nil` before the first second.
  private(set) var fullReplicas: Double?

  init(_ constants: SharedConstants) { self.constants = constants }

  /// Takes in one second. `throughput` is what a full replica serves, in requests per second;
  /// `nil` before that is known.
  mutating func record(_ load: FleetLoad, throughput: Double?, atSeconds now: Double) {
    guard let ready = load.readyReplicas else { return }
    let elapsed = Swift.max(0, lastSeconds.map { now - $0 } ?? 1)
    lastSeconds = now
    let replicas = Double(ready)
    let waiting = load.waiting ?? 0
    let share = Swift.min(1, elapsed / constants.slopeAveragingSeconds)
    waitingMean += share * (waiting - waitingMean)
    let slope = Slope.perSecond(
      waiting - waitingMean, averagingSeconds: constants.slopeAveragingSeconds, elapsed: elapsed)
    var known = (level ?? replicas * constants.loadShare)
    known *= 1 - Swift.min(1, elapsed / constants.memorySeconds)
    if waiting >= Swift.max(1, replicas), ready > 0 {
      let work = throughput.map { replicas + slope / $0 } ?? replicas
      known = slope > 0 ? Swift.max(known, work) : known
    }
    if let busy = load.busyReplicas, ready > 0 {
      busiest = Swift.max(busiest, busy / replicas)
      if waiting == 0 { known = Swift.min(known, busy / busiest) }
    }
    level = Swift.max(0, known)
    fullReplicas = level
  }
}
