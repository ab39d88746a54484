internal import CurlClient

extension CollectionState {
  /// Takes a group in; queries not known yet start at once.
  mutating func add(
    _ group: CollectionGroup, now: ContinuousClock.Instant
  ) throws(CollectionRefusal) -> (id: Int, actions: Actions) {
    guard group.queries.count <= CollectorSettings.groupQueryLimit else {
      throw CollectionRefusal.tooManyQueriesInGroup(limit: CollectorSettings.groupQueryLimit)
    }
    var requests: [QueryTarget: HTTPRequest] = [:]
    for target in group.queries where queryIDs[target] == nil {
      do throws(HTTPURLError) {
        requests[target] = try target.request(defaultTimeout: settings.defaultTimeout)
      } catch {
        throw CollectionRefusal.unusableAddress(error.description)
      }
    }
    guard queries.count + requests.count <= settings.queryLimit else {
      counters.reached[.queries, default: 0] += 1
      throw CollectionRefusal.tooManyQueries(limit: settings.queryLimit)
    }
    let slot = chooseSlot(for: group.queries, newCount: requests.count, now: now)
    var actions = Actions()
    let id = newID()
    var state = Group(queries: [], slot: slot, onRound: group.onRound, beganAt: now)
    var members: [Int] = []
    for (index, target) in group.queries.enumerated() {
      let query = queryIDs[target] ?? insert(target, requests[target], slot: slot, now: now)
      members.append(query)
      let bit = UInt64(1) << index
      queries[query]?.members.append((id, bit))
      if queries[query]?.hasOutcome == false && queries[query]?.isRunning == false {
        _ = attempt(query, now: now, &actions)
      }
      if queries[query]?.hasOutcome == false { state.waiting |= bit }
    }
    state = Group(
      queries: members, slot: slot, onRound: group.onRound, waiting: state.waiting, beganAt: now)
    groups[id] = state
    slots[slot].groups.append(id)
    if state.waiting == 0 { close(id, now: now, &actions) }
    return (id, actions)
  }

  /// Forgets a group, and the queries that nobody else wants.
  mutating func remove(_ id: Int) {
    guard let group = groups.removeValue(forKey: id) else { return }
    slots[group.slot].groups.removeAll { $0 == id }
    for query in group.queries {
      queries[query]?.members.removeAll { $0.group == id }
      guard let unwanted = queries[query], unwanted.members.isEmpty else { continue }
      queries[query] = nil
      queryIDs[unwanted.target] = nil
      slots[unwanted.slot].queries.removeAll { $0 == query }
      let lane = unwanted.target.source.lane
      servers[lane]?.queries.remove(query)
      if servers[lane]?.queries.isEmpty == true { servers[lane] = nil }
    }
  }

  private mutating func insert(
    _ target: QueryTarget, _ request: HTTPRequest?, slot: Int, now: ContinuousClock.Instant
  ) -> Int {
    let id = newID()
    guard let request else { return id }
    queryIDs[target] = id
    queries[id] = Query(
      question: Question(target, request, slot: slot), startedAt: now)
    slots[slot].queries.append(id)
    let source = target.source
    if servers[source.lane] == nil {
      let budget = source.requestsPerSecond.map { RequestBudget(perSecond: $0, now: now) }
      servers[source.lane] = Server(budget: budget)
    }
    servers[source.lane]?.queries.insert(id)
    return id
  }

  private mutating func newID() -> Int {
    lastID += 1
    return lastID
  }

  /// New queries join a shared one's slot while it is small, so that the group's answers come
  /// together; else they get the emptiest slot. Without new ones the first query's slot is taken.
  private mutating func chooseSlot(
    for targets: [QueryTarget], newCount: Int, now: ContinuousClock.Instant
  ) -> Int {
    let shared = targets.lazy.compactMap { [queryIDs, queries] target in
      queryIDs[target].flatMap { queries[$0]?.slot }
    }
    if newCount == 0, let first = shared.first { return first }
    for slot in shared
    where slots[slot].queries.count + newCount <= CollectorSettings.sociableSlotSize {
      return slot
    }
    // Of equally empty ones the one due soonest after half an interval from now, so that the first
    // collection, which starts at once, and the second are about that far apart.
    let target = now + settings.interval / 2
    for index in slots.indices where slots[index].queries.isEmpty {
      while slots[index].nextDue < target { slots[index].nextDue += settings.interval }
    }
    let best = slots.indices.min { one, other in
      (slots[one].queries.count, slots[one].nextDue)
        < (slots[other].queries.count, slots[other].nextDue)
    }
    return best ?? 0
  }
}
