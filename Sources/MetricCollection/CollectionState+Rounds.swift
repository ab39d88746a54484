internal import CurlClient
internal import PrometheusFormat

extension CollectionState {
  /// Begins the rounds of every slot that is due.
  ///
  /// A slot that is late by more than half an interval (the program was suspended) is left out
  /// once: there is never a burst to catch up.
  mutating func tick(now: ContinuousClock.Instant) -> Actions {
    var actions = Actions()
    for index in slots.indices where !slots[index].queries.isEmpty && slots[index].nextDue <= now {
      let late = now - slots[index].nextDue
      // Whole intervals only, so that the slots stay spread.
      slots[index].nextDue += settings.interval * (Int(late / settings.interval) + 1)
      if late > settings.interval / 2 {
        counters.skippedLate += slots[index].queries.count
      } else {
        begin(slot: index, now: now, &actions)
      }
    }
    return actions
  }

  private mutating func begin(slot: Int, now: ContinuousClock.Instant, _ actions: inout Actions) {
    // What has just begun by being added is not begun again.
    let recently = now - settings.interval / 2
    var beginning: Set<Int> = []
    for id in slots[slot].groups {
      guard let group = groups[id], group.beganAt <= recently else { continue }
      if group.waiting != 0 { close(id, now: now, &actions) }
      groups[id]?.beganAt = now
      beginning.insert(id)
    }
    for id in slots[slot].queries {
      guard let query = queries[id], query.startedAt <= recently,
        attempt(id, now: now, &actions)
      else { continue }
      for member in query.members where beginning.contains(member.group) {
        groups[member.group]?.waiting |= member.bit
      }
    }
    for id in slots[slot].groups where beginning.contains(id) && groups[id]?.waiting == 0 {
      close(id, now: now, &actions)
    }
  }

  /// Starts a query unless it still runs or its server may not be asked; true when it starts.
  mutating func attempt(
    _ id: Int, now: ContinuousClock.Instant, _ actions: inout Actions
  ) -> Bool {
    guard let query = queries[id] else { return false }
    guard !query.isRunning else {
      counters.skippedStillRunning += 1
      return false
    }
    let lane = query.target.source.lane
    guard hasTurn(query, now: now) else {
      counters.skippedOverLimit += 1
      counters.reached[.requestsPerSecond, default: 0] += 1
      if query.latest.answer == nil { queries[id]?.failed(CollectionFailure.overLimit(lane)) }
      return false
    }
    let asked = choose(id, query, now: now)
    if let asked { start(asked, now: now, &actions) }
    guard asked != id else { return true }
    counters.skippedServerInTrouble += 1
    queries[id]?.failed(servers[lane]?.health.lastFailure)
    return false
  }

  /// Which query is asked now that it is this one's turn: itself, none, or, where its server is only
  /// probed, the one asked longest ago. A query that is never answered would else take every probe,
  /// and the others would never learn that the server answers them.
  private mutating func choose(
    _ id: Int, _ query: Query, now: ContinuousClock.Instant
  ) -> Int? {
    let lane = query.target.source.lane
    switch servers[lane]?.health.permit(now: now, interval: settings.interval) {
    case .anyone: return id
    case .newcomers: return query.hasStarted ? nil : id
    case .probe:
      guard query.hasStarted else { return id }
      return servers[lane]?.queries.filter { queries[$0]?.isRunning == false }
        .min { (queries[$0]?.startedAt ?? now, $0) < (queries[$1]?.startedAt ?? now, $1) }
    case .nobody, nil: return nil
    }
  }

  private mutating func start(
    _ id: Int, now: ContinuousClock.Instant, _ actions: inout Actions
  ) {
    guard let query = queries[id] else { return }
    queries[id]?.isRunning = true
    queries[id]?.startedAt = now
    queries[id]?.hasStarted = true
    servers[query.target.source.lane]?.budget?.take()
    counters.started += 1
    counters.inFlight += 1
    actions.starts.append((id, query.request, query.target.source))
  }

  /// Whether the source's limit of requests leaves room for a query now. Where it is too low for all
  /// of them every second, they take turns.
  private mutating func hasTurn(_ query: Query, now: ContinuousClock.Instant) -> Bool {
    let lane = query.target.source.lane
    guard let budget = servers[lane]?.budget, let count = servers[lane]?.queries.count else {
      return true
    }
    let turn = budget.turn(of: count, interval: settings.interval)
    // A little less keeps a query from missing its own slot.
    if query.hasStarted, now < query.startedAt + turn * 0.9 { return false }
    return servers[lane]?.budget?.hasRoom(now: now) ?? true
  }

