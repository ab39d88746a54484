internal import MetricCollection

/// A trigger is not decided for because the collector asks as much as it may already.
package struct CollectionLimitReached: Error, Sendable, CustomStringConvertible {
  /// One sentence with the remedy.
  package let description: String

  /// Nil for a refusal that is no limit.
  init?(_ refusal: CollectionRefusal) {
    switch refusal {
    case .tooManyQueries, .tooManyQueriesInGroup: description = refusal.description
    case .noServer, .notPermitted, .unknownProfile, .unusableAddress: return nil
    }
  }
}
