/// From the demand of this second to what will be needed when a replica asked for now serves.
struct DemandExpectation {
  private let policy: ScalingPolicy
  private let constants: SharedConstants
  private let isQueueLearned: Bool
  private let isAnyLearned: Bool
  private var growth: DemandGrowth
  /// The demand to which the past teaches that it comes back; `nil` where that is not looked for.
  private(set) var comeback: Double?
  private var drain: BacklogDrain
  private var escalation: Escalation
  private var pipeline = ReplicaPipeline()
  private var seasonal: SeasonalMemory
  private var silences: SilenceMemory
  /// Whether the past teaches that the load will be there within a lead time.
  private(set) var isActivityExpected = false
  /// The cold start that a source tells; the newest that was told.
  private var toldColdStartSeconds: Double?

  init(policy: ScalingPolicy, constants: SharedConstants) {
    self.policy = policy
    self.constants = constants
    growth = DemandGrowth(constants, looksFar: policy.scaleDownDelay == nil)
    drain = BacklogDrain(constants)
    escalation = Escalation(constants)
    silences = SilenceMemory(constants)
    seasonal = SeasonalMemory(isOn: policy.forecast == .seasonal)
    isQueueLearned = policy.triggers.contains { $0.kind == .queueDepth && $0.target == .learned }
    isAnyLearned = policy.triggers.contains { $0.target == .learned }
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int {
    growth.heapBytes + drain.heapBytes + pipeline.heapBytes + silences.heapBytes
  }

  /// Bytes of the history of days, which only `forecast: seasonal` keeps.
  var seasonalBytes: Int { seasonal.bytes }

  /// Takes over the days that another has lived through.
  mutating func absorbDays(of other: DemandExpectation) { seasonal.absorb(other.seasonal) }

  /// Asked-for to ready: as given, as real replicas took, as learned from counts, or a minute.
  var coldStartSeconds: Double {
    policy.coldStart?.inSeconds ?? toldColdStartSeconds ?? pipeline.learnedSeconds ?? 60
  }

  /// Asked-for to serving, the control loop's delay included.
  var leadSeconds: Double { coldStartSeconds + constants.loopDelaySeconds }

  /// Follows the replicas on their way; new ones were asked for `askedBefore` seconds ago.
  mutating func follow(_ observation: Observation, askedBefore: Double, atSeconds now: Double) {
    if let told = observation.coldStartSeconds, told >= 0, told < 86_400 {
      toldColdStartSeconds = told
    }
    pipeline.record(
      current: observation.currentReplicas, ready: observation.readyReplicas,
      askedBefore: askedBefore, atSeconds: now)
  }

  /// How far ahead a comeback is looked for; `nil` where the user says when to give back.
  private var comebackHorizon: DemandGrowth.Horizon? {
    guard policy.scaleDownDelay == nil else { return nil }
    return DemandGrowth.Horizon(
      seconds: policy.stableWindow.inSeconds * constants.comebackStableWindows,
      coverage: policy.burstCoverage)
  }

  /// The newest demand combined, in replicas, and what is known of it.
  struct Newest {
    var demand: Double
    /// Whether every trigger contributed: from other demands nothing is learned.
    var isComplete: Bool
    /// Whether a trigger is above its activation threshold; `nil` where none is known.
    var isActive: Bool?
  }

  /// `newest` with the growth to expect, the return from a silence, what earlier days needed, and
  /// the declared reserve.
  mutating func wanted(
    _ newest: Newest, reasons: inout [Reason], atSeconds now: Double
  ) -> Double {
    var wanted = newest.demand
    comeback = nil
    isActivityExpected = false
    if policy.forecast != .off {
      wanted += grown(newest, &reasons, atSeconds: now)
      raise(&wanted, to: returning(newest, atSeconds: now), because: .returning, &reasons)
    }
    if policy.forecast == .seasonal {
      raise(&wanted, to: onEarlierDays(newest, atSeconds: now), because: .seasonal, &reasons)
    }
    let reserve =
      switch policy.headroom {
      case .none: 0.0
      case .replicas(let replicas): replicas
      case .share(let share): wanted * share
      }
    if reserve > 0 {
      wanted += reserve
      reasons.append(Reason(.headroom, amount: reserve))
    }
    return wanted
  }

  /// The growth within a lead time that the past teaches; looks for the comeback beside it.
  private mutating func grown(
    _ newest: Newest, _ reasons: inout [Reason], atSeconds now: Double
  ) -> Double {
    let expected = growth.expected(
      demand: newest.demand, soon: .init(seconds: leadSeconds, coverage: policy.burstCoverage),
      later: comebackHorizon, isComplete: newest.isComplete, atSeconds: now)
    comeback = expected.later.map { newest.demand + $0 }
    // Numbers are kept to: without history they are not exceeded.
    let more =
      expected.soon ?? (isAnyLearned ? newest.demand * (constants.shortHistoryGrowth - 1) : 0)
    guard more > 0 else { return 0 }
    reasons.append(Reason(.forecast, amount: more))
    return more
  }

  /// What the load needs when it comes back from its silence; `nil` where that is not expected now.
  private mutating func returning(_ newest: Newest, atSeconds now: Double) -> Double? {
    if newest.isComplete, let isActive = newest.isActive {
      silences.record(
        isActive: isActive, demand: newest.demand, leadSeconds: leadSeconds, atSeconds: now)
    }
    let needed = silences.expected(
      coverage: policy.burstCoverage, leadSeconds: leadSeconds, atSeconds: now)
    if needed != nil { isActivityExpected = true }
    // In a silence all moments are alike; only its length tells whether it goes on.
    if let horizon = comebackHorizon,
      silences.comesBack(
        within: horizon.seconds, coverage: policy.burstCoverage, atSeconds: now) == false
    {
      comeback = nil
    }
    return needed
  }

  /// What earlier days needed at this time; `nil` where none is remembered.
  private mutating func onEarlierDays(_ newest: Newest, atSeconds now: Double) -> Double? {
    if newest.isComplete {
      seasonal.record(newest.demand, isActive: newest.isActive ?? false, atSeconds: now)
    }
    let then = seasonal.expected(
      coverage: policy.burstCoverage, leadSeconds: leadSeconds, atSeconds: now)
    if then?.isActive == true { isActivityExpected = true }
    return then?.demand
  }

  private func raise(
    _ wanted: inout Double, to needed: Double?, because code: Reason.Code, _ reasons: inout [Reason]
  ) {
    guard let needed, needed > wanted else { return }
    wanted = needed
    reasons.append(Reason(code, amount: needed))
  }

  /// `count`, raised by what drains the queue, and by escalation.
  mutating func raisedForQueue(
    _ count: Int, wanted: Double, demand: Double, learned: LearnedDemand,
    _ observation: Observation, reasons: inout [Reason], atSeconds now: Double
  ) -> Int {
    guard policy.forecast != .off, isQueueLearned else { return count }
    let load = learned.load
    var raised = count
    let need = drain.need(
      load, demand: demand, capacity: learned.capacity, pipeline: pipeline, policy: policy,
      coldStartSeconds: coldStartSeconds, currentReplicas: observation.currentReplicas,
      atSeconds: now)
    let drained = Swift.max(Bounds.wholeReplicas(wanted + need.more), need.staying)
    let modelled = Swift.max(count, drained)
    let escalated = escalation.raised(
      modelled, load: load, currentReplicas: observation.currentReplicas,
      isCapacityKnown: learned.isCapacityKnown, atSeconds: now)
    // What escalation asked for still starts when its own hint is over: it stands as long.
    let kept = drain.kept(
      escalated > modelled ? escalated : drained, isWaiting: (load.waitingForReplicas ?? 0) > 0,
      leadSeconds: leadSeconds, atSeconds: now)
    if kept > raised {
      reasons.append(Reason(.backlog, amount: Double(kept - raised)))
      raised = kept
    }
    if escalated > modelled {
      reasons.append(Reason(.escalation, amount: Double(escalated)))
    }
    if pipeline.count > 0, raised > count {
      reasons.append(Reason(.starting, amount: Double(pipeline.count)))
    }
    return raised
  }
}
