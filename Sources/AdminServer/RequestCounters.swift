internal import Synchronization

/// What the admin server counts of itself.
final class RequestCounters: Sendable {
  /// The numbers.
  struct Counts: Sendable {
    /// Answers by HTTP status.
    var byStatus: [Int: Int] = [:]
    /// Time to make them, in seconds.
    var durations = Histogram(bounds: [0.001, 0.005, 0.025, 0.1, 0.5, 2.5])
    /// Clients of the events now.
    var eventClients = 0
    /// Connections now.
    var connections = 0
    /// Connections closed for a bound.
    var refusedConnections = 0
    /// How often each bound was reached.
    var reached: [AdminLimit: Int] = [:]
  }

  private let state = Mutex(Counts())

  /// The numbers now.
  var counts: Counts { state.withLock { $0 } }

  /// An answer was made.
  func answered(status: Int, after duration: Duration) {
    let seconds =
      Double(duration.components.seconds) + Double(duration.components.attoseconds) / 1e18
    state.withLock {
      $0.byStatus[status, default: 0] += 1
      $0.durations.record(seconds)
    }
  }

  /// A connection has come. Returns whether there is room below `limit`; else it counts as refused.
  func admitConnection(limit: Int) -> Bool {
    state.withLock {
      guard $0.connections < limit else {
        $0.refusedConnections += 1
        $0.reached[.connections, default: 0] += 1
        return false
      }
      $0.connections += 1
      return true
    }
  }

  /// A connection that was admitted has ended.
  func connectionEnded() { state.withLock { $0.connections -= 1 } }

  /// A connection was closed for a bound.
  func refused(_ limit: AdminLimit) {
    state.withLock {
      $0.refusedConnections += 1
      $0.reached[limit, default: 0] += 1
    }
  }

  /// A client of the events wants in. Returns whether there is room below `limit`.
  func admitEventClient(limit: Int) -> Bool {
    state.withLock {
      guard $0.eventClients < limit else {
        $0.reached[.eventClients, default: 0] += 1
        return false
      }
      $0.eventClients += 1
      return true
    }
  }

  /// A client of the events has gone.
  func eventClientLeft() { state.withLock { $0.eventClients -= 1 } }
}
