internal import MetricCollection

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
}
