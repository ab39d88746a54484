internal import CurlClient
internal import PrometheusFormat
internal import TriggerConfiguration

/// What one ScaledObject scrapes: its replicas as they come and go, and what each of them last
/// said. A value that is told what happened; it asks nobody and reads no clock.
struct ScrapeGroup {
  /// Replicas of one ScaledObject; with more nothing is known, for a part is no total.
  static let replicaLimit = 1000

  let plan: ScrapePlan
  let reducers: [ScrapeReducer]
  let timeout: Duration
  let staleAfter: Duration
  let onRound: @Sendable (ScrapedAnswers) -> Void
  var replicas: [String: Replica] = [:]
  /// Replicas that the running round waits for; those that failed last time are not waited for.
  var waiting: Set<String> = []
  var isRoundRunning = false
  var nextDue: ContinuousClock.Instant
  /// Whether failing replicas have been logged.
  var isReported = false
  private var last: [CollectedAnswer]
  private var tooMany = false

  init(
    plan: ScrapePlan, timeout: Duration, staleAfter: Duration,
    now: ContinuousClock.Instant, onRound: @escaping @Sendable (ScrapedAnswers) -> Void
  ) {
    self.plan = plan
    self.timeout = timeout
    self.staleAfter = staleAfter
    self.onRound = onRound
    reducers = plan.sources.map { ScrapeReducer($0) }
    nextDue = now
    last = plan.sources.map { _ in CollectedAnswer() }
  }

  var sources: [ScrapeSource] { plan.sources }

  /// One metrics page.
  struct Replica {
    let request: HTTPRequest
    let instance: String
    /// Which sources read it.
    let sources: [Int]
    let wanted: WantedNames
    var tracks: [CounterTrack]
    var shares: [ScrapeReducer.Share]
    var isRunning = false
    var scrapeCount = 0
    var answeredAt: ContinuousClock.Instant?
    var failure: CollectionFailure?
    /// Whether a name leads to it, which a headless Service's does while the pod is ready.
    var isListed: Bool

    var isHealthy: Bool { failure == nil && answeredAt != nil }

    /// Takes over what it has said to the sources that read it before, too.
    mutating func takeOver(_ before: Replica) {
      for (place, source) in sources.enumerated() {
        guard let old = before.sources.firstIndex(of: source) else { continue }
        tracks[place] = before.tracks[old]
        shares[place] = before.shares[old]
      }
      answeredAt = before.answeredAt
      failure = before.failure
    }
  }

  /// The names that have to be looked up for it.
  var hosts: Set<String> {
    Set(
      sources.flatMap(\.endpoints).compactMap { endpoint in
        if case .name(let host, _, _) = endpoint { host } else { nil }
      })
  }

  /// Takes over what names lead to now: replicas appear and vanish.
  mutating func follow(_ names: [String: ResolvedName]) {
    var wanted: [String: Page] = [:]
    for (index, source) in sources.enumerated() {
      for endpoint in source.endpoints {
        guard let peers = plan.peers[endpoint] else { continue }
        for (address, instance) in pages(of: endpoint, names) {
          wanted[address, default: Page(instance: instance, peers: peers)]
            .add(index, isListed: endpoint.isName)
        }
      }
    }
    tooMany = wanted.count > Self.replicaLimit
    if tooMany { wanted = [:] }
    for address in replicas.keys where wanted[address] == nil {
      replicas[address] = nil
      waiting.remove(address)
    }
    for (address, page) in wanted {
      let known = replicas[address]
      replicas[address]?.isListed = page.isListed
      // Names lead to a new pod one after the other. A page on its way was asked for what was
      // wanted before; the replica is made anew with a later round.
      if let known, known.sources == page.sources || known.isRunning { continue }
      guard let url = try? HTTPURL(address) else { continue }
      let names = page.sources.flatMap { reducers[$0].wanted }
      var replica = Replica(
        request: request(url, peers: page.peers), instance: page.instance,
        sources: page.sources, wanted: WantedNames(names),
        tracks: page.sources.map { CounterTrack(window: reducers[$0].window) },
        shares: page.sources.map { _ in .nothing }, isListed: page.isListed)
      if let known { replica.takeOver(known) }
      replicas[address] = replica
    }
  }

  /// A page as the sources want it now.
  private struct Page {
    let instance: String
    let peers: HTTPPeerRule
    var sources: [Int] = []
    var isListed = false

    mutating func add(_ source: Int, isListed: Bool) {
      if sources.last != source { sources.append(source) }
      self.isListed = self.isListed || isListed
    }
  }

  private func request(_ url: HTTPURL, peers: HTTPPeerRule) -> HTTPRequest {
    var request = HTTPRequest(url, peers: peers)
    request.timeout = timeout
    request.connectTimeout = timeout
    request.headers = [HTTPHeader("Accept", "text/plain;version=0.0.4")].compactMap(\.self)
    return request
  }

  /// An endpoint's pages: their addresses, and what a replica is called.
  private func pages(
    of endpoint: ScrapeEndpoint, _ names: [String: ResolvedName]
  ) -> [(String, String)] {
    switch endpoint {
    case .url(let address):
      let text = address.description
      let rest = text.drop { $0 != "/" }.dropFirst(2)
      return [(text, String(rest.hasSuffix("/metrics") ? rest.dropLast(8) : rest))]
    case .name(let host, let port, let path):
      return (names[host]?.addresses ?? []).map { address in
        let place = (address.contains(":") ? "[\(address)]" : address) + ":\(port)"
        return ("http://\(place)\(path)", place)
      }
    }
  }

