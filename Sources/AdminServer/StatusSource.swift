package import DecisionLoop
package import TriggerConfiguration

/// What the admin server looks at; asked at every request, from any thread.
package struct StatusSource: Sendable {
  /// The external triggers that are being decided for.
  package var triggers: @Sendable () -> [any WatchedTrigger]
  /// Whether KEDA can be answered.
  package var readiness: @Sendable () -> Readiness
  /// What the other parts have counted.
  package var counters: @Sendable () -> ProcessCounters

  /// A source that asks these closures.
  package init(
    triggers: @escaping @Sendable () -> [any WatchedTrigger],
    readiness: @escaping @Sendable () -> Readiness,
    counters: @escaping @Sendable () -> ProcessCounters
  ) {
    self.triggers = triggers
    self.readiness = readiness
    self.counters = counters
  }

  /// A source that shows what `runner` decides.
  package init(
    runner: DecisionRunner, readiness: @escaping @Sendable () -> Readiness,
    counters: @escaping @Sendable () -> ProcessCounters
  ) {
    self.init(triggers: { runner.triggers }, readiness: readiness, counters: counters)
  }
}

/// One external trigger, as far as it can be watched.
package protocol WatchedTrigger: AnyObject, Sendable {
  /// The ScaledObject's namespace.
  var namespace: String { get }
  /// The ScaledObject's name.
  var name: String { get }
  /// What its metadata says.
  var spec: TriggerSpec { get }
  /// The newest decision; `nil` before the first.
  var latest: PublishedDecision? { get }
  /// The changes of the last quarter of an hour, oldest first.
  var journal: [JournalEntry] { get }
}

extension ScaledTrigger: WatchedTrigger {}

/// Whether KEDA can be answered.
package enum Readiness: String, Sendable {
  /// Not yet.
  case starting
  /// Yes.
  case ready
  /// Not any more: the process is ending.
  case draining
}

/// What the other parts have counted since the process started, as plain numbers.
package struct ProcessCounters: Sendable {
  /// Calls of one gRPC method.
  package struct Calls: Sendable {
    /// `/externalscaler.ExternalScaler/GetMetrics`; empty for methods nobody offers.
    package var method: String
    /// Calls that arrived.
    package var started: UInt64
    /// Calls that ended, by the status code's name (`OK`, `UNAVAILABLE`).
    package var finished: [String: UInt64]

    /// Calls of one method.
    package init(method: String, started: UInt64, finished: [String: UInt64]) {
      self.method = method
      self.started = started
      self.finished = finished
    }
  }

  /// A limit of the server.
  package struct Limit: Sendable {
    /// `grpc_streams`.
    package var name: String
    /// How much is allowed.
    package var value: Int
    /// How often it was reached.
    package var reached: Int

    /// A limit as it stands.
    package init(name: String, value: Int, reached: Int) {
      self.name = name
      self.value = value
      self.reached = reached
    }
  }

  /// Every limit.
  package var limits: [Limit] = []
  /// Connections to the gRPC port now.
  package var grpcConnections = 0
  /// By gRPC method.
  package var calls: [Calls] = []
  /// Streams open now.
  package var openStreams = 0
  /// Calls parked now for a first answer.
  package var parkedCalls = 0
  /// Requests to sources that were started.
  package var sourceRequestsStarted = 0
  /// Requests to sources that brought an answer.
  package var sourceRequestsAnswered = 0
  /// Requests to sources that brought none, by reason.
  package var sourceRequestsFailed: [String: Int] = [:]
  /// Times a query was not asked, by reason.
  package var sourceRequestsSkipped: [String: Int] = [:]
  /// Requests to sources running now.
  package var sourceRequestsInFlight = 0
  /// Distinct queries now.
  package var queries = 0
  /// What is done in the cluster; nil where that is nothing.
  package var cluster: Cluster?

  /// What is done in the cluster.
  package struct Cluster: Sendable {
    /// `observe` or `scale`.
    package var mode: String
    /// Whether this process holds the Lease.
    package var isLeader: Bool
    /// Counts raised directly.
    package var replicaWrites: Int
    /// Writes that were not taken.
    package var replicaWriteFailures: Int
    /// Writes that met a newer object.
    package var replicaWriteConflicts: Int
    /// Seconds from the last write's decision to its answer.
    package var lastWriteSeconds: Double?
    /// Events written.
    package var eventsWritten: Int
    /// Events dropped.
    package var eventsDropped: Int
    /// What the API server does not tell or take now, one sentence each.
    package var troubles: [String]

    /// Counts from their parts.
    package init(
      mode: String, isLeader: Bool, replicaWrites: Int, replicaWriteFailures: Int,
      replicaWriteConflicts: Int, lastWriteSeconds: Double?, eventsWritten: Int, eventsDropped: Int,
      troubles: [String]
    ) {
      self.mode = mode
      self.isLeader = isLeader
      self.replicaWrites = replicaWrites
      self.replicaWriteFailures = replicaWriteFailures
      self.replicaWriteConflicts = replicaWriteConflicts
      self.lastWriteSeconds = lastWriteSeconds
      self.eventsWritten = eventsWritten
      self.eventsDropped = eventsDropped
      self.troubles = troubles
    }
  }

  /// All zero.
  package init() {}
}
