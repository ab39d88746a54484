package import ScalingEngine

/// The newest decision of one trigger, or why there is none, as everyone outside sees it.
package struct PublishedDecision: Sendable {
  /// The decision, or the refusal whose sentence also names what failed at the sources.
  package var outcome: Outcome
  /// What the engine was given.
  package var observation: Observation
  /// When it was decided, by the clock that goes on while the machine sleeps.
  package var decidedAt: ContinuousClock.Instant
  /// From this instant on the decision may not be used any more: no newer one came.
  package var validUntil: ContinuousClock.Instant
  /// Age in seconds of the oldest source value it rests on; `nil` before the first answer.
  package var dataAgeSeconds: Double?
  /// What is failing or odd at the sources, one sentence each, without secrets.
  package var remarks: [String]
  /// What the cluster's API said; nil where it is not asked.
  package var cluster: ClusterReading?

  /// A published decision from its parts.
  package init(
    outcome: Outcome, observation: Observation, decidedAt: ContinuousClock.Instant,
    validUntil: ContinuousClock.Instant, dataAgeSeconds: Double? = nil, remarks: [String] = [],
    cluster: ClusterReading? = nil
  ) {
    self.outcome = outcome
    self.observation = observation
    self.decidedAt = decidedAt
    self.validUntil = validUntil
    self.dataAgeSeconds = dataAgeSeconds
    self.remarks = remarks
    self.cluster = cluster
  }
}
