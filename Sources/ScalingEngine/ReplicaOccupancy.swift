/// How many replicas utilization shows at work, and whether that is the load.
///
/// Where a replica serves one request at a time, the next waits as soon as all are at work: of the
/// seconds with all at work, a queue no longer than the fleet stands in as large a share as the
/// fleet is loaded, 70 % at a load of 70 % (M/M/n). Where replicas serve many at once, all are at
/// work long before any request waits, and a queue is that short only while it comes and goes.
///
/// A queue that never goes shows nothing, for it may be a request that is stuck; one beside more idle
/// replicas than it is long is none of that kind. And where half as many replicas again are all at
/// work beside a queue as short as before, they are not the load.
struct ReplicaOccupancy {
  private let constants: SharedConstants
  /// The largest utilization seen, averaged over the replicas: a full one's.
  private var full = 0.5
  private var seconds = 0.0
  private var queuedShare = 0.0
  /// Seconds that a short queue has stood without a break, with all at work.
  private var queuedSeconds = 0.0
  private var stretch: Stretch?
  private var isRefuted = false
  private var idleSince: Double?
  /// Whether all replicas were at work in the last second.
  private(set) var isAllAtWork = false

  /// A time with all replicas at work and a short queue at most.
  private struct Stretch {
    var fewestReplicas: Double
    var grownSince: Double?
  }

  init(_ constants: SharedConstants) { self.constants = constants }

  /// Whether the replicas at work are the load.
  var isLoad: Bool {
    !isRefuted && seconds >= Self.fewestSeconds && queuedShare >= constants.queuedShare
  }

  /// Replicas at work in this second; `nil` where utilization is not known. 3 replicas at 70, 0
  /// and 35 % are 1.5 at work where a full one shows 70 %.
  mutating func atWork(_ load: FleetLoad, elapsed: Double, atSeconds now: Double) -> Double? {
    guard let busy = load.busyReplicas, let ready = load.readyReplicas, ready > 0 else {
      isAllAtWork = false
      return nil
    }
    let replicas = Double(ready)
    full = Swift.max(full, busy / replicas)
    let atWork = busy / full
    isAllAtWork = atWork >= constants.allAtWorkShare * replicas
    let waiting = load.waiting ?? 0
    let isShort = waiting <= Swift.max(2, replicas)
    // One request for each idle replica would not have waited.
    if waiting > 0, !isAllAtWork, replicas - atWork >= waiting + 1 {
      weigh(queued: 0, of: elapsed)
    } else {
      count(isQueued: waiting > 0, isShort: isShort, elapsed: elapsed)
    }
    judge(replicas, isShort: isShort, atSeconds: now)
    return atWork
  }

  /// Counts a second with all at work; those with a queue once it is gone again.
  private mutating func count(isQueued: Bool, isShort: Bool, elapsed: Double) {
    guard isShort else {
      queuedSeconds = 0
      return
    }
    guard !isQueued else {
      if isAllAtWork { queuedSeconds += elapsed }
      return
    }
    let counted = queuedSeconds + (isAllAtWork ? elapsed : 0)
    weigh(queued: queuedSeconds, of: counted)
    queuedSeconds = 0
  }

  /// Takes `counted` seconds into the share, `queued` of them with a queue.
  private mutating func weigh(queued: Double, of counted: Double) {
    guard counted > 0 else { return }
    seconds += counted
    let share = Swift.min(1, counted / Swift.min(constants.calmAveragingSeconds, seconds))
    queuedShare += share * (queued / counted - queuedShare)
  }

  /// Whether more replicas have changed anything, until replicas have idled for a while.
  private mutating func judge(_ replicas: Double, isShort: Bool, atSeconds now: Double) {
    if isAllAtWork {
      idleSince = nil
    } else {
      let since = idleSince ?? now
      idleSince = since
      if now - since >= constants.idleSeconds { isRefuted = false }
    }
    guard isAllAtWork, isShort else {
      stretch = nil
      return
    }
    var lasting = stretch ?? Stretch(fewestReplicas: replicas)
    lasting.fewestReplicas = Swift.min(lasting.fewestReplicas, replicas)
    let isGrown = replicas >= lasting.fewestReplicas * constants.refutingGrowth
    lasting.grownSince = isGrown ? lasting.grownSince ?? now : nil
    stretch = lasting
    if let since = lasting.grownSince, now - since >= constants.idleSeconds { isRefuted = true }
  }

  /// Before as many seconds with all at work nothing is said.
  private static let fewestSeconds = 20.0
}
