package import Logging
package import MetricCollection
internal import ScalingEngine
internal import Synchronization
package import TriggerConfiguration

/// Decides for each trigger as soon as its round of answers is complete: once a collection interval.
package final class DecisionRunner: Sendable {
  private let collector: Collector
  private let sources: Mutex<SourceDirectory>
  private let scraper: EndpointScraper
  private let logger: Logger
  private let origin: ContinuousClock.Instant
  private let wallSeconds: @Sendable () -> Double
  private let cluster: ClusterLink?
  private let groups = GroupActivity()
  private let running = Mutex<[ObjectIdentifier: Running]>([:])
  private let newcomers: AsyncStream<Newcomer>
  private let newcomer: AsyncStream<Newcomer>.Continuation

  /// How long the past may take at the second try, while decisions are made without it.
  private static let lateHistoryTimeout = Duration.seconds(20)
  private static let daySeconds = 86_400.0
  /// Earlier days asked for with `forecast: seasonal`, and how far apart their instants are.
  private static let seasonalDays = 7
  private static let seasonalStepSeconds = 30

  /// Triggers whose past is asked for at once: as many as one profile asks at once by default. Each
  /// takes a hundred kilobytes or more while it lasts.
  private static let historiesAtOnce = 16

  /// A trigger whose past is still to be asked for.
  private struct Newcomer: Sendable {
    var trigger: ScaledTrigger
    var queries: TriggerQueries
  }

  private struct Running {
    var trigger: ScaledTrigger
    var queries: TriggerQueries
    var subscription: CollectionSubscription?
    var scrape: ScrapeSubscription?
  }

  /// A runner over `collector` and `scraper` for the servers in `sources`. `wallSeconds` gives Unix
  /// time for the journal; `cluster` tells of workloads, where the cluster's API is asked.
  package init(
    collector: Collector, scraper: EndpointScraper, sources: SourceDirectory, logger: Logger,
    wallSeconds: @escaping @Sendable () -> Double, cluster: ClusterLink? = nil
  ) {
    self.cluster = cluster
    self.collector = collector
    self.scraper = scraper
    self.sources = Mutex(sources)
    self.logger = logger
    self.wallSeconds = wallSeconds
    // The engine counts seconds from 0. Whole days back, so that a past filled in lies after it; and
    // from midnight (UTC), so that two servers count alike what is kept by the stride or half-minute.
    let secondOfDay = wallSeconds().truncatingRemainder(dividingBy: Self.daySeconds)
    origin = .now - .seconds(30 * Self.daySeconds + secondOfDay)
    (newcomers, newcomer) = AsyncStream.makeStream()
  }

  /// Fills new triggers' windows from their sources' past until cancelled. Without it the first
  /// decision of a trigger is never made.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      var started = 0
      for await newcomer in newcomers {
        if started >= Self.historiesAtOnce { await group.next() }
        group.addTask { await self.fill(newcomer) }
        started += 1
      }
    }
  }

  private func fill(_ newcomer: Newcomer) async {
    let trigger = newcomer.trigger
    // It may have been ended while it waited for its turn.
    guard running.withLock({ $0[ObjectIdentifier(trigger)] != nil }) else { return }
    do {
      do {
        try await fill(newcomer, timeout: ScaledTrigger.historyPatience)
      } catch {
        if let changed = trigger.settleHistory() { log(changed, of: trigger) }
        try await fill(newcomer, timeout: Self.lateHistoryTimeout)
      }
    } catch {
      note("decides without the past, which the source does not give", of: trigger, error)
    }
    guard trigger.spec.policy.forecast == .seasonal else { return }
    do {
      try await fillDays(newcomer)
    } catch {
      note("decides without earlier days, which the source does not give", of: trigger, error)
    }
  }

  private func note(
    _ sentence: Logger.Message, of trigger: ScaledTrigger, _ failure: CollectionFailure? = nil
  ) {
    var metadata: Logger.Metadata = [
      "namespace": "\(trigger.namespace)", "scaledObject": "\(trigger.name)",
    ]
    if let failure { metadata["reason"] = "\(failure.reason)" }
    logger.notice(sentence, metadata: metadata)
  }

  private func fill(_ newcomer: Newcomer, timeout: Duration) async throws(CollectionFailure) {
    let trigger = newcomer.trigger
    let count = trigger.historySeconds
    trigger.awaitHistory()
    // Up to this very second: what changed since the last whole one is what a burst hangs on.
    let history = try await collector.history(
      of: newcomer.queries.targets, start: Int(wallSeconds()) - count + 1, step: 1, count: count,
      timeout: timeout)
    let (isTaken, changed) = trigger.take(
      history, queries: newcomer.queries, secondsOfOrigin: secondsOfOrigin())
    if let changed { log(changed, of: trigger) }
    if !isTaken { note("decides without the past, which the source gives too late", of: trigger) }
  }

  /// The same hours of earlier days, one request a day and query, the oldest day first.
  private func fillDays(_ newcomer: Newcomer) async throws(CollectionFailure) {
    let count = Int(Self.daySeconds) / Self.seasonalStepSeconds
    let end = Int(wallSeconds()) / Self.seasonalStepSeconds * Self.seasonalStepSeconds
    var past = ReplicaDecider(policy: newcomer.trigger.spec.policy)
    for day in (1...Self.seasonalDays).reversed() {
      let history = try await collector.history(
        of: newcomer.queries.targets, start: end - day * Int(Self.daySeconds),
        step: Self.seasonalStepSeconds, count: count, timeout: Self.lateHistoryTimeout)
      newcomer.trigger.live(through: history, newcomer.queries, &past, secondsOfOrigin())
    }
    newcomer.trigger.takeDays(of: past)
  }

  /// From Unix seconds to the engine's. Two clocks are read one after the other: without rounding to
  /// milliseconds a whole second would end up just below it, in the stride before.
  private func secondsOfOrigin() -> (Int) -> Double {
    let lead = wallSeconds() - (ContinuousClock.now - origin).inSeconds
    let offset = (lead * 1000).rounded() / 1000
    return { Double($0) - offset }
  }

  /// Why a trigger of a namespace may not ask the server or the pages that its metadata names; nil where it may.
  package func objection(to spec: TriggerSpec, namespace: String) -> SourceObjection? {
    if let missing = SourceObjection(spec, cluster: cluster) { return missing }
    do throws(CollectionRefusal) {
      _ = try queries(of: spec, namespace: namespace)
      return nil
    } catch {
      return SourceObjection(error)
    }
  }

  private func queries(
    of spec: TriggerSpec, namespace: String
  ) throws(CollectionRefusal) -> TriggerQueries {
    try TriggerQueries(spec, namespace: namespace, sources: sources.withLock { $0 })
  }

  /// From now on `sources` are the servers that may be asked.
  ///
  /// - Returns: the triggers that would now ask another server, with other credentials or not at all;
  ///   they go on as they are until they are ended.
  package func replaceSources(_ sources: SourceDirectory) -> [ScaledTrigger] {
    self.sources.withLock { $0 = sources }
    return running.withLock { Array($0.values) }.filter(isOutdated).map(\.trigger)
  }

  /// Whether it would now ask another server, with other credentials or not at all.
  private func isOutdated(_ one: Running) -> Bool {
    do throws(CollectionRefusal) {
      let (spec, namespace) = (one.trigger.spec, one.trigger.namespace)
      return try queries(of: spec, namespace: namespace).targets != one.queries.targets
    } catch {
      return true
    }
  }

  /// Starts collecting and deciding for one trigger.
  ///
  /// `onDecision` is called after every decision, on the collector's thread; it must be quick.
  /// - Parameter metadata: what `spec` was read from. Without it nothing is written directly.
  /// - Throws: `CollectionRefusal` when there is no server to ask or it may not be asked,
  ///   `CollectionLimitReached` when the collector asks as much as it may already.
  package func begin(
    namespace: String, name: String, metadata: [String: String] = [:], spec: TriggerSpec,
    onDecision: @escaping @Sendable (PublishedDecision) -> Void
  ) throws -> ScaledTrigger {
    let trigger = ScaledTrigger(
      namespace: namespace, name: name, metadata: metadata, spec: spec, wallSeconds: wallSeconds,
      groups: groups, cluster: cluster, onDecision: onDecision)
    var started = try start(trigger)
    // `replaceSources` looks through `running`, where this was not yet when it asked for sources.
    while isOutdated(started) {
      end(trigger)
      started = try start(trigger)
    }
    let queries = started.queries
    if queries.scrapes.sources.isEmpty {
      newcomer.yield(Newcomer(trigger: trigger, queries: queries))
    } else if let changed = trigger.settleHistory() {
      // What is scraped directly has no past to ask for.
      log(changed, of: trigger)
    }
    return trigger
  }

  private func start(_ trigger: ScaledTrigger) throws -> Running {
    let queries = try queries(of: trigger.spec, namespace: trigger.namespace)
    let started =
      queries.scrapes.sources.isEmpty
      ? try collect(queries, for: trigger) : try scrape(queries, for: trigger)
    running.withLock { $0[ObjectIdentifier(trigger)] = started }
    return started
  }

  /// Each round of queries is followed by a decision.
  private func collect(_ queries: TriggerQueries, for trigger: ScaledTrigger) throws -> Running {
    let subscription = try subscribe(
      CollectionGroup(queries: queries.targets) { [weak self, weak trigger] round in
        guard let self, let trigger else { return }
        self.decide(trigger, queries.answers(of: round), at: round.completedAt)
      })
    return Running(trigger: trigger, queries: queries, subscription: subscription)
  }

  private func subscribe(_ group: CollectionGroup) throws -> CollectionSubscription {
    do throws(CollectionRefusal) {
      return try collector.add(group)
    } catch {
      if let limit = CollectionLimitReached(error) { throw limit }
      throw error
    }
  }

  /// Each round of scrapes is followed by a decision, on the newest answers of the queries beside
  /// them, if there are any.
  private func scrape(_ queries: TriggerQueries, for trigger: ScaledTrigger) throws -> Running {
    let subscription =
      queries.targets.isEmpty
      ? nil : try subscribe(CollectionGroup(queries: queries.targets) { _ in })
    let scrape = scraper.add(
      queries.scrapes, timeout: trigger.spec.timeout, staleAfter: trigger.spec.policy.staleAfter
    ) { [weak self, weak trigger] round in
      guard let self, let trigger else { return }
      let collected = subscription.flatMap { self.collector.answers(of: $0) } ?? []
      self.decide(trigger, queries.answers(collected, scraped: round), at: round.completedAt)
    }
    return Running(
      trigger: trigger, queries: queries, subscription: subscription, scrape: scrape)
  }

  /// Ends collecting for a trigger; its last decision stays readable.
  package func end(_ trigger: ScaledTrigger) {
    groups.leave(trigger)
    let ended = running.withLock { $0.removeValue(forKey: ObjectIdentifier(trigger)) }
    if let subscription = ended?.subscription { collector.remove(subscription) }
    if let scrape = ended?.scrape { scraper.remove(scrape) }
  }

  /// All triggers that are being decided for, by namespace and name.
  package var triggers: [ScaledTrigger] {
    running.withLock { $0.values.map(\.trigger) }
      .sorted { ($0.namespace, $0.name) < ($1.namespace, $1.name) }
  }

  private func decide(
    _ trigger: ScaledTrigger, _ answers: TriggerQueries.Answers, at now: ContinuousClock.Instant
  ) {
    let changed = trigger.decide(
      answers, at: now, secondsOfOrigin: (now - origin).inSeconds)
    if let changed { log(changed, of: trigger) }
  }

  private func log(_ changed: JournalEntry, of trigger: ScaledTrigger) {
    var metadata: Logger.Metadata = [
      "namespace": "\(trigger.namespace)", "scaledObject": "\(trigger.name)",
    ]
    switch changed.outcome {
    case .success(let decision):
      metadata["desired"] = "\(decision.desiredReplicas)"
      metadata["mode"] = "\(decision.mode.rawValue)"
      metadata["active"] = "\(decision.isActive)"
      metadata["reasons"] = "\(decision.reasons.map(\.code.rawValue).joined(separator: ","))"
      logger.info("decision changed", metadata: metadata)
    case .failure(let undecided):
      metadata["error"] = "\(undecided.explanation)"
      logger.warning("no decision can be given", metadata: metadata)
    }
  }
}
