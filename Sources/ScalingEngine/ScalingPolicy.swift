/// Everything a user's trigger metadata says about one ScaledObject's decision.
///
/// Built by `TriggerConfiguration`, read by `ReplicaDecider`. Values are as the user wrote them,
/// with the defaults of docs/configuration.md filled in.
package struct ScalingPolicy: Sendable, Equatable {
  /// The lines of demand, in the order written; never empty in a policy that decides.
  package var triggers: [TriggerPolicy]
  /// How the triggers' demands combine into one.
  package var aggregation: Aggregation = .max
  /// Length of the long average, from which lower demand is judged.
  package var stableWindow: Duration = .seconds(60)
  /// Length of the short average, from which panic is judged.
  package var panicWindow: Duration = .seconds(6)
  /// Demand ÷ ready capacity from which panic mode starts; 2 is "200 %".
  package var panicThreshold: Double = 2
  /// Share (0…1) of what followed moments and silences like the present one that is covered: asked
  /// for a lead time ahead, and kept for a comeback.
  package var burstCoverage: Double = 0.8
  /// How long lower demand must last before the decision follows it; `nil` derives it from the
  /// cold start.
  package var scaleDownDelay: Duration?
  /// Asked-for to ready; `nil` learns it from ready replicas.
  package var coldStart: Duration? = .seconds(60)
  /// The longest wait a request should see: sets how fast a queue is drained.
  package var latencyObjective: Duration = .seconds(2)
  /// Spare capacity that is kept in reserve on top of the forecast.
  package var headroom: Headroom = .none
  /// What is learned from the demand's history.
  package var forecast: Forecast = .trend
  /// What happens when no trigger's value can be used any more.
  package var onStale: StaleAnswer = .error
  /// How long the last decision stands under `onStale: hold`.
  package var holdFor: Duration = .seconds(300)
  /// Age from which a source's last value is no longer used.
  package var staleAfter: Duration = .seconds(15)
  /// Lower bound of the hint.
  package var minReplicas: Int = 0
  /// Upper bound of the hint; `nil` is none.
  package var maxReplicas: Int?
  /// The HPA's tolerance: a change within this share of the current count is not followed.
  package var tolerance: Double = 0.1

  /// A policy over `triggers` with every default of the product.
  package init(triggers: [TriggerPolicy]) {
    self.triggers = triggers
  }

  /// Whether the decision is plain arithmetic: thresholds are numbers, nothing is learned,
  /// nothing is kept in reserve. Then it is `ceil(total ÷ target)`, as KEDA's own would be.
  package var isPlainArithmetic: Bool {
    forecast == .off && headroom == .none
      && triggers.allSatisfy { $0.target != .learned }
  }
}

/// What one trigger's number says about the load.
package enum TriggerKind: String, Sendable, CaseIterable {
  /// Share of each replica's GPUs in use; 1 is fully busy. Saturates: never says how overloaded.
  case utilization
  /// Requests waiting, in total.
  case queueDepth
  /// Requests running, in total.
  case concurrency
  /// Arrivals per second, in total.
  case rate
  /// Any other total.
  case gauge
}

/// The amount of a trigger's metric that one replica is meant to carry.
package enum TargetValue: Sendable, Equatable {
  /// A number above 0 given by the user, in the metric's unit (utilization: 0…1). Kept to.
  case number(Double)
  /// `auto`: learned from the fleet itself.
  case learned
}

/// One line of demand, as the engine sees it.
package struct TriggerPolicy: Sendable, Equatable {
  /// Its name within the ScaledObject: for reasons, formulas and metric names.
  package var name: String
  /// What its number says.
  package var kind: TriggerKind
  /// What one replica is meant to carry.
  package var target: TargetValue
  /// The ScaledObject is active when the trigger's total is strictly above this.
  package var activationThreshold: Double

  /// A trigger; utilization's `target` and `activationThreshold` are ratios, not percent.
  package init(
    name: String, kind: TriggerKind, target: TargetValue, activationThreshold: Double = 0
  ) {
    self.name = name
    self.kind = kind
    self.target = target
    self.activationThreshold = activationThreshold
  }
}

/// How several triggers' demands, each in replicas, become one.
package enum Aggregation: Sendable, Equatable {
  /// The largest counts.
  case max
  /// They add up: each trigger is a separate share of the load.
  case sum
  /// Their mean.
  case mean
  /// An expression over trigger names.
  case formula(Formula)
}

/// Spare capacity that the user declares.
package enum Headroom: Sendable, Equatable {
  /// Nothing in reserve.
  case none
  /// A number of replicas.
  case replicas(Double)
  /// A share of the demand: 0.2 is "20 %".
  case share(Double)
}

/// What is learned from the demand's own history.
package enum Forecast: String, Sendable, CaseIterable {
  /// Nothing: no growth, no drain, no escalation.
  case off
  /// Growth over one lead time and returns from silence, from the recent past.
  case trend
  /// `trend`, and the same hours of earlier days.
  case seasonal
}

/// What is answered when every trigger's value is older than its limit.
package enum StaleAnswer: String, Sendable, CaseIterable {
  /// An error, so that KEDA's own fallback acts.
  case error
  /// The last decision, for a while.
  case hold
}
