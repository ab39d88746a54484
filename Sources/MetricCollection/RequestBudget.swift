/// How often one server may be asked, where its profile has a limit: a bucket of tokens that holds
/// one second's worth.
struct RequestBudget {
  /// Requests a second; above 0.
  let perSecond: Double
  private var tokens: Double
  private var filledAt: ContinuousClock.Instant

  init(perSecond: Double, now: ContinuousClock.Instant) {
    self.perSecond = perSecond
    tokens = max(1, perSecond)
    filledAt = now
  }

  /// Whether a request may start now.
  mutating func hasRoom(now: ContinuousClock.Instant) -> Bool {
    let seconds = (now - filledAt) / .seconds(1)
    filledAt = now
    tokens = min(max(1, perSecond), tokens + seconds * perSecond)
    return tokens >= 1
  }

  /// A request starts.
  mutating func take() { tokens -= 1 }

  /// The time between two askings of one query that gives each of `count` its turn: a query asked
  /// more lately than that stands back for the others.
  func turn(of count: Int, interval: Duration) -> Duration {
    max(interval, .seconds(1) * (Double(count) / perSecond))
  }
}
