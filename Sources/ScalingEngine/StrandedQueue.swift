/// Tells a queue that waits for replicas from one that is stuck behind some of them.
///
/// Where each replica has its own queue, requests that were sent to one before others became ready
/// stay there: more replicas do not help them. Such a queue shrinks while replicas have room; one
/// that all share would have been taken by those with room within a second.
struct StrandedQueue {
  private let constants: SharedConstants
  private var level: Double?
  private var lastSeconds = 0.0

  init(_ constants: SharedConstants) { self.constants = constants }

  /// How many of the waiting requests are stuck: all or none.
  ///
  /// 360 wait, 10 fewer each second, and on 30 replicas of 32 slots 220 run: 7 each. The 360 are
  /// stuck.
  mutating func requests(in load: FleetLoad, slots: Double?, atSeconds now: Double) -> Double {
    guard let waiting = load.waiting else { return 0 }
    let before = level ?? waiting
    let elapsed = level == nil ? 1 : now - lastSeconds
    lastSeconds = now
    level = before + Swift.min(1, elapsed / constants.slopeAveragingSeconds) * (waiting - before)
    // By a request at least: a queue that stands still after a fall does not shrink.
    guard before - waiting >= 1, let running = load.running, let ready = load.readyReplicas,
      let slots, ready > 1
    else { return 0 }
    return running < Double(ready) * slots * constants.roomShare ? waiting : 0
  }
}
