/// Which names may be looked up now, so that look-ups that name servers are silent about do not
/// pile up.
///
/// libcurl looks each name up on a thread of its own, which `getaddrinfo` holds for as long as name
/// servers are silent: with a cluster's search list that can be half a minute. A request that gives
/// up earlier leaves that thread behind. A name that was given up on is therefore looked up one at a
/// time and less and less often (after 0.25, 0.5, 1 … 8 s), and only while few are left behind; one
/// that was answered for is looked up whenever a connection needs it, whatever the others do.
///
/// A value that is told what happened; it reads no clock.
struct LookUps {
  /// How long one that was given up on is taken to last.
  static let patience = Duration.seconds(30)
  private static let shortestRest = Duration.milliseconds(250)
  private static let longestRest = Duration.seconds(8)
  /// Names that are remembered; one more, and all are new again.
  private static let nameLimit = 20_000

  /// How a name has fared.
  private struct Name {
    /// Look-ups given up on since it was last answered for.
    var silences = 0
    var restsUntil: ContinuousClock.Instant?
    /// Whether the one look-up that shows whether it is answered for again is on its way.
    var isProbed = false
  }

  private let limit: Int
  private var names: [String: Name] = [:]
  /// When those left behind were given up on, oldest first.
  private var leftBehind: ArraySlice<ContinuousClock.Instant> = []
  /// How often the limit kept a name from being looked up.
  private(set) var refusedCount = 0

  /// - Parameter limit: look-ups left behind; with as many no name is looked up that has not been
  ///   answered for, with half as many none that was given up on.
  init(limit: Int) { self.limit = limit }

  /// Whether a name may be looked up; it is then taken to be.
  mutating func begin(_ host: String, now: ContinuousClock.Instant) -> Bool {
    let known = names[host]
    if let known, known.silences == 0 { return true }
    if let restsUntil = known?.restsUntil, now < restsUntil { return false }
    leftBehind = leftBehind.drop { now - $0 >= LookUps.patience }
    guard leftBehind.count < (known == nil ? limit : limit / 2) else {
      refusedCount += 1
      return false
    }
    if let known {
      names[host]?.isProbed = true
      names[host]?.restsUntil = now + LookUps.rest(after: known.silences)
    }
    return true
  }

  /// The name servers have answered for a name, be it that there is none.
  mutating func answered(_ host: String) {
    if names[host]?.silences != 0 { names[host] = nil }
    remember(host)
  }

  /// A request ended while its name was being looked up.
  mutating func gaveUp(_ host: String, now: ContinuousClock.Instant) {
    leftBehind.append(now)
    remember(host)
    // Several at once are one silence.
    guard let known = names[host], known.silences == 0 || known.isProbed else { return }
    names[host] = Name(
      silences: known.silences + 1, restsUntil: now + LookUps.rest(after: known.silences))
  }

  private mutating func remember(_ host: String) {
    guard names[host] == nil else { return }
    if names.count >= LookUps.nameLimit { names = [:] }
    names[host] = Name()
  }

  private static func rest(after silences: Int) -> Duration {
    min(longestRest, shortestRest * (1 << min(silences, 10)))
  }
}
