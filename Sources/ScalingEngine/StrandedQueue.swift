/// Tells a queue that waits for replicas from one that is stuck behind some of them.
///
/// Where each replica has its own queue, requests that were sent to one before others became ready
/// stay there: more replicas do not help them. Such a queue shrinks while replicas have room; one
/// that all share would have been taken by those with room within a second.
struct StrandedQueue {
  private let constants: SharedConstants
  private var level = RunningMean()
  private var lastSeconds: Double?

  init(_ constants: SharedConstants) { self.constants = constants }

  /// How many of the waiting requests are stuck: all or none.
  ///
  /// 360 wait, 10 fewer each second, and on 30 replicas of 32 slots 220 run: 7 each. The 360 are
  /// stuck.
  mutating func requests(in load: FleetLoad, slots: Double?, atSeconds now: Double) -> Double {
    guard let waiting = load.waiting else { return 0 }
    let before = level.value ?? waiting
    level.record(
      waiting, averagingSeconds: constants.slopeAveragingSeconds,
      elapsed: lastSeconds.map { now - $0 } ?? 1)
    lastSeconds = now
    // By a request at least: a queue that stands still after a fall does not shrink.
    guard before - waiting >= 1, let running = load.running, let ready = load.readyReplicas,
      let slots, ready > 1
    else { return 0 }
    return running < Double(ready) * slots * constants.roomShare ? waiting : 0
  }
}
