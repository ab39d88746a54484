/// What a replica can carry, learned from the fleet itself, for triggers whose target is `auto`.
///
/// Slots are what runs per ready replica while requests wait. How many of them to fill follows from
/// how much longer requests stay where all are filled: if a replica with c requests keeps each for
/// T₀ + k·c seconds, its throughput is c ÷ (T₀ + k·c), and the share ρ of the full throughput is
/// reached at c = slots · ρ ÷ (ρ + (1 − ρ)·r), r being full ÷ calm sojourn time. With ρ = 0.85 and
/// 46 slots: r = 1 (nobody slows the others) 39.1 requests, r = 2 34, r = 6 22.3.
struct LearnedCapacity {
  private let constants: SharedConstants
  /// Sojourn times.
  private(set) var flow: FlowMeter
  /// Most requests that run on a replica; `nil` before requests have waited.
  private(set) var slots: Double?
  /// The most slots that were ever learned.
  private var mostSlots = 0.0
  private var largest = 0.0
  private var largestRate = 0.0
  private var smoothed: Double?
  private var fullSince: Double?
  private var lastSeconds: Double?
  private var last: (ready: Int, fellSeconds: Double) = (0, -.infinity)
  /// Share of a full replica's throughput that is aimed for.
  private(set) var loadShare: Double

  init(_ constants: SharedConstants) {
    self.constants = constants
    flow = FlowMeter(constants)
    loadShare = constants.loadShare
  }

  /// Follows how many requests are offered: the more there are, the less of a fleet their chance
  /// takes. Of n requests that come one by one, √n are one standard deviation: two of them leave a
  /// share of 0.91 for 400 requests.
  mutating func follow(offeredRequests: Double) {
    let calm = 1 / (1 + constants.spareDeviations / Swift.max(1, offeredRequests).squareRoot())
    loadShare = Swift.max(constants.loadShare, Swift.min(calm, constants.loadShareLimit))
  }

  /// Requests per replica to aim for; `nil` before any request was seen. Whatever the fleet, a
  /// replica can run one at a time.
  var targetConcurrency: Double? {
    if let slots { return Swift.max(slots * fill, loadShare) }
    return largest > 0 ? Swift.max(largest * constants.probe, loadShare) : nil
  }

  /// Share of the slots that the target fills.
  var fill: Double { Self.fill(loadShare: loadShare, inflation: flow.inflation) }

  /// Share of the slots at which a replica reaches `loadShare` of its full throughput, if requests
  /// stay `inflation` times as long on a full replica as on a calm one.
  static func fill(loadShare: Double, inflation: Double) -> Double {
    loadShare / (loadShare + (1 - loadShare) * inflation)
  }

  /// Seconds a request stays at the target; `nil` before it is known. A fleet that was never calm
  /// tells it by how long they stay on a full replica.
  var targetSojourn: Double? {
    (flow.sojourn ?? flow.fullSojourn.map { $0 / flow.inflation }).map {
      $0 * (1 + (flow.inflation - 1) * fill)
    }
  }

  /// Seconds a request stays on a full replica; `nil` before it is known.
  var fullSojourn: Double? {
    flow.fullSojourn ?? flow.sojourn.map { $0 * flow.inflation }
  }

  /// Requests per second that a full replica serves; `nil` before it is known.
  var fullThroughput: Double? {
    guard let slots, let sojourn = fullSojourn else { return flow.fullThroughput }
    return slots / sojourn
  }

  /// Arrivals per second and replica to aim for, where nobody tells what runs; `nil` before any
  /// were seen. 3 a second on a full replica are 2.55; before a queue was seen, two fifths
  /// more than a replica was seen to take.
  var targetRate: Double? {
    if let full = flow.fullThroughput { return full * loadShare }
    return largestRate > 0 ? largestRate * constants.probe : nil
  }

  /// Learns from one second of the fleet, where a replica asked for now serves in `leadSeconds`.
  ///
  /// Slots that were learned while requests needed more room than usual come back with time: a fleet
  /// that is sized for 16 slots never runs more on any replica, whatever they have room for.
  mutating func learn(_ load: FleetLoad, leadSeconds: Double, atSeconds now: Double) {
    flow.record(load, slots: slots, atSeconds: now)
    let elapsed = lastSeconds.map { Swift.max(0, now - $0) } ?? 1
    lastSeconds = now
    if let rate = load.arrivalRate, let ready = load.readyReplicas, ready > 0, load.waiting == 0 {
      largestRate += 0.1 * Swift.max(0, rate / Double(ready) - largestRate)
    }
    guard let running = load.running, let ready = load.readyReplicas else { return }
    guard ready > 0 else {
      // Where none is ready, none that left still runs anything.
      last = (0, -.infinity)
      return
    }
    let seen = running / Double(ready)
    let before = smoothed ?? seen
    let smooth = before + 0.1 * (seen - before)
    smoothed = smooth
    let isProof = isProofOfMore(ready, leadSeconds: leadSeconds, atSeconds: now)
    if load.waitingForReplicas ?? 0 >= Double(ready) {
      let since = fullSince ?? now
      fullSince = since
      if now - since >= constants.saturatedSeconds {
        // More is proof of more slots; less may be a moment's shortage of long prompts' memory.
        let gain = seen <= slots ?? 0 ? constants.slotGain / 10 : isProof ? constants.slotGain : 0
        slots = slots.map { $0 + gain * (seen - $0) } ?? seen
      }
      mostSlots = Swift.max(mostSlots, slots ?? 0)
      return
    }
    fullSince = nil
    if let known = slots {
      let share = Swift.min(1, elapsed / (constants.memoryLeads * leadSeconds))
      slots = known + share * Swift.max(0, mostSlots - known)
    }
    // What runs on a replica runs there, whether or not another request waits somewhere.
    if isProof {
      largest = Swift.max(largest, smooth)
      if let known = slots, smooth > known { slots = smooth }
    }
    mostSlots = Swift.max(mostSlots, slots ?? 0)
  }

  /// Whether what runs per ready replica can show that one takes more. After some of them have left,
  /// or are not ready for a while, what they still run is counted on the others.
  private mutating func isProofOfMore(
    _ ready: Int, leadSeconds: Double, atSeconds now: Double
  ) -> Bool {
    if ready < last.ready { last.fellSeconds = now }
    last.ready = ready
    let settling = Swift.max(leadSeconds, constants.settledSojourns * (fullSojourn ?? 0))
    return now - last.fellSeconds >= settling
  }
}
