/// Decides, once a second and for one ScaledObject, how many replicas there should be, and why.
///
/// Pure: the same observations at the same instants give the same decisions, bit for bit.
/// A value: copy it to try what would happen.
package struct ReplicaDecider: Sendable {
  /// What the user asked for.
  package let policy: ScalingPolicy
  private var observationCheck = ObservationCheck()
  private let constants: SharedConstants
  private var learned: LearnedDemand
  private var expectation: DemandExpectation
  private var panic: PanicMode
  private var damping: ScaleDownDamping
  private var panicWindow: SlidingWindow
  private var last: Standing?
  private var replicaCount = ReplicaCount()
  private var isRestarted = true

  /// The newest decision and since when it lacks data.
  private struct Standing {
    var decision: Decision
    var seconds: Double
  }

  /// A decider that has seen nothing yet.
  package init(policy: ScalingPolicy, constants: SharedConstants = .inForce) {
    self.policy = policy
    self.constants = constants
    learned = LearnedDemand(constants, triggers: policy.triggers)
    expectation = DemandExpectation(policy: policy, constants: constants)
    panic = PanicMode(policy: policy)
    damping = ScaleDownDamping(policy: policy, constants: constants)
    panicWindow = SlidingWindow(lengthSeconds: policy.panicWindow.inSeconds)
  }

  /// Memory that this decider's state holds, in bytes, its policy's texts apart.
  package var stateBytes: Int {
    MemoryLayout<Self>.size + expectation.heapBytes + damping.heapBytes + panicWindow.heapBytes
      + replicaCount.heapBytes + learned.heapBytes + observationCheck.heapBytes
  }

  /// Bytes of the history of days, which only `forecast: seasonal` keeps, beside `stateBytes`.
  package var seasonalBytes: Int { expectation.seasonalBytes }

  /// What has been learned about a replica so far, for people; nothing decides by it.
  package var learnedSummary: LearnedSummary { learned.summary }

  /// Takes over the days that `other` has lived through, for `forecast: seasonal`; nothing else of it.
  /// Both count seconds from one origin.
  package mutating func absorbDays(of other: ReplicaDecider) {
    expectation.absorbDays(of: other.expectation)
  }

  /// The decision for `observation`, made at `seconds` since any fixed origin.
  ///
  /// Call it once a second; longer gaps are bridged by what the windows still hold.
  package mutating func decide(
    _ observation: Observation, atSeconds seconds: Double
  ) -> Outcome {
    var checked = observationCheck.check(
      observation, atSeconds: seconds, triggers: policy.triggers)
    followReplicas(&checked)
    var reasons = checked.reasons
    let demand: DemandReader.Demand
    do {
      let load = FleetLoad(checked.observation, triggers: policy.triggers)
      learned.learn(load, leadSeconds: expectation.leadSeconds, atSeconds: checked.seconds)
      demand = try DemandReader(policy: policy).demand(
        checked.observation, learned: learned, reasons: &reasons)
    } catch {
      return .failure(error)
    }
    guard let newest = demand.combined, demand.isComplete || last != nil || floor(checked) != nil
    else {
      return withoutData(
        demand, checked.observation, reasons, atSeconds: checked.seconds)
    }
    return .success(
      decision(checked, demand: demand, newest: newest, reasons: reasons))
  }

  private mutating func decision(
    _ checked: ObservationCheck.Checked, demand: DemandReader.Demand, newest: Double,
    reasons carried: [Reason]
  ) -> Decision {
    var reasons = carried
    let now = checked.seconds
    let observation = checked.observation
    let mode = self.mode(newest, observation, &reasons, atSeconds: now)

    var count = Bounds.wholeReplicas(newest)
    let wanted = expectation.wanted(
      .init(demand: newest, isComplete: demand.isComplete, isActive: demand.isActive),
      reasons: &reasons, atSeconds: now)
    if demand.isComplete {
      damping.record(demand: newest, atSeconds: now)
      count = damping.damped(
        Bounds.wholeReplicas(wanted), mode: mode, currentReplicas: observation.currentReplicas,
        comeback: expectation.comeback, reasons: &reasons, atSeconds: now)
      count = expectation.raisedForQueue(
        count, wanted: wanted, demand: newest, learned: learned, observation, reasons: &reasons,
        atSeconds: now)
    } else {
      count = expectation.raisedForQueue(
        Bounds.wholeReplicas(wanted), wanted: wanted, demand: newest, learned: learned,
        observation, reasons: &reasons, atSeconds: now)
      let kept = Swift.max(last?.decision.desiredReplicas ?? 0, floor(checked) ?? 0)
      if kept > count {
        reasons.append(Reason(.hold, amount: Double(kept)))
        count = kept
      }
      damping.remember(count, atSeconds: now)
    }
    let bounded = Bounds.apply(
      count, policy: policy, placeable: observation.placeableReplicas,
      currentReplicas: observation.currentReplicas, reasons: &reasons)
    let stepped = steppedOver(bounded.count, observation, &reasons)
    let isActive = activity(demand) || expectation.isActivityExpected
    if !isActive { reasons.append(Reason(.inactive)) }
    let decision = Decision(
      desiredReplicas: stepped, isActive: isActive, mode: mode, reasons: reasons,
      demands: demand.byTrigger, shortfall: bounded.shortfall)
    last = Standing(decision: decision, seconds: now)
    replicaCount.record(hint: stepped, atSeconds: now)
    return decision
  }

  /// Follows replicas and cold starts, and sets in what no source tells of them. After a restart,
  /// what runs is what was asked for.
  private mutating func followReplicas(_ checked: inout ObservationCheck.Checked) {
    guard !policy.isPlainArithmetic else {
      damping.follow(coldStartSeconds: 0)
      return
    }
    let now = checked.seconds
    let told = checked.observation.currentReplicas
    let estimate = replicaCount.current(
      readyReplicas: checked.observation.readyReplicas, leadSeconds: expectation.leadSeconds,
      atSeconds: now)
    checked.observation.currentReplicas = told ?? estimate
    expectation.follow(
      checked.observation,
      askedBefore: told == nil ? ScaleDownDamping.hintStandsSeconds / 2 : 0, atSeconds: now)
    damping.follow(coldStartSeconds: expectation.coldStartSeconds)
    if isRestarted, let current = checked.observation.currentReplicas {
      isRestarted = false
      damping.remember(current, atSeconds: now)
    }
  }

  private mutating func mode(
    _ newest: Double, _ observation: Observation, _ reasons: inout [Reason], atSeconds now: Double
  ) -> Decision.Mode {
    panicWindow.record(newest, atSeconds: now)
    let demand = panicWindow.mean(atSeconds: now) ?? newest
    guard panic.isOn(demand: demand, readyReplicas: observation.readyReplicas, atSeconds: now)
    else {
      if observation.readyReplicas == nil { reasons.append(Reason(.readyUnknown)) }
      return .stable
    }
    let overload = observation.readyReplicas.map {
      panic.overload(demand: demand, readyReplicas: $0)
    }
    reasons.append(Reason(.panic, amount: overload, limit: policy.panicThreshold))
    return .panic
  }

  private func steppedOver(
    _ count: Int, _ observation: Observation, _ reasons: inout [Reason]
  ) -> Int {
    guard !policy.isPlainArithmetic else { return count }
    let stepped = Bounds.steppingOverTolerance(
      count, currentReplicas: observation.currentReplicas, tolerance: policy.tolerance)
    let ceiling = Swift.min(
      policy.maxReplicas ?? Int.max, observation.placeableReplicas ?? Int.max)
    guard stepped != count, stepped <= ceiling else { return count }
    reasons.append(Reason(.tolerance, amount: Double(count), limit: policy.tolerance))
    return stepped
  }

  /// Active when a known trigger says so; when none does but some are unknown, as before.
  private func activity(_ demand: DemandReader.Demand) -> Bool {
    if demand.isActive == true { return true }
    return demand.isComplete ? false : last?.decision.isActive ?? (demand.isActive ?? false)
  }

  /// The count that incomplete data may not go below when there is no decision to keep yet.
  private func floor(_ checked: ObservationCheck.Checked) -> Int? {
    checked.observation.currentReplicas ?? checked.observation.readyReplicas
  }

  /// No demand can be formed: the last decision is held as long as the user allows, or an error.
  private func withoutData(
    _ demand: DemandReader.Demand, _ observation: Observation, _ reasons: [Reason],
    atSeconds now: Double
  ) -> Outcome {
    let names = zip(policy.triggers, demand.byTrigger).filter { $0.1 == nil }.map(\.0.name)
    let isReadyMissing = zip(observation.readings, demand.byTrigger).contains {
      $0 != .unknown && $1 == nil
    }
    let ready = isReadyMissing ? ": the ready replicas are not known" : ""
    if policy.onStale == .hold, let last, now - last.seconds < policy.holdFor.inSeconds {
      var held = last.decision
      held.mode = .hold
      held.reasons = reasons + [Reason(.hold, amount: Double(held.desiredReplicas))]
      held.demands = demand.byTrigger
      return .success(held)
    }
    return .failure(
      Undecided(
        kind: .noData,
        explanation:
          "no usable value for \(names.map { "\"\($0)\"" }.joined(separator: ", "))\(ready)"))
  }
}
