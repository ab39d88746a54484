/// How long the load stayed away in the last half hour, and what it needed when it came back.
///
/// `DemandGrowth` knows moments alike by their demand, and in a silence all are: what tells them
/// apart is how long it has lasted. A silence remembered stands for lengths that are spread evenly
/// around its own (`silenceSpread`); beside those that may still go on stands one without an end,
/// whose weight is `silenceDoubt`. Expected is a quantile, over all of these, of what was needed
/// within a lead time from now: nothing, where most stay away longer.
struct SilenceMemory {
  /// Silences remembered at most; the oldest leaves.
  private static let limit = 8

  private struct Silence {
    var from: Double
    var until: Double
    /// The largest demand from its end to a lead time later, in replicas.
    var needed = 0.0
    var lengthSeconds: Double { until - from }
  }

  private let constants: SharedConstants
  private var past: [Silence] = []
  /// When the load went away; `nil` while it is there, and where that was not seen.
  private var silentSince: Double?
  /// Whether all of the present silence was seen: only then is there something to learn from it.
  private var isWhole = false
  private var lastSeen = -Double.infinity

  /// Nothing remembered yet.
  init(_ constants: SharedConstants) {
    self.constants = constants
    past.reserveCapacity(Self.limit)
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int { past.capacity * MemoryLayout<Silence>.stride }

  /// Takes in one second in which all was known; `now` never goes back (the caller sees to it).
  mutating func record(isActive: Bool, demand: Double, leadSeconds: Double, atSeconds now: Double) {
    // The load may have come and gone meanwhile.
    if now - lastSeen >= ObservationCheck.gapSeconds { isWhole = false }
    lastSeen = now
    guard isActive else {
      if isWhole, silentSince == nil { silentSince = now }
      return
    }
    if let since = silentSince {
      if isWhole, now - since >= constants.silenceSeconds {
        remember(Silence(from: since, until: now))
      }
      silentSince = nil
    }
    isWhole = true
    if let newest = past.indices.last, now - past[newest].until <= leadSeconds {
      past[newest].needed = Swift.max(past[newest].needed, demand)
    }
  }

  /// Replicas to have ready for a return of the load within `leadSeconds`; `nil` while it is there,
  /// and where none is expected.
  ///
  /// - Parameter coverage: the quantile, 0…1, of the returns that are possible still.
  func expected(coverage: Double, leadSeconds: Double, atSeconds now: Double) -> Double? {
    guard let returns = returns(within: leadSeconds, atSeconds: now) else { return nil }
    var above = (1 - coverage) * returns.total
    for candidate in returns.due.sorted(by: { $0.needed > $1.needed }) {
      above -= candidate.weight
      if above < 0 { return candidate.needed > 0 ? candidate.needed : nil }
    }
    return nil
  }

  /// Whether more than 1 − `coverage` of the silences that may go on still end within `seconds`;
  /// `nil` while the load is there, and where no silence is remembered.
  func comesBack(within seconds: Double, coverage: Double, atSeconds now: Double) -> Bool? {
    guard let returns = returns(within: seconds, atSeconds: now), !returns.due.isEmpty else {
      return nil
    }
    return returns.due.map(\.weight).reduce(0, +) > (1 - coverage) * returns.total
  }

  /// The returns that are possible within `seconds`, each with its weight, and the weight of all
  /// that may still come, the one that never does included; `nil` while the load is there.
  private func returns(within seconds: Double, atSeconds now: Double)
    -> (due: [(needed: Double, weight: Double)], total: Double)?
  {
    guard let since = silentSince else { return nil }
    let elapsed = now - since
    var total = constants.silenceDoubt
    var due: [(needed: Double, weight: Double)] = []
    for silence in past where now - silence.from <= rememberedSeconds {
      let goesOn = share(of: silence, beyond: elapsed)
      total += goesOn
      due.append((silence.needed, goesOn - share(of: silence, beyond: elapsed + seconds)))
    }
    return (due, total)
  }

  /// As long as the moments of `DemandGrowth`: what a restarted server reads of the past.
  private var rememberedSeconds: Double { constants.momentLimit * constants.momentStrideSeconds }

  /// The share of the lengths that `silence` stands for that are beyond `seconds`.
  private func share(of silence: Silence, beyond seconds: Double) -> Double {
    let spread = silence.lengthSeconds * constants.silenceSpread
    return Swift.min(1, Swift.max(0, (silence.lengthSeconds + spread - seconds) / (2 * spread)))
  }

  private mutating func remember(_ silence: Silence) {
    if past.count == Self.limit { past.removeFirst() }
    past.append(silence)
  }
}
