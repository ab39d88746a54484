/// A rule that shaped a decision, as data: the log, the page, `explain` and `decide` print it.
package struct Reason: Sendable, Equatable {
  /// Which rule.
  package var code: Code
  /// The trigger it speaks of, where it speaks of one.
  package var trigger: String?
  /// The number the rule worked with or arrived at, usually replicas; see each code.
  package var amount: Double?
  /// A second number, for codes that name two.
  package var limit: Double?

  /// A reason; what the numbers mean is said at each `Code`.
  package init(_ code: Code, trigger: String? = nil, amount: Double? = nil, limit: Double? = nil) {
    self.code = code
    self.trigger = trigger
    self.amount = amount
    self.limit = limit
  }
}

extension Reason {
  /// The rules, one word each; docs/decision.md explains every one.
  package enum Code: String, Sendable, CaseIterable {
    /// The trigger whose demand decided. amount: its demand in replicas; limit: its target value.
    case demand
    /// A trigger has no usable value, so the others may raise the decision and not lower it.
    case unknownTrigger
    /// Series of replicas that are still ready are missing, so the trigger may raise the decision and
    /// not lower it. amount: replicas told of; limit: replicas told of before.
    case partlyKnown
    /// No replica, hence no per-replica series: that is zero demand, not a missing answer.
    case noReplicas
    /// Ready replicas are not known, so panic cannot be judged.
    case readyUnknown
    /// Lower demand is damped by the stable window. amount: the window's mean in replicas.
    case stableWindow
    /// Panic began or goes on. amount: demand ÷ ready capacity; limit: the threshold.
    case panic
    /// A raised hint stands for one HPA sync. amount: the hint kept.
    case hintStands
    /// Lower demand has not lasted long enough. amount: the hint kept; limit: the delay in seconds.
    case scaleDownDelay
    /// Less is wanted, but too little less to give anything back. amount: the count kept.
    case deadBand
    /// The past taught that demand comes back. amount: the count kept for it.
    case comeback
    /// Growth that the past taught to expect. amount: replicas added.
    case forecast
    /// The load is away, and earlier silences ended about now. amount: replicas needed then.
    case returning
    /// The same hours of earlier days were higher. amount: replicas then.
    case seasonal
    /// Declared reserve. amount: replicas added.
    case headroom
    /// Added so that the queue drains within the latency objective. amount: replicas added.
    case backlog
    /// The queue stands and nothing is starting: grow without a model. amount: the count asked for.
    case escalation
    /// Replicas on their way were counted. amount: how many are starting.
    case starting
    /// Rounded past the HPA's tolerance. amount: the exact count; limit: the tolerance.
    case tolerance
    /// Raised to `minReplicas`. amount: the count before.
    case minReplicas
    /// Cut to `maxReplicas`. amount: the count before.
    case maxReplicas
    /// Cut to what can be placed. amount: the count before; limit: placeable replicas.
    case capacity
    /// Missing data: the last decision stands. amount: the hint kept.
    case hold
    /// An impossible observation was set right or passed over; see docs/decision.md.
    case impossibleObservation
    /// No trigger is above its activation threshold.
    case inactive
    /// Awake because another ScaledObject of its `group` is active.
    case group
  }
}
