/// What the engine is given once a second: all that is known of one ScaledObject at one instant.
package struct Observation: Sendable, Equatable {
  /// What each trigger reads, in the order of `ScalingPolicy.triggers`.
  package var readings: [TriggerReading]
  /// Of how many distinct replicas each trigger's series tell, in the same order; `nil`, or left
  /// out, where they do not tell replicas apart or a missing one was declared to be 0.
  package var seriesReplicas: [Int?] = []
  /// Replicas asked for and running in any state; `nil` when no source tells.
  package var currentReplicas: Int?
  /// Replicas able to serve; `nil` when no source tells.
  package var readyReplicas: Int?
  /// Whether a source of ready replicas is there that does not answer now.
  package var isReadySourceSilent = false
  /// Most replicas that can be placed now; `nil` when not asked for or not known.
  package var placeableReplicas: Int?
  /// Asked-for to ready in seconds, as real replicas took; `nil` when no source tells. It counts
  /// where the cold start is not declared.
  package var coldStartSeconds: Double?

  /// An observation; readings in the order of the policy's triggers.
  package init(
    readings: [TriggerReading], currentReplicas: Int? = nil, readyReplicas: Int? = nil,
    placeableReplicas: Int? = nil
  ) {
    self.readings = readings
    self.currentReplicas = currentReplicas
    self.readyReplicas = readyReplicas
    self.placeableReplicas = placeableReplicas
  }

  /// Whether ready replicas are unknown only for the time being: a source of them is silent, or a
  /// trigger is, whose series may tell them.
  var isReadyAwaited: Bool {
    readyReplicas == nil && (isReadySourceSilent || readings.contains(.unknown))
  }
}

/// What one trigger's source says at one instant.
package enum TriggerReading: Sendable, Equatable {
  /// No usable value: never answered, older than its limit, empty, or not a number.
  case unknown
  /// The amount in total: requests waiting, running, arriving, or any gauge's sum.
  case total(Double)
  /// Per-replica shares: their sum over `replicas` distinct replicas (utilization: 0…1 each).
  case perReplica(sum: Double, replicas: Int)
  /// Replicas that are ready tell nothing any more: the total is this or more.
  case atLeast(Double)
  /// One number that is already a mean over the ready replicas (utilization: 0…1).
  case average(Double)
}
