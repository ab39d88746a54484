/// How one server fares, and whether it may be asked.
///
/// After three failures in a row with no answer between, only one request per interval goes out, as
/// a probe: a dead server is not hammered, and one that comes back is noticed within one interval.
/// A server that says `Retry-After` is left alone for that long, at most five seconds, plus some
/// jitter.
struct ServerHealth {
  /// Failures in a row that make probing begin.
  static let failureLimit = 3
  /// The longest a `Retry-After` is honoured; staleness starts to matter after that.
  static let longestRest = Duration.seconds(5)

  /// Failures that concern the server, since its last answer of any kind.
  private(set) var consecutiveFailures = 0
  /// The last of them.
  private(set) var lastFailure: CollectionFailure?
  private var restsUntil: ContinuousClock.Instant?
  private var probedAt: ContinuousClock.Instant?
  /// Whether the trouble has been told.
  private(set) var isReported = false

  /// Whether a request may start now; one that may is taken as the probe where only probes may.
  mutating func mayAsk(now: ContinuousClock.Instant, interval: Duration) -> Bool {
    if let restsUntil, now < restsUntil { return false }
    guard consecutiveFailures >= ServerHealth.failureLimit else { return true }
    // Slots come every interval; a little less keeps one probe from missing its own.
    if let probedAt, now < probedAt + interval * 0.9 { return false }
    probedAt = now
    return true
  }

  /// The server said something useful, even if it was a refusal of the query.
  ///
  /// - Returns: true when trouble that was told is over.
  mutating func answered() -> Bool {
    guard consecutiveFailures > 0 else { return false }
    defer { self = ServerHealth() }
    return isReported
  }

  /// The server did not answer, or wants to be left alone.
  ///
  /// - Parameter jitter: 0…1.
  /// - Returns: true when this is to be told: trouble with the server as a whole has begun.
  mutating func failed(
    _ failure: CollectionFailure, now: ContinuousClock.Instant, jitter: Double
  ) -> Bool {
    consecutiveFailures += 1
    lastFailure = failure
    if let seconds = failure.retryAfterSeconds, failure.kind == .throttled {
      let rest = min(.seconds(seconds), ServerHealth.longestRest)
      restsUntil = now + rest * (1 + 0.25 * jitter)
    }
    // One query that takes too long may be heavy; three in a row and no answer between is the
    // server.
    let isServer =
      failure.kind != .timeout || consecutiveFailures >= ServerHealth.failureLimit
    guard isServer, !isReported else { return false }
    isReported = true
    return true
  }
}
