package import ScalingEngine

/// Everything that one trigger's metadata says, read and checked: what to ask, how to decide, what
/// to answer. Equal metadata give equal specs, whatever the map's order.
package struct TriggerSpec: Sendable, Equatable {
  /// How to decide.
  package var policy: ScalingPolicy
  /// Where each trigger's number comes from, in the order of `policy.triggers`; never empty.
  package var sources: [TriggerSource]
  /// The Prometheus to ask; `nil` is `profile`'s.
  package var serverAddress: ServerAddress?
  /// The server's profile to use, never beside `serverAddress`; `nil` is its default profile.
  package var profile: String?
  /// PromQL for the ready replicas, if given.
  package var replicasQuery: String?
  /// PromQL for the most replicas that can be placed, if given.
  package var capacityQuery: String?
  /// Longest time of one request to the source; `nil` is what the collection interval leaves.
  package var timeout: Duration?
  /// In what form KEDA gets the decision.
  package var output: OutputForm
  /// Whether the hint is capped at the room that the cluster's API tells of.
  package var isCappedByCluster = false
  /// Replicas beyond that room for which a node autoscaler makes more.
  package var autoscaledReplicas = 0
  /// How the scale target is written directly; `nil` is not at all.
  package var directScaleUp: DirectScaleUpLimits?
  /// ScaledObjects of the namespace with the same group wake and sleep together.
  package var group: String?
  /// Sentences on what is legal but most likely not meant, in the order of the keys.
  package var warnings: [String]

  /// Whether a Prometheus has to be asked for anything.
  package var asksServer: Bool {
    replicasQuery != nil || capacityQuery != nil || sources.contains { $0.scrape == nil }
  }

  /// Reads a trigger's metadata map as KEDA hands it over. The ScaledObject's namespace, where it is
  /// known, is where `replicasOf` looks.
  /// - Throws: `TriggerMetadataError` with every problem found, ready to be an RPC's message.
  package init(
    metadata: [String: String], namespace: String? = nil
  ) throws(TriggerMetadataError) {
    var reader = MetadataReader(namespace: namespace)
    self = try reader.read(metadata)
  }

  /// A spec from its parts; `sources` in the order of `policy.triggers`.
  package init(
    policy: ScalingPolicy, sources: [TriggerSource], serverAddress: ServerAddress? = nil,
    profile: String? = nil,
    replicasQuery: String? = nil, capacityQuery: String? = nil, timeout: Duration? = nil,
    output: OutputForm = .replicas, warnings: [String] = []
  ) {
    self.policy = policy
    self.sources = sources
    self.serverAddress = serverAddress
    self.profile = profile
    self.replicasQuery = replicasQuery
    self.capacityQuery = capacityQuery
    self.timeout = timeout
    self.output = output
    self.warnings = warnings
  }
}

/// Within what bounds the scale target is written directly.
package struct DirectScaleUpLimits: Sendable, Equatable {
  /// Most replicas added within a minute; `nil` is any number.
  package var perMinute: Int?

  /// Bounds from their parts.
  package init(perMinute: Int? = nil) { self.perMinute = perMinute }
}
