package import PrometheusFormat
internal import TriggerConfiguration

/// What is known of one query at the end of a round.
package struct CollectedAnswer: Sendable {
  /// The newest successful answer; nil until there is one. A scalar or a vector, never anything
  /// else.
  package var answer: QueryAnswer?
  /// When `answer` arrived, on the collector's monotonic clock.
  package var answeredAt: ContinuousClock.Instant?
  /// Attempts without an answer since then (or since the beginning); 0 while all is well.
  package var consecutiveFailures = 0
  /// Why the last attempt gave no answer; nil when it did, or when there was none yet.
  package var failure: CollectionFailure?

  /// Nothing known yet.
  package init() {}
}

/// One group's answers, once per interval.
package struct CollectionRound: Sendable {
  /// 1, 2, 3 … for each group.
  package let number: UInt64
  /// When the round was complete, on the collector's monotonic clock.
  package let completedAt: ContinuousClock.Instant
  /// In the order of the group's queries.
  package let answers: [CollectedAnswer]
}

/// The queries of one trigger set, and who wants to know.
package struct CollectionGroup: Sendable {
  /// At most 64; the answers come in this order.
  package let queries: [QueryTarget]
  /// Called on the HTTP client's thread, never twice at once, when a round is complete. Be quick.
  package let onRound: @Sendable (CollectionRound) -> Void

  /// A group to collect for.
  package init(
    queries: [QueryTarget], onRound: @escaping @Sendable (CollectionRound) -> Void
  ) {
    self.queries = queries
    self.onRound = onRound
  }
}

/// A group that is being collected for; hand it to `Collector.remove`.
package struct CollectionSubscription: Sendable, Hashable {
  let group: Int
}

/// Why a group is not collected for.
package enum CollectionRefusal: Error, Sendable, Equatable, CustomStringConvertible {
  /// A group has more queries than are allowed.
  case tooManyQueriesInGroup(limit: Int)
  /// All groups together have more distinct queries than are allowed.
  case tooManyQueries(limit: Int)
  /// The server's address and the query do not make an address.
  case unusableAddress(HTTPURLProblem)

  /// The metadata names no server, and this one has no default.
  case noServer
  /// The server may not be asked from that namespace; why, and what to do.
  case notPermitted(String)
  /// The metadata names a profile that there is not; `nearest` is what may be meant.
  case unknownProfile(name: String, nearest: String?)

  /// libcurl's words about an address.
  package typealias HTTPURLProblem = String

  /// One sentence with the remedy.
  package var description: String {
    switch self {
    case .tooManyQueriesInGroup(let limit): "more than \(limit) queries in one ScaledObject"
    case .tooManyQueries(let limit):
      "more than \(limit) distinct queries; share queries between ScaledObjects or raise the limit"
    case .unusableAddress(let problem): problem
    case .noServer:
      "trigger metadata has neither \"profile\" nor \"serverAddress\", and the scaler was started "
        + "without --prometheus; write one of them, for example "
        + "\"serverAddress: http://prometheus.monitoring:9090\""
    case .notPermitted(let why): why
    case .unknownProfile(let name, let nearest):
      "trigger metadata \"profile\" is \(quoted(name)), which is no profile of this scaler"
        + (nearest.map { "; did you mean \"\($0)\"?" }
          ?? "; use one that the scaler's operator names")
    }
  }
}
