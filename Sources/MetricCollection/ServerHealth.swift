/// How one server fares, and whether it may be asked.
///
/// After three failures in a row and no answer for more than an interval it is in trouble, and only
/// one request per interval goes out, as a probe: a dead server is not hammered, and one that comes
/// back is noticed within one interval. One that goes on answering others is not in trouble, however
/// many of its queries fail.
/// A server that says `Retry-After` is left alone for that long, at most five seconds, plus some
/// jitter.
struct ServerHealth {
  /// Failures in a row that make probing begin.
  static let failureLimit = 3
  /// The longest a `Retry-After` is honoured; staleness starts to matter after that.
  static let longestRest = Duration.seconds(5)
  /// So many intervals without an answer are a silence: queries that are answered have each had a
  /// slot.
  private static let silentIntervals = 1.5

  /// Who may be asked now.
  enum Permit {
    /// Any of its queries.
    case anyone
    /// One, as the probe; and any that was never asked, for what is known is of others.
    case probe
    /// None but those that were never asked.
    case newcomers
    /// None.
    case nobody
  }

  /// Failures that concern the server, since its last answer of any kind.
  private(set) var consecutiveFailures = 0
  /// The last of them.
  private(set) var lastFailure: CollectionFailure?
  private var answeredAt: ContinuousClock.Instant?
  private var restsUntil: ContinuousClock.Instant?
  private var probedAt: ContinuousClock.Instant?
  /// Whether the trouble has been told.
  private(set) var isReported = false

  private func isInTrouble(now: ContinuousClock.Instant, interval: Duration) -> Bool {
    guard consecutiveFailures >= ServerHealth.failureLimit else { return false }
    guard let answeredAt else { return true }
    return now - answeredAt >= interval * ServerHealth.silentIntervals
  }

  /// Who may be asked; where it is a probe, that is taken to go out.
  mutating func permit(now: ContinuousClock.Instant, interval: Duration) -> Permit {
    if let restsUntil, now < restsUntil { return .nobody }
    guard isInTrouble(now: now, interval: interval) else { return .anyone }
    // Slots come every interval; a little less keeps one probe from missing its own.
    if let probedAt, now < probedAt + interval * 0.9 { return .newcomers }
    probedAt = now
    return .probe
  }

  /// The server said something useful, even if it was a refusal of the query.
  ///
  /// - Returns: true when trouble that was told is over.
  mutating func answered(now: ContinuousClock.Instant) -> Bool {
    let wasReported = isReported
    if consecutiveFailures > 0 { self = ServerHealth() }
    answeredAt = now
    return wasReported
  }

  /// The server did not answer, or wants to be left alone.
  ///
  /// - Parameter jitter: 0…1.
  /// - Returns: true when this is to be told: trouble with the server as a whole has begun.
  mutating func failed(
    _ failure: CollectionFailure, now: ContinuousClock.Instant, interval: Duration, jitter: Double
  ) -> Bool {
    consecutiveFailures += 1
    lastFailure = failure
    if let seconds = failure.retryAfterSeconds, failure.kind == .throttled {
      let rest = min(.seconds(seconds), ServerHealth.longestRest)
      restsUntil = now + rest * (1 + 0.25 * jitter)
    }
    // A query that takes too long may be heavy; several in a row and no answer between are the
    // server.
    let isServer = failure.kind != .timeout || isInTrouble(now: now, interval: interval)
    guard isServer, !isReported else { return false }
    isReported = true
    return true
  }
}
