package import ScalingEngine
package import TriggerConfiguration

/// The very engine that the server runs, asked by the modelled control plane.
///
/// A trigger reads the signal that its query names (`queue_depth`, `running`, `arrivals`,
/// `gpu_utilization`); any other query, real PromQL for instance, stands for the signal of the
/// trigger's kind. A hidden signal is unknown to the engine, and so is GPU utilization without a
/// ready replica; replica counts are told as a cluster's API would tell them.
package struct EngineAdvisor: ReplicaAdvisor {
  /// What reports call it.
  package let name: String
  private let spec: TriggerSpec
  private let plan: MetricPlan
  private let signals: [FleetSignal]
  private var decider: ReplicaDecider
  private let isCurrentTold: Bool
  private var wasActive = false

  /// An engine that decides as `spec` says, with other `constants` where their effect is measured.
  /// Without `isCurrentTold` it knows ready replicas only, as a server with a `replicasQuery` does.
  ///
  /// - Throws: where a trigger of kind `gauge` does not name a signal of the modelled fleet.
  package init(
    name: String, spec: TriggerSpec, constants: EngineConstants = EngineConstants(),
    isCurrentTold: Bool = true
  ) throws(EngineAdvisorError) {
    self.isCurrentTold = isCurrentTold
    self.name = name
    self.spec = spec
    plan = spec.metricPlan
    var signals: [FleetSignal] = []
    for source in spec.sources {
      guard let signal = Self.signal(of: source) else {
        throw EngineAdvisorError(trigger: source.name)
      }
      signals.append(signal)
    }
    self.signals = signals
    decider = ReplicaDecider(policy: spec.policy, constants: SharedConstants(constants))
  }

  /// One decision; without one every metric is an error to the HPA and the activity stays.
  package mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
    let readings = zip(spec.sources, signals).map { source, signal in
      Self.reading(observation[signal], source)
    }
    let outcome = decider.decide(
      Observation(
        readings: readings,
        currentReplicas: isCurrentTold ? observation.currentReplicas : nil,
        readyReplicas: observation.readyReplicas),
      atSeconds: observation.seconds)
    switch outcome {
    case .success(let decision):
      wasActive = decision.isActive
      return ReplicaAdvice(
        metrics: plan.metrics.map { metric in
          .init(value: value(metric, decision), target: .averageValue(metric.target))
        }, isActive: decision.isActive, isPanicking: decision.mode == .panic)
    case .failure:
      return ReplicaAdvice(
        metrics: plan.metrics.map { .init(value: nil, target: .averageValue($0.target)) },
        isActive: wasActive)
    }
  }

  /// The desired replicas, or with `output: metrics` a trigger's total in the user's unit.
  private func value(_ metric: PlannedMetric, _ decision: Decision) -> Double? {
    guard let trigger = metric.trigger else { return Double(decision.desiredReplicas) }
    guard decision.demands.indices.contains(trigger), let demand = decision.demands[trigger],
      case .number(let target) = spec.policy.triggers[trigger].target
    else { return nil }
    return metric.value(ofTotal: demand * target)
  }

  /// Percent inside the fleet is a share inside the engine, whatever unit the user's metric has.
  private static func reading(_ value: Double?, _ source: TriggerSource) -> TriggerReading {
    guard let value else { return .unknown }
    return source.kind == .utilization ? .average(value / 100) : .total(value)
  }

  private static func signal(of source: TriggerSource) -> FleetSignal? {
    if let named = FleetSignal(rawValue: source.query) { return named }
    switch source.kind {
    case .utilization: return .gpuUtilization
    case .queueDepth: return .queueDepth
    case .concurrency: return .running
    case .rate: return .arrivals
    case .gauge: return nil
    }
  }
}

/// Why the modelled fleet cannot feed a trigger.
package struct EngineAdvisorError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The trigger's name.
  package let trigger: String

  /// What is missing, and what to write.
  package var description: String {
    let names = FleetSignal.allCases.map(\.rawValue).joined(separator: ", ")
    return "trigger \"\(trigger)\" is a gauge that the modelled fleet does not have; make its "
      + "query one of \(names), or give the trigger another kind"
  }
}

extension FleetObservation {
  /// The value of a signal; nil where it is unknown.
  package subscript(signal: FleetSignal) -> Double? {
    switch signal {
    case .gpuUtilization: gpuUtilizationPercent
    case .queueDepth: queueDepth
    case .running: running
    case .arrivals: arrivals
    }
  }
}
