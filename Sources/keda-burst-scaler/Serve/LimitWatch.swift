import Logging

/// Says in the log when a limit begins to be reached.
struct LimitWatch: Sendable {
  private let limits: [Limit]
  private let counts: @Sendable () -> [String: Int]
  private let logger: Logger

  /// How long a limit must not have been reached before reaching it is told again.
  private static let quietSeconds = 60

  /// - Parameter counts: how often each was reached since the start, by name; absent is never.
  init(limits: [Limit], logger: Logger, counts: @escaping @Sendable () -> [String: Int]) {
    self.limits = limits
    self.counts = counts
    self.logger = logger
  }

  /// Looks every second until cancelled.
  func run() async {
    var told = LimitNews(quietSeconds: Self.quietSeconds)
    var second = 0
    while !Task.isCancelled {
      let counts = counts()
      for limit in limits where told.isNews(limit.name, count: counts[limit.name] ?? 0, at: second)
      {
        var metadata: Logger.Metadata = [
          "limit": "\(limit.name)", "value": "\(limit.value)",
          "consequence": "\(limit.consequence)",
        ]
        if let setting = limit.setting { metadata["setting"] = "--\(setting.name)" }
        logger.warning("limit reached", metadata: metadata)
      }
      do {
        try await Task.sleep(for: .seconds(1))
      } catch {
        return
      }
      second += 1
    }
  }
}

/// Which growth of a count is to be told: the first, and the first after a quiet time.
struct LimitNews {
  private let quietSeconds: Int
  private var seen: [String: (count: Int, second: Int)] = [:]

  /// - Parameter quietSeconds: what grows more often than this is told once.
  init(quietSeconds: Int) { self.quietSeconds = quietSeconds }

  /// Takes a count in; true where it has begun to grow.
  mutating func isNews(_ name: String, count: Int, at second: Int) -> Bool {
    let last = seen[name]
    guard count > last?.count ?? 0 else { return false }
    seen[name] = (count, second)
    return last.map { second - $0.second > quietSeconds } ?? true
  }
}
