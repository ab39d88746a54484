/// How many replicas there should be, and why.
package struct Decision: Sendable, Equatable {
  /// The hint: whole, ≥ 0, within the policy's bounds.
  package var desiredReplicas: Int
  /// Whether the scale target should run at all (KEDA's 0 ↔ 1).
  package var isActive: Bool
  /// Calm or grow-and-hold.
  package var mode: Mode
  /// The rules that shaped the value, in the order in which they acted.
  package var reasons: [Reason]
  /// Each trigger's demand in replicas, in the policy's order; `nil` where unknown.
  package var demands: [Double?]
  /// Replicas wanted beyond what can be placed (`capacityQuery`); 0 where all fit.
  package var shortfall: Int

  /// A decision from its parts.
  package init(
    desiredReplicas: Int, isActive: Bool, mode: Mode = .stable, reasons: [Reason] = [],
    demands: [Double?] = [], shortfall: Int = 0
  ) {
    self.desiredReplicas = desiredReplicas
    self.isActive = isActive
    self.mode = mode
    self.reasons = reasons
    self.demands = demands
    self.shortfall = shortfall
  }

  /// The state that windows and panic leave the engine in.
  package enum Mode: String, Sendable {
    /// Follows the load both ways.
    case stable
    /// Demand is far above ready capacity: grows, never shrinks (Knative's panic mode).
    case panic
    /// The last decision stands because newer data are missing.
    case hold
  }
}

/// Why no decision can be given; KEDA gets an error, never a number.
package struct Undecided: Error, Sendable, Equatable {
  /// Whose move it is.
  package enum Kind: Sendable, Equatable {
    /// The sources have not answered, or not for too long: `UNAVAILABLE`.
    case noData
    /// The metadata asks for something that the data cannot give: `INVALID_ARGUMENT`.
    case impossible
  }
  /// Whose move it is.
  package var kind: Kind
  /// What is missing and what to do, as one sentence.
  package var explanation: String

  /// An explained refusal.
  package init(kind: Kind, explanation: String) {
    self.kind = kind
    self.explanation = explanation
  }
}

/// A decision, or why there is none.
package typealias Outcome = Result<Decision, Undecided>
