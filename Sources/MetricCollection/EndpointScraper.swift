package import CurlClient
package import Logging
internal import PrometheusFormat
internal import Synchronization

/// One ScaledObject's directly scraped sources at the end of a round.
package struct ScrapedAnswers: Sendable {
  /// When the round was complete, on the monotonic clock.
  package var completedAt: ContinuousClock.Instant
  /// In the order of the sources: what a Prometheus would have answered.
  package var answers: [CollectedAnswer]
  /// Replicas that answer, where the pages are replicas' own, with those that have answered and that
  /// a name still leads to; nil where nothing tells.
  package var readyReplicas: Int?
}

/// A set of sources that is being scraped; hand it to `EndpointScraper.remove`.
package struct ScrapeSubscription: Sendable, Hashable {
  let group: Int
}

/// Reads metrics pages of engines and exporters once per interval, without a Prometheus between.
///
/// Pages are read and rounds told on the HTTP client's thread, where queries are answered too.
/// Several triggers of one ScaledObject share one scrape of a page. `run` drives it.
package final class EndpointScraper: Sendable {
  private let client: HTTPClient
  private let discovery: any ReplicaDiscovery
  private let clock: any CollectionClock
  private let logger: Logger
  private let interval: Duration
  private let state: Mutex<ScrapeState>
  private let reached = Mutex<[SourceLimit: Int]>([:])

  /// Most pages of one trigger's `endpoints`.
  package static var replicaLimit: Int { ScrapeGroup.replicaLimit }

  /// A scraper that asks through `client` every `interval`.
  package init(
    client: HTTPClient, interval: Duration = .seconds(1),
    discovery: any ReplicaDiscovery = SystemDiscovery(),
    clock: any CollectionClock = SystemClock(), logger: Logger
  ) {
    self.client = client
    self.interval = interval
    self.discovery = discovery
    self.clock = clock
    self.logger = logger
    state = Mutex(ScrapeState(interval: interval))
  }

  /// Scrapes a plan's pages until it is removed, at once and then every interval.
  ///
  /// A replica that does not answer keeps its last values for `staleAfter`. `onRound` is called on
  /// the HTTP client's thread, never twice at once; it must be quick.
  package func add(
    _ plan: ScrapePlan, timeout: Duration? = nil, staleAfter: Duration,
    onRound: @escaping @Sendable (ScrapedAnswers) -> Void
  ) -> ScrapeSubscription {
    let now = clock.now
    let group = ScrapeGroup(
      plan: plan, timeout: timeout ?? interval * 0.9, staleAfter: staleAfter, now: now,
      onRound: onRound)
    let id = state.withLock { $0.add(group, now: now) }
    client.run { self.tick() }
    return ScrapeSubscription(group: id)
  }

  /// Rounds of a source that gave no value because of a limit, by the limit.
  package var reachedLimits: [SourceLimit: Int] { reached.withLock { $0 } }

  /// Ends a subscription. A round that is being told at this moment may still arrive.
  package func remove(_ subscription: ScrapeSubscription) {
    state.withLock { $0.remove(subscription.group) }
  }

  /// Begins scrapes and look-ups as they fall due, until the task is cancelled.
  package func run() async {
    while !Task.isCancelled {
      let now = clock.now
      var wakeAt = now + interval / 4
      if let due = state.withLock({ $0.nextDue }) {
        if due <= now {
          client.run { self.tick() }
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

  private func perform(_ actions: ScrapeState.Actions) {
    for host in actions.lookUps {
      discovery.lookUp(host) { [weak self] result in
        guard let self else { return }
        self.client.run {
          self.perform(
            self.state.withLock { $0.resolved(host, result, now: self.clock.now) })
        }
      }
    }
    for (group, address, replica) in actions.scrapes {
      client.start(replica.request) { result in
        if result.isShutDown { return }
        let read = Self.read(result, wanted: replica.wanted)
        self.perform(
          self.state.withLock { $0.finish(group, address, read, now: self.clock.now) })
      }
    }
    for (onRound, round) in actions.rounds {
      for limit in round.answers.compactMap(\.failure?.limit) {
        reached.withLock { $0[limit, default: 0] += 1 }
      }
      onRound(round)
    }
    for report in actions.reports {
      switch report {
      case .failing(let reason):
        logger.warning("endpoints do not answer", metadata: ["reason": "\(reason)"])
      case .recovered: logger.notice("all endpoints answer again")
      }
    }
  }

  /// A page's wanted series, or why there are none.
  private static func read(
    _ result: HTTPResult, wanted: WantedNames
  ) -> Result<[ExpositionSample], CollectionFailure> {
    switch result {
    case .failure(let failure): return .failure(CollectionFailure(failure))
    case .success(let response):
      guard response.status == 200 else {
        return .failure(CollectionFailure(scrape: response))
      }
      do throws(ExpositionError) {
        return .success(
          try ExpositionParser.samples(
            of: response.body, wanted: wanted,
            format: ExpositionFormat(contentType: response.contentType)))
      } catch {
        return .failure(
          CollectionFailure(
            error.limit == nil ? .unusableAnswer : .tooLarge, error.description, limit: error.limit)
        )
      }
    }
  }
}

extension ExpositionError {
  /// The limit that was reached, where it was one.
  fileprivate var limit: SourceLimit? {
    switch self {
    case .lineTooLong: .lineBytes
    case .tooManySamples: .scrapedSeries
    case .tooManyLabels: .labels
    case .malformed, .truncated, .webPage: nil
    }
  }
}

extension CollectionFailure {
  /// What a metrics page's status other than 200 means.
  fileprivate init(scrape response: HTTPResponse) {
    let advice =
      switch response.status {
      case 300..<400: "the page redirects; give the final address"
      case 401, 403: "the page wants credentials, which endpoints do not have"
      case 404: "no metrics at this path; most engines use /metrics"
      case 503: "not ready yet"
      default: "no metrics"
      }
    let isThrottling = [429, 502, 503, 504].contains(response.status)
    self.init(isThrottling ? .throttled : .httpStatus, "HTTP \(response.status), \(advice)")
  }
}
