/// Replicas that were asked for and are not ready yet, with when they probably will be.
struct ReplicaPipeline {
  private struct Start {
    var seconds: Double
    var count: Int
  }

  /// More are counted with the newest.
  private static let limit = 64
  /// Replicas whose starts are remembered: odd, so that there is one in the middle.
  private static let seenLimit = 15

  private var starting: [Start] = []
  private var current: Int?
  private var ready = 0
  private var seen: [Float] = []
  /// Median time from asked-for to ready over the last replicas seen; `nil` before one was seen.
  private(set) var learnedSeconds: Double?

  /// Takes in the counts at `now`; unknown counts change nothing. What is new was asked for
  /// `askedBefore` seconds ago.
  mutating func record(
    current newest: Int?, ready newestReady: Int?, askedBefore: Double = 0, atSeconds now: Double
  ) {
    guard let newest, let newestReady else { return }
    let before = current ?? newestReady
    let isShrinking = newest < before
    if newest > before { start(newest - before, atSeconds: now - askedBefore) }
    current = newest
    ready = newestReady
    // What is not ready is starting: the oldest become ready first, the youngest are taken back
    // first (a ReplicaSet removes pods that are not ready before those that are).
    var excess = starting.reduce(0) { $0 + $1.count } - Swift.max(0, newest - newestReady)
    if excess < 0 { start(-excess, atSeconds: now) }
    while excess > 0, !starting.isEmpty {
      let index = isShrinking ? starting.count - 1 : 0
      let gone = Swift.min(excess, starting[index].count)
      if !isShrinking { learn(now - starting[index].seconds) }
      starting[index].count -= gone
      excess -= gone
      if starting[index].count == 0 { starting.remove(at: index) }
    }
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int {
    starting.capacity * MemoryLayout<Start>.stride + seen.capacity * MemoryLayout<Float>.stride
  }

  /// How many are on their way.
  var count: Int { starting.reduce(0) { $0 + $1.count } }

  /// Work in replica-seconds that will wait `horizon` seconds from now, if `waiting` waits now and
  /// `work` replicas' worth arrives, with what is ready and what becomes ready until then.
  ///
  /// 2 ready, 4 more in 30 s, work for 5, nothing waiting: 3 · 30 = 90 after 30 s, and
  /// 90 − 1 · 30 = 60 after a minute.
  func backlog(
    waiting: Double, work: Double, coldStartSeconds: Double, horizon: Double, atSeconds now: Double
  ) -> Double {
    var backlog = waiting
    var time = 0.0
    var serving = Double(ready)
    for start in starting {
      let arrives = Swift.min(horizon, Swift.max(time, start.seconds + coldStartSeconds - now))
      backlog = Swift.max(0, backlog + (work - serving) * (arrives - time))
      time = arrives
      serving += Double(start.count)
    }
    return Swift.max(0, backlog + (work - serving) * (horizon - time))
  }

  private mutating func start(_ count: Int, atSeconds now: Double) {
    if starting.count < Self.limit {
      starting.append(Start(seconds: now, count: count))
    } else {
      starting[starting.count - 1].count += count
    }
  }

  private mutating func learn(_ seconds: Double) {
    guard seconds > 0 else { return }
    if seen.count == Self.seenLimit { seen.removeFirst() }
    seen.append(Float(seconds))
    learnedSeconds = Double(seen.sorted()[seen.count / 2])
  }
}
