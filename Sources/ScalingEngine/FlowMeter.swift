/// Measures how long requests stay, from totals at 1 Hz.
///
/// With arrivals given it is Little's law: sojourn time = requests in the system ÷ arrivals per
/// second. Without them the jitter of the number in the system tells: requests that come and go one
/// by one make the variance of its change from second to second equal to arrivals plus departures
/// per second. 108 in the system whose changes have a variance of 24 are 12 arrivals and
/// 12 departures a second, and a sojourn time of 9 s. Differences of changes are taken, so that a
/// steady rise or fall does not count as jitter.
struct FlowMeter {
  private let constants: SharedConstants
  private var calm: Account
  private var full: Account
  // The same while the queue shrinks, where nobody tells what runs.
  private var shrinking: Account
  private var queue = RunningMean()
  private var growingSince: Double?
  private var fullSince: Double?
  /// When a request for each replica waited, the last time.
  private var lastCrowded = -Double.infinity
  private var last: (seconds: Double, inSystem: Double)?
  private var lastChange: Double?
  private var lastReady: Int?

  /// Running averages over one condition of the fleet.
  private struct Account {
    let fewestDepartures: Double
    var seconds = 0.0
    var level = 0.0
    var jitter = 0.0
    var drift = 0.0
    var arrivals = 0.0
    /// Replicas of which one is averaged here.
    var replicas = 1.0
    var averagingSeconds = 0.0

    mutating func add(
      level: Double, change: Double, second: Double, arrivals: Double, elapsed: Double,
      averagingSeconds: Double
    ) {
      seconds += elapsed
      self.averagingSeconds = averagingSeconds
      let share = elapsed / Swift.min(averagingSeconds, seconds)
      self.level += share * (level - self.level)
      jitter += share * (second * second / 2 * elapsed - jitter)
      drift += share * (change - drift)
      self.arrivals += share * (arrivals - self.arrivals)
    }

    /// Requests that leave per second: arrivals minus departures is the drift. `nil` before enough
    /// was seen: a rate of less than a few events is noise, and as a divisor anything at all.
    func departures(afterSeconds: Double) -> Double? {
      guard seconds >= afterSeconds else { return nil }
      let departures = arrivals > 0 ? arrivals - drift : (jitter - drift) / 2
      let events = departures * Swift.min(seconds, averagingSeconds) * replicas
      return departures > 0 && events >= fewestDepartures ? departures : nil
    }

    /// Level ÷ departures per second.
    func sojourn(afterSeconds: Double) -> Double? {
      guard level > 0, let departures = departures(afterSeconds: afterSeconds) else { return nil }
      return level / departures
    }
  }

  init(_ constants: SharedConstants) {
    self.constants = constants
    calm = Account(fewestDepartures: constants.fewestDepartures)
    full = calm
    shrinking = calm
  }

  /// Seconds a request stays when no queue stands; `nil` before enough was seen. Nowhere does it stay
  /// longer than on a full replica.
  var sojourn: Double? {
    calm.sojourn(afterSeconds: 20).map { Swift.min($0, fullSojourn ?? $0) }
  }

  /// Seconds a request stays on a full replica, without its time in the queue; `nil` before that
  /// was seen.
  var fullSojourn: Double? { full.sojourn(afterSeconds: 10) }

  /// Requests per second that a full replica serves; `nil` before that was seen.
  ///
  /// A queue that shrinks may stand behind some of the replicas only: where nobody tells what runs,
  /// it is asked only as long as none that grew was seen.
  var fullThroughput: Double? {
    full.departures(afterSeconds: 10) ?? shrinking.departures(afterSeconds: 10)
  }

  /// How many times as long a request stays on a full replica as on a calm one.
  var inflation: Double {
    guard let sojourn, let fullSojourn else { return constants.priorInflation }
    return Swift.min(constants.inflationLimit, Swift.max(1, fullSojourn / sojourn))
  }

  /// Takes in one second. After a gap the next change is not one.
  ///
  /// Replicas that run less than their `slots` leave room for are not full, whatever waits: behind a
  /// router that has chosen already, requests wait beside replicas that have just become ready.
  mutating func record(_ load: FleetLoad, slots: Double?, atSeconds now: Double) {
    // Where nobody tells what runs, a full fleet's queue moves as the whole would.
    guard let inSystem = load.inSystem ?? load.waiting else { return }
    let running = load.running ?? 0
    let before = last
    last = (now, inSystem)
    guard let before, now > before.seconds, now - before.seconds < ObservationCheck.gapSeconds
    else {
      lastChange = nil
      return
    }
    let elapsed = now - before.seconds
    let change = (inSystem - before.inSystem) / elapsed
    let changeBefore = lastChange
    lastChange = change
    let waiting = load.waiting ?? 0
    let replicas = Double(load.readyReplicas ?? 0)
    let isCrowded = (load.waitingForReplicas ?? 0) >= Swift.max(1, replicas)
    if isCrowded { lastCrowded = now }
    // New replicas take from the queue what they have room for: that is no departure.
    let isSteady = load.running != nil || load.readyReplicas == lastReady
    lastReady = load.readyReplicas
    let hasRoom = load.running != nil && running < replicas * (slots ?? 0) * constants.roomShare
    let isFull = replicas > 0 && isCrowded && isSteady && !hasRoom
    queue.record(waiting, averagingSeconds: constants.slopeAveragingSeconds, elapsed: elapsed)
    let isGrowing = load.running != nil || queue.slope >= 0
    fullSince = isFull ? fullSince ?? now : nil
    growingSince = isFull && isGrowing ? growingSince ?? now : nil
    guard let changeBefore else { return }
    let arrivals = load.arrivalRate ?? 0
    let settling = load.running == nil ? constants.saturatedSeconds : settled(sojourn)
    func addFull(to account: inout Account) {
      account.replicas = replicas
      account.add(
        level: running / replicas, change: change / replicas,
        second: (change - changeBefore) / replicas.squareRoot(), arrivals: arrivals / replicas,
        elapsed: elapsed, averagingSeconds: constants.fullAveragingSeconds)
    }
    if let growingSince, now - growingSince >= settling {
      addFull(to: &full)
    } else if !isGrowing, let fullSince, now - fullSince >= settling {
      addFull(to: &shrinking)
    }
    if load.running != nil, inSystem > 0, now - lastCrowded > settled(fullSojourn ?? sojourn) {
      calm.add(
        level: inSystem, change: 0, second: change - changeBefore, arrivals: arrivals,
        elapsed: elapsed, averagingSeconds: constants.calmAveragingSeconds)
    }
  }

  private func settled(_ sojourn: Double?) -> Double {
    Swift.max(10, constants.settledSojourns * (sojourn ?? 10))
  }
}
