/// How many replicas are current, running or on their way, where no source tells it.
///
/// A hint that has stood for one HPA sync has become replicas, ready or not: 4 ready and 9 asked
/// for since 16 s are 9 current, 5 of them on their way. If no replica becomes ready within two
/// lead times, what was asked for cannot be had (no room, a lower maximum elsewhere), and what is
/// ready is what there is.
struct ReplicaCount {
  private var hints = SlidingWindow(lengthSeconds: ScaleDownDamping.hintStandsSeconds)
  private var lastReady = 0
  private var firstSeconds: Double?
  private var progressSeconds = 0.0

  /// Bytes held outside the value itself.
  var heapBytes: Int { hints.heapBytes }

  /// Takes in the hint that was given at `now`.
  mutating func record(hint: Int, atSeconds now: Double) {
    if firstSeconds == nil { firstSeconds = now }
    hints.record(Double(hint), atSeconds: now)
  }

  /// Current replicas at `now`; `nil` where not even the ready ones are known.
  mutating func current(readyReplicas: Int?, leadSeconds: Double, atSeconds now: Double) -> Int? {
    guard let ready = readyReplicas else { return nil }
    let isOld = now - (firstSeconds ?? now) >= ScaleDownDamping.hintStandsSeconds
    let asked = isOld ? Int(hints.minimum(atSeconds: now) ?? 0) : 0
    if ready != lastReady || asked <= ready { progressSeconds = now }
    lastReady = ready
    return now - progressSeconds >= 2 * leadSeconds ? ready : Swift.max(ready, asked)
  }
}
