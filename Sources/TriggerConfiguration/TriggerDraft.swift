internal import ScalingEngine

/// What has been read of a whole map so far.
struct SpecDraft {
  /// The policy's fields other than its triggers.
  var policy = ScalingPolicy(triggers: [])
  var serverAddress: ServerAddress?
  var profile: String?
  var replicasQuery: String?
  var capacityQuery: String?
  var replicasOf: WorkloadReference?
  var capacityOf: CapacitySource?
  var gpusPerReplica: Int?
  var isCappedByCluster = false
  var autoscaledReplicas = 0
  var directScaleUp = false
  var directScaleUpLimit: Int?
  var group: String?
  /// The ScaledObject's namespace, where it is known.
  var namespace: String?
  var timeout: Duration?
  var output = OutputForm.replicas
  /// Which combination is asked for; the formula is joined to it when all is read.
  var aggregation = AggregationWord.max
  var formula: Formula?
  /// What holds for each trigger that does not say otherwise.
  var defaults = TriggerDraft()
  /// The keys that were there, as the catalogue spells them.
  var written: Set<String> = []
}

/// What has been read of one trigger so far; `nil` is "not written".
struct TriggerDraft {
  var name: String?
  var kind: TriggerKind?
  var query: String?
  var preset: Preset?
  var selector: [LabelMatcher]?
  var endpoints: [ScrapeEndpoint]?
  /// The threshold's text: what it means depends on the kind and the unit.
  var threshold: MetadataValue?
  var activationThreshold: MetadataValue?
  var unit: UtilizationUnit?
  var replicaLabel: String?
  var ignoreNullValues: Bool?
}

/// The words of `aggregation`.
enum AggregationWord: String, CaseIterable {
  case max, sum, mean, formula
}

/// The words of `unit`.
enum UtilizationUnit: String, CaseIterable {
  case percent, ratio
}
