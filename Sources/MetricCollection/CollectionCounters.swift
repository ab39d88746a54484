/// What the collector has done since it began, and how it stands.
package struct CollectionCounters: Sendable, Equatable {
  /// Requests started.
  package var started = 0
  /// Requests that brought an answer.
  package var answered = 0
  /// Attempts that brought none, by reason.
  package var failed: [CollectionFailure.Kind: Int] = [:]
  /// Times a query was not asked because its last request was still running.
  package var skippedStillRunning = 0
  /// Times a query was not asked because its server is in trouble.
  package var skippedServerInTrouble = 0
  /// Times a query was not asked because its profile's limit of requests was reached.
  package var skippedOverLimit = 0
  /// Times a query was not asked because the program itself was late (suspended, or out of CPU).
  package var skippedLate = 0
  /// Answers that could not be used because of a limit, and groups turned away, by the limit.
  package var reached: [SourceLimit: Int] = [:]
  /// Answers that held for the same instant as the one before.
  package var repeated = 0
  /// Rounds given to groups.
  package var rounds = 0

  /// Requests running now.
  package var inFlight = 0
  /// Distinct queries now.
  package var queries = 0
  /// Groups now.
  package var groups = 0
  /// The age of the oldest newest answer among queries that ever had one.
  package var oldestAnswerAge = Duration.zero
}
