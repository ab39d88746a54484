/// The way down: lower demand counts only once windows have let the higher go.
struct ScaleDownDamping {
  private var stable: SlidingWindow?
  private var hints: SlidingMaximum
  private let givenDelay: Double?
  private let constants: SharedConstants
  private let stableSeconds: Double
  private var delaySeconds = 0.0
  private let deadBand: Double
  private var lastCount = 0
  private var lastKept = 0

  /// One HPA sync, 15 s, and one collection: a raised hint stands that long, or the HPA may never
  /// see it (Kubernetes: `--horizontal-pod-autoscaler-sync-period`).
  static let hintStandsSeconds = 16.0

  /// With plain arithmetic lower demand is averaged over the stable window, as Knative does it; else
  /// it has to last, by default for as long as it would take to get a replica back.
  init(policy: ScalingPolicy, constants: SharedConstants) {
    if policy.isPlainArithmetic {
      stable = SlidingWindow(lengthSeconds: policy.stableWindow.inSeconds)
    }
    self.constants = constants
    stableSeconds = policy.stableWindow.inSeconds
    deadBand = policy.isPlainArithmetic ? 0 : constants.deadBand
    givenDelay = policy.scaleDownDelay?.inSeconds ?? (policy.isPlainArithmetic ? 0 : nil)
    hints = SlidingMaximum(lengthSeconds: Self.hintStandsSeconds)
  }

  /// Lower demand must last as long as it would take to get a replica back, as given or as learned.
  mutating func follow(coldStartSeconds: Double) {
    delaySeconds =
      givenDelay
      ?? Swift.max(
        coldStartSeconds * constants.holdColdStarts, stableSeconds * constants.holdStableWindows)
    hints.resize(toSeconds: Swift.max(Self.hintStandsSeconds, delaySeconds))
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int { (stable?.heapBytes ?? 0) + hints.heapBytes }

  mutating func record(demand: Double, atSeconds now: Double) {
    stable?.record(demand, atSeconds: now)
  }

  /// Counts `count` among what was asked for a second ago: after a restart what runs, and what
  /// stood while data were missing.
  mutating func remember(_ count: Int, atSeconds now: Double) {
    let known = hints.value(atSeconds: now) ?? 0
    hints.record(Swift.max(known, Double(count)), atSeconds: now - 1)
  }

  /// `count`, raised to what the stable window and the hints of late still ask for.
  ///
  /// Of what stood until now, what a `comeback` of demand would need stays, too.
  ///
  /// In panic mode nothing is given back. Demand 10 for a minute, then 2: a second later the
  /// 60-second mean is 9.87, so 10 stands.
  mutating func damped(
    _ count: Int, mode: Decision.Mode, currentReplicas: Int?, comeback: Double?,
    reasons: inout [Reason], atSeconds now: Double
  ) -> Int {
    var damped = count
    let mean = stable?.mean(atSeconds: now) ?? 0
    if Bounds.wholeReplicas(mean) > damped {
      damped = Bounds.wholeReplicas(mean)
      reasons.append(Reason(.stableWindow, amount: mean))
    }
    // What is remembered is what was asked for, not what was kept: else nothing would ever leave.
    hints.record(Double(damped), atSeconds: now)
    let remembered = Int(hints.value(atSeconds: now) ?? 0)
    var kept = damped
    var why: Reason?
    if remembered > kept {
      kept = remembered
      why = delayed(kept)
    }
    // Panic's own reason says why.
    if mode == .panic { kept = Swift.max(kept, lastCount) }
    let again = Swift.min(lastKept, Bounds.wholeReplicas(comeback ?? 0))
    if again > kept {
      kept = again
      why = Reason(.comeback, amount: Double(kept))
    }
    if let current = currentReplicas, kept > 0, kept < current,
      Double(kept) > Double(current) * (1 - deadBand)
    {
      kept = current
      why = Reason(.deadBand, amount: Double(kept))
    }
    lastCount = damped
    lastKept = kept
    if let why { reasons.append(why) }
    return kept
  }

  private func delayed(_ count: Int) -> Reason {
    delaySeconds > Self.hintStandsSeconds
      ? Reason(.scaleDownDelay, amount: Double(count), limit: delaySeconds)
      : Reason(.hintStands, amount: Double(count))
  }
}
