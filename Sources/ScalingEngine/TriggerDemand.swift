/// What one trigger's reading asks for, in replicas, by a target value that is a number.
enum TriggerDemand {
  /// A demand, or why there is none.
  enum Answer: Equatable {
    case replicas(Double)
    case unknown
    case impossible(String)
  }

  /// total ÷ target; a mean needs ready replicas to become a total.
  ///
  /// Two replicas at 1.0 against a target of 0.7 ask for 2.86; 1000 waiting against 50 for 20;
  /// a mean of 1.0 over 2 ready replicas against 0.7 for 2.86 too, and never for ceil(1 ÷ 0.7).
  static func replicas(
    _ reading: TriggerReading, target: Double, readyReplicas: Int?, trigger: TriggerPolicy
  ) -> Answer {
    switch reading {
    case .unknown: return .unknown
    case .total(let total), .atLeast(let total): return .replicas(total / target)
    case .perReplica(let sum, _): return .replicas(sum / target)
    case .average(let mean):
      guard let readyReplicas else {
        return .impossible(averageTrap(trigger.name))
      }
      return .replicas(mean * Double(readyReplicas) / target)
    }
  }

  /// A reading's total in the metric's unit, for activation; `nil` where unknown.
  static func total(_ reading: TriggerReading) -> Double? {
    switch reading {
    case .unknown: nil
    case .total(let total), .atLeast(let total): total
    case .perReplica(let sum, _): sum
    case .average(let mean): mean
    }
  }

  /// The sentence for an average that nobody can turn into a total.
  static func averageTrap(_ name: String) -> String {
    "trigger \"\(name)\" reads one pre-averaged value, and the number of ready replicas is not "
      + "known: an average divided by a per-replica target can never ask for more than a replica "
      + "or two, whatever the load; write a query that returns one series per replica (with a "
      + "\"pod\" label), or add \"replicasQuery\""
  }
}