  /// A request is over; for a query that was removed meanwhile nothing follows.
  ///
  /// - Parameter unixSeconds: the time of day; nil where a first answer is not to be held against it.
  mutating func finish(
    _ id: Int, _ outcome: CollectionOutcome, now: ContinuousClock.Instant,
    unixSeconds: Double? = nil
  ) -> Actions {
    var actions = Actions()
    let (outcome, answeredAt) = judged(outcome, of: id, now: now, unixSeconds: unixSeconds)
    counters.inFlight -= 1
    switch outcome {
    case .success: counters.answered += 1
    case .failure(let failure):
      counters.failed[failure.kind, default: 0] += 1
      if let limit = failure.limit { counters.reached[limit, default: 0] += 1 }
    }
    guard queries[id] != nil else { return actions }
    note(outcome, of: id, now: now, answeredAt: answeredAt, &actions)
    for member in queries[id]?.members ?? [] {
      guard let waiting = groups[member.group]?.waiting, waiting & member.bit != 0 else { continue }
      groups[member.group]?.waiting = waiting & ~member.bit
      if waiting == member.bit { close(member.group, now: now, &actions) }
    }
    return actions
  }

  /// What an answer is worth beside the one before, and since when it holds.
  private mutating func judged(
    _ outcome: CollectionOutcome, of id: Int, now: ContinuousClock.Instant, unixSeconds: Double?
  ) -> (CollectionOutcome, answeredAt: ContinuousClock.Instant) {
    guard case .success(let answer) = outcome, queries[id] != nil else { return (outcome, now) }
    let timestamp = answer.timestampSeconds
    switch queries[id]?.progress.judge(timestamp, at: now, unixSeconds: unixSeconds) {
    case .repeated:
      counters.repeated += 1
      return (outcome, queries[id]?.latest.answeredAt ?? now)
    case .stuck:
      counters.repeated += 1
      return (.failure(.stuck(at: timestamp ?? 0)), now)
    case .new, nil: return (outcome, now)
    }
  }

  private mutating func note(
    _ outcome: CollectionOutcome, of id: Int, now: ContinuousClock.Instant,
    answeredAt: ContinuousClock.Instant, _ actions: inout Actions
  ) {
    guard let query = queries[id] else { return }
    let source = query.target.source
    switch outcome {
    case .success(let answer):
      queries[id]?.answered(answer, at: answeredAt)
      if servers[source.lane]?.health.answered(now: now) == true {
        actions.reports.append(.serverRecovered(source.description))
      }
      if query.isReported { actions.reports.append(.queryRecovered(query.target)) }
    case .failure(let failure):
      queries[id]?.failed(failure)
      if failure.concernsServer {
        let jitter = nextRandom()
        let isNews = servers[source.lane]?.health.failed(
          failure, now: now, interval: settings.interval, jitter: jitter)
        if isNews == true {
          actions.reports.append(.serverInTrouble(source.description, failure))
        }
      } else if failure.kind != .notAsked, servers[source.lane]?.health.answered(now: now) == true {
        actions.reports.append(.serverRecovered(source.description))
      }
      // What is told of the server is not told again of each of its queries.
      if servers[source.lane]?.health.isReported == false, !query.isReported {
        queries[id]?.isReported = true
        actions.reports.append(.queryInTrouble(query.target, failure))
      }
    }
  }

  /// Completes a group's round with what is known now.
  mutating func close(
    _ id: Int, now: ContinuousClock.Instant, _ actions: inout Actions
  ) {
    groups[id]?.waiting = 0
    groups[id]?.roundNumber += 1
    guard let group = groups[id], let answers = answers(of: id) else { return }
    counters.rounds += 1
    let round = CollectionRound(number: group.roundNumber, completedAt: now, answers: answers)
    actions.rounds.append((group.onRound, round))
  }

  /// 0…1, from the seed (SplitMix64: Steele, Lea, Flood 2014).
  private mutating func nextRandom() -> Double {
    random &+= 0x9E37_79B9_7F4A_7C15
    var z = random
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
  }
}

extension CollectionState.Query {
  fileprivate mutating func answered(_ answer: QueryAnswer, at now: ContinuousClock.Instant) {
    isRunning = false
    hasOutcome = true
    isReported = false
    latest.answer = answer
    latest.answeredAt = now
    latest.consecutiveFailures = 0
    latest.failure = nil
  }

  fileprivate mutating func failed(_ failure: CollectionFailure?) {
    isRunning = false
    hasOutcome = true
    latest.consecutiveFailures += 1
    latest.failure = failure ?? latest.failure
  }
}
