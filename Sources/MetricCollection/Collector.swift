package import CurlClient
package import Logging
internal import Synchronization

/// Asks every source what is needed, once per interval however many share it, and tells each group
/// when its answers are there.
///
/// Everything happens on the HTTP client's thread: the askings start there, answers are read there
/// and groups are told there, so that a decision follows its data at once. No task and no lock is
/// held per query. `run` drives it and must be running for anything to be asked again.
package final class Collector: Sendable {
  let client: HTTPClient
  private let clock: any CollectionClock
  private let logger: Logger
  private let settings: CollectorSettings
  private let state: Mutex<CollectionState>

  /// A collector that asks through `client`.
  package init(
    client: HTTPClient, settings: CollectorSettings = CollectorSettings(),
    clock: any CollectionClock = SystemClock(), logger: Logger
  ) {
    self.client = client
    self.clock = clock
    self.logger = logger
    self.settings = settings
    state = Mutex(CollectionState(settings: settings, now: clock.now))
  }

  /// Collects for a group until it is removed. The first round begins at once; where every query is
  /// known already from other groups, it is complete at once.
  ///
  /// - Throws: `CollectionRefusal` over a limit.
  package func add(_ group: CollectionGroup) throws(CollectionRefusal) -> CollectionSubscription {
    let result = state.withLock { state in
      Result { () throws(CollectionRefusal) in try state.add(group, now: clock.now) }
    }
    let (id, actions) = try result.get()
    if actions.rounds.isEmpty && actions.reports.isEmpty {
      perform(actions)
    } else {
      // Rounds are told on the client's thread only.
      client.run { self.perform(actions) }
    }
    return CollectionSubscription(group: id)
  }

  /// Ends collecting for a group. A round that is being told at this moment may still arrive.
  package func remove(_ subscription: CollectionSubscription) {
    state.withLock { $0.remove(subscription.group) }
  }

  /// The answers of a group as they are now, whether or not a round is running; nil once removed.
  package func answers(of subscription: CollectionSubscription) -> [CollectedAnswer]? {
    state.withLock { $0.answers(of: subscription.group) }
  }

  /// What has been done, and how it stands.
  package var counters: CollectionCounters { state.withLock { $0.counters(now: clock.now) } }

  /// Begins rounds as they fall due, until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      let now = clock.now
      // A group that comes meanwhile has its second round half an interval later at the earliest.
      var wakeAt = now + settings.interval / 4
      if let due = state.withLock({ $0.nextDue }) {
        if due <= now {
          client.run { self.tick() }
          // By then the client's thread has begun what was due, and the next instant is known.
          wakeAt = now + .milliseconds(1)
        } else {
          wakeAt = min(due, wakeAt)
        }
      }
      do {
        try await clock.sleep(until: wakeAt)
      } catch {
        return
      }
    }
  }

  private func tick() { perform(state.withLock { $0.tick(now: clock.now) }) }

  private func perform(_ actions: CollectionState.Actions) {
    for (id, request, source) in actions.starts { start(id, request, source) }
    for (onRound, round) in actions.rounds { onRound(round) }
    for report in actions.reports { log(report) }
  }

  /// Asks, with the credentials as they are now.
  private func start(_ id: Int, _ request: HTTPRequest, _ source: QuerySource) {
    var request = request
    do throws(SecretProblem) {
      try source.authorize(&request)
    } catch {
      let failure = CollectionFailure(.notAsked, error.description)
      client.run { self.finish(id, .failure(failure)) }
      return
    }
    client.start(request) { result in
      // The program ends: that says nothing of the source.
      if result.isShutDown { return }
      self.finish(id, source.judged(result))
    }
  }

  private func finish(_ id: Int, _ outcome: CollectionOutcome) {
    let unixSeconds = clock.unixSeconds
    perform(
      state.withLock { $0.finish(id, outcome, now: clock.now, unixSeconds: unixSeconds) })
  }

  private func log(_ report: CollectionState.Report) {
    switch report {
    case .serverInTrouble(let server, let failure):
      logger.warning(
        "a source does not answer",
        metadata: ["server": "\(server)", "reason": "\(failure.reason)"])
    case .serverRecovered(let server):
      logger.notice("the source answers again", metadata: ["server": "\(server)"])
    case .queryInTrouble(let target, let failure):
      logger.warning(
        "a query has no answer",
        metadata: Collector.metadata(target, ["reason": "\(failure.reason)"]))
    case .queryRecovered(let target):
      logger.notice("the query is answered again", metadata: Collector.metadata(target))
    }
  }

  private static func metadata(
    _ target: QueryTarget, _ more: Logger.Metadata = [:]
  ) -> Logger.Metadata {
    var metadata: Logger.Metadata = [
      "server": "\(target.source.description)", "query": "\(target.expression.prefix(80))",
    ]
    metadata.merge(more) { _, new in new }
    return metadata
  }
}
