/// What the cluster's API says of one ScaledObject's workload at one instant. What is not known is
/// nil.
package struct ClusterReading: Sendable, Equatable {
  /// Replicas asked for.
  package var currentReplicas: Int?
  /// Replicas able to serve.
  package var readyReplicas: Int?
  /// Most replicas that can run: those that have a node already, and those that find one.
  package var placeableReplicas: Int?
  /// Asked-for to ready over the replicas seen, in seconds.
  package var coldStart: Percentiles?
  /// What is failing or odd, one sentence each.
  package var remarks: [String] = []
  /// What keeps a burst from being followed at once, and other traps, one sentence each.
  package var warnings: [String] = []

  /// Nothing known.
  package init() {}

  /// The middle and the slow end of what was seen.
  package struct Percentiles: Sendable, Equatable {
    /// Half were faster.
    package var p50: Double
    /// Nine in ten were faster.
    package var p90: Double
    /// How many were seen.
    package var count: Int

    /// Percentiles from their parts.
    package init(p50: Double, p90: Double, count: Int) {
      self.p50 = p50
      self.p90 = p90
      self.count = count
    }
  }
}

/// What a cluster's API can tell the decisions, and what is told to it.
package struct ClusterLink: Sendable {
  /// What is known of a trigger's ScaledObject now; nil where it is not followed. It must be quick.
  package var reading: @Sendable (ScaledTrigger) -> ClusterReading?
  /// Told of each decision, on the collector's thread; it must be quick.
  package var decided: @Sendable (ScaledTrigger, PublishedDecision) -> Void
  /// Whether replicas may be written, too.
  package let canScale: Bool

  /// A link to these closures.
  package init(
    canScale: Bool, reading: @escaping @Sendable (ScaledTrigger) -> ClusterReading?,
    decided: @escaping @Sendable (ScaledTrigger, PublishedDecision) -> Void
  ) {
    self.canScale = canScale
    self.reading = reading
    self.decided = decided
  }
}
