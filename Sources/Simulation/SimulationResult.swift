/// What a run cost and how late it was.
package struct Score: Sendable, Equatable {
  /// GPU-hours of starting, ready and draining replicas, after the warm-up and within the trace.
  package var gpuHours = 0.0
  /// The trace's own arithmetic in hours: for all its requests, what each would cost a replica at
  /// the least (`FleetProfile` documents the terms): its prompt and decoded tokens at their share
  /// of a full step, its context reads, its attention pairs.
  package var pureComputeHours = 0.0
  /// Requests that arrived after the warm-up.
  package var requests = 0
  /// Share of them, 0 … 1, whose wait (time to first token minus the prompt's own unloaded
  /// prefill) was above 2 s; timeouts and unanswered requests count.
  package var late2 = 0.0
  /// The same for 10 s.
  package var late10 = 0.0
  /// Requests of the whole trace that left at their timeout.
  package var timeouts = 0
  /// Times per scored hour that the count asked for turned from growing to shrinking or back.
  package var flipsPerHour = 0.0

  /// A score of nothing.
  package init() {}

  /// J = GPU-hours + 10 × W × (late₂ + late₁₀), W being `pureComputeHours`.
  package var cost: Double { gpuHours + 10 * pureComputeHours * (late2 + late10) }
}

/// One second of a run.
package struct SimulationSecond: Sendable, Equatable {
  /// Requests that arrived in the second before.
  package var arrivals = 0
  /// Requests waiting.
  package var queueDepth = 0
  /// Requests running.
  package var running = 0
  /// GPU_UTIL, mean over ready replicas, percent; nil without any.
  package var gpuUtilizationPercent: Double?
  /// What the advice amounts to as a count of replicas, not bounded; nil when it was an error.
  package var advisedReplicas: Int?
  /// Replicas asked for, after this second's decisions.
  package var currentReplicas = 0
  /// Replicas able to serve.
  package var readyReplicas = 0
  /// Replicas that occupy a GPU: starting, ready, draining.
  package var occupiedReplicas = 0
  /// Whether the advisor was in panic mode.
  package var isPanicking = false
  /// Of the requests that arrived in the second before, those whose wait was above 2 s.
  package var late2 = 0
  /// The same for 10 s.
  package var late10 = 0

  /// A second in which nothing happens.
  package init() {}
}

/// A whole run.
package struct SimulationResult: Sendable, Equatable {
  /// The advisor's name.
  package var advisor: String
  /// The trace's name.
  package var trace: String
  /// What it cost.
  package var score: Score
  /// One element per whole second of the trace, second 0 first.
  package var series: [SimulationSecond]
}
