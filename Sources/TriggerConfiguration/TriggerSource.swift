package import ScalingEngine

/// Where one trigger's number comes from and how the answer is read.
package struct TriggerSource: Sendable, Equatable {
  /// The trigger's name, the same as in `ScalingPolicy.triggers` at the same place.
  package var name: String
  /// What its number says.
  package var kind: TriggerKind
  /// The PromQL to ask, the user's or the preset's.
  package var query: String
  /// The unit of the answer; only utilization has one other than `.plain`.
  package var unit: MetricUnit
  /// Labels that tell replicas apart, the first that a series has counts; never empty. A series
  /// without any of them is an average or a total.
  package var replicaLabels: [String]
  /// Whether an empty answer, NaN or Inf counts as 0 (KEDA's way); else it is unknown.
  package var ignoreNullValues: Bool
  /// The preset that the query was made from, if one was.
  package var preset: String?
  /// Whether one value without a replica's label is a mean over the ready replicas; utilization
  /// always is.
  package var isAverage = false
  /// PromQL for how many series each of the preset's metric names has; `nil` where it has but one.
  package var variantsQuery: String?
  /// What is scraped directly, in place of asking a Prometheus; the query then only names it.
  package var scrape: ScrapeSource?

  /// A source from its parts.
  package init(
    name: String, kind: TriggerKind, query: String, unit: MetricUnit? = nil,
    replicaLabels: [String] = Self.defaultReplicaLabels, ignoreNullValues: Bool = false,
    preset: String? = nil
  ) {
    self.name = name
    self.kind = kind
    self.query = query
    self.unit = unit ?? (kind == .utilization ? .percent : .plain)
    self.replicaLabels = replicaLabels
    self.ignoreNullValues = ignoreNullValues
    self.preset = preset
  }

  /// What tells replicas apart where the user names no label: what Prometheus writes for a pod,
  /// what it renames it to when the exporter has a `pod` of its own, and what old exporters wrote.
  package static let defaultReplicaLabels = ["pod", "exported_pod", "pod_name"]

  /// The label that tells replicas apart which were scraped directly: `host:port`.
  package static let scrapedReplicaLabel = "instance"
}

/// In what unit a metric is published and its target written.
package enum MetricUnit: String, Sendable, CaseIterable {
  /// 0…100, for utilization.
  case percent
  /// 0…1, for utilization.
  case ratio
  /// A number of requests, or requests per second, or whatever a gauge counts.
  case plain

  /// What to divide the published metric by to have it in the engine's unit: 100 for percent,
  /// else 1. Dividing keeps 70 % at exactly 0.7; multiplying by 0.01 does not.
  package var divisor: Double { self == .percent ? 100 : 1 }

  /// What one unit of the published metric is inside: 0.01 for percent, else 1. `divisor` is exact.
  package var factor: Double { 1 / divisor }
}

/// In what form KEDA gets the decision.
package enum OutputForm: String, Sendable, CaseIterable {
  /// One metric whose value is the number of desired replicas, with target 1.
  case replicas
  /// One metric per trigger, with the trigger's own target.
  case metrics
}
