internal import MetricCollection
internal import TriggerConfiguration

/// Why a trigger's own words about its server cannot stand.
package struct SourceObjection: Sendable {
  /// Whether the server may not be asked from there, rather than not being known.
  package let isForbidden: Bool
  /// One sentence with the remedy.
  package let explanation: String

  /// Nil for what is no objection to the metadata: no server at all, or a limit reached.
  init?(_ refusal: CollectionRefusal) {
    switch refusal {
    case .notPermitted: isForbidden = true
    case .unknownProfile, .unusableAddress: isForbidden = false
    case .noServer, .tooManyQueries, .tooManyQueriesInGroup: return nil
    }
    explanation = refusal.description
  }

  /// Nil where the server is allowed in the cluster what the metadata wants of it.
  init?(_ spec: TriggerSpec, cluster: ClusterLink?) {
    if spec.directScaleUp != nil, cluster?.canScale != true {
      isForbidden = true
      explanation =
        "trigger metadata \"directScaleUp\" is \"true\", but the server may not write replicas; "
        + "start it with --kubernetes scale (chart: kubernetes.mode: scale), or remove the key"
    } else if spec.isCappedByCluster, cluster == nil {
      isForbidden = true
      explanation =
        "trigger metadata \"capacityOf\" is \"cluster\", but the server does not ask the "
        + "cluster's API; start it with --kubernetes observe (chart: kubernetes.mode: observe), or use a query"
    } else {
      return nil
    }
  }
}
