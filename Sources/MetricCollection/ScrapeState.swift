internal import PrometheusFormat

/// What a name leads to, as last looked up.
struct ResolvedName {
  /// The addresses; those of the last success while look-ups fail.
  var addresses: [String] = []
  /// Why nothing new is known; nil when all is well.
  var problem: String?
  /// Whether the name server has said that there is none.
  var isEmptyForCertain = false
  /// Whether no look-up has come to an end yet.
  var isNew = true
  var isRunning = false
  var nextDue: ContinuousClock.Instant
  /// Since when the name server says that there is none.
  var emptySince: ContinuousClock.Instant?

  /// How often a name is looked up again.
  static let interval = Duration.seconds(3)
  /// How long a name may lead nowhere before its replicas are given up: name servers in trouble say
  /// so, too.
  static let patience = Duration.seconds(10)

  /// Takes a look-up's result in.
  mutating func take(
    _ result: Result<[String], NameFailure>, host: String, now: ContinuousClock.Instant
  ) {
    isRunning = false
    isNew = false
    nextDue = now + Self.interval
    switch result {
    case .success(let found):
      addresses = found
      problem = nil
      emptySince = nil
      isEmptyForCertain = false
    case .failure(.none):
      problem = "\"\(host)\" has no address: no ready replica, or a misspelt name"
      emptySince = emptySince ?? now
      if let emptySince, now - emptySince >= Self.patience || addresses.isEmpty {
        addresses = []
        isEmptyForCertain = true
      }
    case .failure(.failed(let reason)):
      problem = "\"\(host)\" cannot be looked up: \(reason)"
      emptySince = nil
      isEmptyForCertain = false
    }
  }
}

/// Which names and pages are due, which rounds run, and what is known: a value that is told what
/// happened and returns what to do.
struct ScrapeState {
  let interval: Duration
  var groups: [Int: ScrapeGroup] = [:]
  var names: [String: ResolvedName] = [:]
  private var lastID = 0

  init(interval: Duration) { self.interval = interval }

  /// What the caller has to do, outside any lock.
  struct Actions {
    var lookUps: [String] = []
    var scrapes: [(group: Int, address: String, replica: ScrapeGroup.Replica)] = []
    var rounds: [(onRound: @Sendable (ScrapedAnswers) -> Void, round: ScrapedAnswers)] = []
    var reports: [Report] = []
  }

  /// An edge worth a line in the log.
  enum Report: Equatable {
    case failing(String)
    case recovered
  }

  /// When something is due next; nil without groups.
  var nextDue: ContinuousClock.Instant? {
    let lookUps = names.values.lazy.filter { !$0.isRunning }.map(\.nextDue)
    return [groups.values.lazy.map(\.nextDue).min(), lookUps.min()].compactMap(\.self).min()
  }

  mutating func add(_ group: ScrapeGroup, now: ContinuousClock.Instant) -> Int {
    lastID += 1
    groups[lastID] = group
    for host in group.hosts where names[host] == nil { names[host] = ResolvedName(nextDue: now) }
    return lastID
  }

  mutating func remove(_ id: Int) {
    groups[id] = nil
    let wanted = groups.values.reduce(into: Set<String>()) { $0.formUnion($1.hosts) }
    names = names.filter { wanted.contains($0.key) }
  }

  /// Begins what is due. Rounds that are still running are closed with what is known.
  mutating func tick(now: ContinuousClock.Instant) -> Actions {
    var actions = Actions()
    for (host, name) in names where !name.isRunning && name.nextDue <= now {
      names[host]?.isRunning = true
      actions.lookUps.append(host)
    }
    for (id, group) in groups where group.nextDue <= now {
      // Whole intervals only: no burst to catch up after the program was suspended.
      let missed = Int((now - group.nextDue) / interval)
      groups[id]?.nextDue += interval * (missed + 1)
      begin(id, now: now, &actions)
    }
    return actions
  }

  private mutating func begin(_ id: Int, now: ContinuousClock.Instant, _ actions: inout Actions) {
    if groups[id]?.isRoundRunning == true { close(id, now: now, &actions) }
    // Until a name has been looked up once there is nobody to ask and nothing to tell.
    guard let group = groups[id],
      group.hosts.allSatisfy({ names[$0].map { !$0.isNew } ?? false })
    else { return }
    groups[id]?.follow(names)
    for address in groups[id]?.begin() ?? [] {
      guard let replica = groups[id]?.replicas[address] else { continue }
      actions.scrapes.append((id, address, replica))
    }
    if groups[id]?.waiting.isEmpty == true { close(id, now: now, &actions) }
  }

  /// A look-up is over; groups that waited for their first one begin at once.
  mutating func resolved(
    _ host: String, _ result: Result<[String], NameFailure>, now: ContinuousClock.Instant
  ) -> Actions {
    var actions = Actions()
    guard let wasNew = names[host]?.isNew else { return actions }
    names[host]?.take(result, host: host, now: now)
    guard wasNew else { return actions }
    for (id, group) in groups where group.hosts.contains(host) && !group.isRoundRunning {
      groups[id]?.nextDue = now + interval
      begin(id, now: now, &actions)
    }
    return actions
  }

  /// A page's answer or failure came.
  mutating func finish(
    _ id: Int, _ address: String, _ result: Result<[ExpositionSample], CollectionFailure>,
    now: ContinuousClock.Instant
  ) -> Actions {
    var actions = Actions()
    if groups[id]?.finish(address, result, now: now) == true { close(id, now: now, &actions) }
    return actions
  }

  private mutating func close(_ id: Int, now: ContinuousClock.Instant, _ actions: inout Actions) {
    guard let round = groups[id]?.close(names, now: now), let group = groups[id] else { return }
    actions.rounds.append((group.onRound, round))
    let failure = round.answers.lazy.compactMap(\.failure).first { $0.kind != .notAsked }
    if let failure, !group.isReported {
      groups[id]?.isReported = true
      actions.reports.append(.failing(failure.reason))
    } else if failure == nil, group.isReported {
      groups[id]?.isReported = false
      actions.reports.append(.recovered)
    }
  }
}
