internal import DecisionLoop
internal import ScalingEngine

/// What is to be seen at first glance of one external trigger.
enum TriggerState: String, Sendable, CaseIterable {
  /// Follows the load both ways.
  case stable
  /// Demand is far above ready capacity: grows, never shrinks.
  case panic
  /// The last decision stands because newer data are missing.
  case hold
  /// KEDA is answered with an error.
  case undecided
  /// No answer has come yet.
  case waiting

  /// The state of what is published at `now`.
  init(_ published: PublishedDecision?, now: ContinuousClock.Instant) {
    guard let published else {
      self = .waiting
      return
    }
    self = published.validUntil < now ? .undecided : Self(published.outcome)
  }

  /// The state of an outcome.
  init(_ outcome: Outcome) {
    switch outcome {
    case .success(let decision):
      switch decision.mode {
      case .stable: self = .stable
      case .panic: self = .panic
      case .hold: self = .hold
      }
    case .failure: self = .undecided
    }
  }

  /// The number that stands for it in a history: its place in `allCases`.
  var number: Float { Float(Self.allCases.firstIndex(of: self) ?? 0) }
}
