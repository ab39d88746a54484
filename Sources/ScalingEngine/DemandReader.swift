/// From readings to one demand in replicas: each trigger's own, then their combination.
struct DemandReader {
  private let policy: ScalingPolicy

  init(policy: ScalingPolicy) {
    self.policy = policy
  }

  /// One second's demand.
  struct Demand: Equatable {
    /// Each trigger's demand in replicas, in the policy's order; `nil` where unknown.
    var byTrigger: [Double?]
    /// All of them combined; `nil` when nothing can be said.
    var combined: Double?
    /// Whether every trigger contributed. If not, the demand may raise the decision only.
    var isComplete: Bool
    /// Whether a known trigger is above its activation threshold; `nil` when none is known.
    var isActive: Bool?
  }

  /// Reads `observation`, with what `learned` has learned so far.
  /// - Throws: `Undecided` when the metadata asks for what this observation cannot give.
  func demand(
    _ observation: Observation, learned: LearnedDemand, reasons: inout [Reason]
  ) throws(Undecided) -> Demand {
    var demand = Demand(byTrigger: [], combined: nil, isComplete: true, isActive: nil)
    for (trigger, reading) in zip(policy.triggers, observation.readings) {
      let isGone = reading == .unknown && isGoneAtZero(trigger, observation)
      if isGone { reasons.append(Reason(.noReplicas, trigger: trigger.name)) }
      let replicas = isGone ? 0 : try self.replicas(trigger, reading, observation, learned)
      demand.byTrigger.append(replicas)
      if replicas == nil {
        demand.isComplete = false
        reasons.append(Reason(.unknownTrigger, trigger: trigger.name))
      }
      if let total = isGone ? 0 : TriggerDemand.total(reading) {
        let isAbove = total > trigger.activationThreshold
        if case .atLeast = reading {
          demand.isComplete = false
          if !isAbove { continue }
        }
        demand.isActive = (demand.isActive ?? false) || isAbove
      }
    }
    demand.combined = combined(demand.byTrigger)
    nameTheDecider(demand, learned, &reasons)
    return demand
  }

  private func replicas(
    _ trigger: TriggerPolicy, _ reading: TriggerReading, _ observation: Observation,
    _ learned: LearnedDemand
  ) throws(Undecided) -> Double? {
    if case .atLeast = reading, case .formula = policy.aggregation { return nil }
    switch trigger.target {
    case .learned:
      return try learned.replicas(trigger, reading, isReadyAwaited: observation.isReadyAwaited)
    case .number(let target):
      let answer = TriggerDemand.replicas(
        reading, target: target, readyReplicas: observation.readyReplicas, trigger: trigger)
      switch answer {
      case .replicas(let replicas): return replicas
      case .unknown: return nil
      case .impossible where observation.isReadyAwaited: return nil
      case .impossible(let why): throw Undecided(kind: .impossible, explanation: why)
      }
    }
  }

  /// Where no replica is ready the series of replicas are gone: no demand, not a missing answer.
  private func isGoneAtZero(_ trigger: TriggerPolicy, _ observation: Observation) -> Bool {
    guard trigger.kind == .utilization || trigger.kind == .concurrency else { return false }
    return (observation.readyReplicas ?? observation.currentReplicas) == 0
  }

  private func combined(_ demands: [Double?]) -> Double? {
    let known = demands.compactMap { $0 }
    guard !known.isEmpty else { return nil }
    switch policy.aggregation {
    case .max: return known.max()
    case .sum: return known.reduce(0, +)
    case .mean:
      // A mean over the known alone could be above the mean over all: no floor, so no number.
      return known.count == demands.count ? known.reduce(0, +) / Double(known.count) : nil
    case .formula(let formula):
      return formula.value { name in
        policy.triggers.firstIndex { $0.name == name }.flatMap { demands[$0] }
      }
    }
  }

  private func nameTheDecider(
    _ demand: Demand, _ learned: LearnedDemand, _ reasons: inout [Reason]
  ) {
    guard policy.aggregation == .max else {
      if let combined = demand.combined { reasons.append(Reason(.demand, amount: combined)) }
      return
    }
    let largest = demand.byTrigger.enumerated().max { ($0.element ?? -1) < ($1.element ?? -1) }
    guard let (index, replicas) = largest, let replicas else { return }
    let trigger = policy.triggers[index]
    reasons.append(
      Reason(
        .demand, trigger: trigger.name, amount: replicas, limit: learned.targetValue(of: trigger)))
  }
}