  /// Begins a round: the pages to ask now.
  mutating func begin() -> [String] {
    let starting = replicas.filter { !$0.value.isRunning }.map(\.key).sorted()
    let healthy = starting.filter { replicas[$0]?.isHealthy == true }
    waiting = Set(healthy.isEmpty ? starting : healthy)
    for address in starting { replicas[address]?.isRunning = true }
    isRoundRunning = true
    return starting
  }

  /// A page's answer or failure came; true when the round is complete by that.
  mutating func finish(
    _ address: String, _ result: Result<[ExpositionSample], CollectionFailure>,
    now: ContinuousClock.Instant
  ) -> Bool {
    guard var replica = replicas[address] else { return isRoundRunning && waiting.isEmpty }
    replica.isRunning = false
    switch result {
    case .success(let samples):
      for (place, source) in replica.sources.enumerated() {
        let names = Set(reducers[source].wanted)
        replica.shares[place] = reducers[source].share(
          of: samples.filter { names.contains($0.name) }, instance: replica.instance,
          track: &replica.tracks[place], at: now)
      }
      replica.answeredAt = now
      replica.failure = nil
      replica.scrapeCount += 1
    case .failure(let failure): replica.failure = failure
    }
    replicas[address] = replica
    waiting.remove(address)
    return isRoundRunning && waiting.isEmpty
  }

  /// What is known at the end of a round.
  mutating func close(
    _ names: [String: ResolvedName], now: ContinuousClock.Instant
  ) -> ScrapedAnswers {
    isRoundRunning = false
    waiting = []
    for index in sources.indices { last[index] = answer(index, names, now: now) }
    return ScrapedAnswers(
      completedAt: now, answers: last, readyReplicas: readyReplicas(names, now: now))
  }

  private func isUsed(_ replica: Replica, now: ContinuousClock.Instant) -> Bool {
    replica.answeredAt.map { now - $0 <= staleAfter } ?? false
  }

  private func answer(
    _ index: Int, _ names: [String: ResolvedName], now: ContinuousClock.Instant
  ) -> CollectedAnswer {
    let mine = replicas.values.filter { $0.sources.contains(index) }
      .sorted { $0.instance < $1.instance }
    let used = mine.filter { isUsed($0, now: now) }
    var answer = last[index]
    answer.failure = failure(index, mine, names, now: now)
    answer.consecutiveFailures = answer.failure == nil ? 0 : answer.consecutiveFailures + 1
    guard let oldest = used.compactMap(\.answeredAt).min() else { return answer }
    let shares = used.compactMap { replica in
      replica.sources.firstIndex(of: index).map { replica.shares[$0] }
    }
    let samples = reducers[index].join(shares)
    if samples.isEmpty, reducers[index].isGrowth, used.allSatisfy({ $0.scrapeCount < 2 }) {
      answer.answer = nil
      answer.failure = CollectionFailure(
        .notAsked, "counters have been seen once; their growth is known with the next scrape")
      return answer
    }
    answer.answer = QueryAnswer(.vector(samples))
    answer.answeredAt = oldest
    return answer
  }

  /// What is wrong with a source's pages, in one sentence.
  private func failure(
    _ index: Int, _ mine: [Replica], _ names: [String: ResolvedName],
    now: ContinuousClock.Instant
  ) -> CollectionFailure? {
    if tooMany {
      return CollectionFailure(
        .notAsked, "more than \(Self.replicaLimit) replicas", limit: .replicas)
    }
    let failing = mine.filter { $0.failure != nil }
    if let first = failing.first(where: { !isUsed($0, now: now) }) ?? failing.first,
      let failure = first.failure
    {
      let gone = failing.filter { !isUsed($0, now: now) }.count
      let counted = gone == 0 ? "" : "; \(gone) not counted any more"
      return CollectionFailure(
        failure.kind,
        "\(failing.count) of \(mine.count) endpoints do not answer\(counted): "
          + "\(first.instance): \(failure.reason)", limit: failure.limit)
    }
    for case .name(let host, _, _) in sources[index].endpoints {
      if let problem = names[host]?.problem { return CollectionFailure(.unreachable, problem) }
    }
    return nil
  }

  /// Distinct pages that answer, of metrics that replicas publish themselves; nil where nothing
  /// tells: no page has answered, and the name server does not say that there is none.
  ///
  /// A page that has answered counts for as long as a name leads to it: a pod too busy to answer is
  /// no idle one, and without it the rest would pass for the whole.
  private func readyReplicas(
    _ names: [String: ResolvedName], now: ContinuousClock.Instant
  ) -> Int? {
    let own = sources.indices.filter { sources[$0].shape.isPublishedByReplicas }
    guard !own.isEmpty, !tooMany else { return nil }
    let mine = replicas.values.filter { !Set($0.sources).isDisjoint(with: own) }
    let ready = mine.filter { $0.isListed ? $0.answeredAt != nil : isUsed($0, now: now) }.count
    guard ready == 0 else { return ready }
    let endpoints = own.flatMap { sources[$0].endpoints }
    let isNobodyThere = endpoints.allSatisfy { endpoint in
      if case .name(let host, _, _) = endpoint { return names[host]?.isEmptyForCertain == true }
      return false
    }
    return mine.isEmpty && isNobodyThere ? 0 : nil
  }
}

extension ScrapeEndpoint {
  /// Whether it is a name that leads to pages, rather than a page's address.
  fileprivate var isName: Bool {
    if case .name = self { return true }
    return false
  }
}
