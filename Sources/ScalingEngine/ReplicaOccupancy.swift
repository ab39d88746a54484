/// How many replicas utilization shows at work, and whether that is the load.
///
/// Where a replica serves one request at a time, the next waits as soon as all are at work: of the
/// seconds with all at work, a queue no longer than the fleet stands in as large a share as the
/// fleet is loaded, 70 % at a load of 70 % (M/M/n). Where replicas serve many at once, all are at
/// work long before any request waits, and a queue is that short only while it comes and goes.
struct ReplicaOccupancy {
  private let constants: SharedConstants
  /// The largest utilization seen, averaged over the replicas: a full one's.
  private var full = 0.5
  private var seconds = 0.0
  private var queuedShare = 0.0

  init(_ constants: SharedConstants) { self.constants = constants }

  /// Whether the replicas at work are the load.
  var isLoad: Bool { seconds >= Self.fewestSeconds && queuedShare >= constants.queuedShare }

  /// Replicas at work in this second; `nil` where utilization is not known. 3 replicas at 70, 0
  /// and 35 % are 1.5 at work where a full one shows 70 %.
  mutating func atWork(_ load: FleetLoad, elapsed: Double) -> Double? {
    guard let busy = load.busyReplicas, let ready = load.readyReplicas, ready > 0 else {
      return nil
    }
    let replicas = Double(ready)
    full = Swift.max(full, busy / replicas)
    let atWork = busy / full
    let waiting = load.waiting ?? 0
    if atWork >= constants.allAtWorkShare * replicas, waiting <= Swift.max(2, replicas) {
      seconds += elapsed
      let share = Swift.min(1, elapsed / Swift.min(constants.calmAveragingSeconds, seconds))
      queuedShare += share * ((waiting > 0 ? 1 : 0) - queuedShare)
    }
    return atWork
  }

  /// Before as many seconds with all at work nothing is said.
  private static let fewestSeconds = 20.0
}
