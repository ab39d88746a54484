internal import TraceFormat

/// How requests find a replica.
package enum RequestRouter: String, Sendable, CaseIterable {
  /// One queue in front of all replicas: a request goes to the ready replica that runs fewest, and
  /// waits in the queue while none has room.
  case sharedQueue = "shared"
  /// Each replica has a queue: a request goes at once to the ready replica with the fewest
  /// requests, waiting and running, and stays there.
  case leastLoaded = "least-loaded"
}

/// The modelled replicas, what runs in them and what waits for them.
struct Fleet {
  private struct Replica {
    var phase: Phase
    var batch = Batch()
    var queue = RequestQueue()
  }

  private enum Phase { case starting, ready, draining }

  private let costs: StepCosts
  private let router: RequestRouter
  private let requests: [Arrival]
  private let timeoutSeconds: Double

  /// From the oldest to the youngest.
  private var replicas: [Replica] = []
  /// When each replica's next event is: it becomes ready, or a segment of its batch ends.
  private var eventTimes: [Double] = []
  /// The shared queue; under `leastLoaded` only those that came while no replica was ready.
  private var queue = RequestQueue()
  private var hasRerouted = false

  /// Seconds each request waited beyond its own unloaded prefill; infinite while it has no first
  /// token.
  private(set) var waits: [Float]
  /// Requests that arrived and have neither a first token nor left.
  private(set) var unanswered = 0
  /// Requests that left the queue at their timeout.
  private(set) var timeouts = 0

  /// A fleet of `replicas` ready replicas.
  init(
    _ profile: FleetProfile, router: RequestRouter, requests: [Arrival], replicas count: Int,
    timeoutSeconds: Double
  ) {
    costs = StepCosts(profile)
    self.router = router
    self.requests = requests
    self.timeoutSeconds = timeoutSeconds
    waits = Array(repeating: .infinity, count: requests.count)
    replicas = Array(repeating: Replica(phase: .ready), count: count)
    eventTimes = Array(repeating: .infinity, count: count)
  }

  /// Replicas asked for: starting and ready.
  var currentReplicas: Int { replicas.count { $0.phase != .draining } }
  /// Replicas able to serve.
  var readyReplicas: Int { replicas.count { $0.phase == .ready } }
  /// All replicas that occupy a GPU: starting, ready and draining.
  var occupiedReplicas: Int { replicas.count }
  /// Requests waiting anywhere.
  var queueDepth: Int { replicas.reduce(queue.count) { $0 + $1.queue.count } }
  /// Requests running anywhere, on draining replicas too.
  var running: Int { replicas.reduce(0) { $0 + $1.batch.running } }

  /// The next event inside the fleet: when (infinite: nothing runs and nothing starts), and of
  /// which replica.
  func nextEvent() -> (seconds: Double, index: Int) {
    var earliest = Double.infinity
    var index = 0
    for candidate in eventTimes.indices where eventTimes[candidate] < earliest {
      earliest = eventTimes[candidate]
      index = candidate
    }
    return (earliest, index)
  }

  /// Lets the event happen that `nextEvent()` gave.
  mutating func handleEvent(_ index: Int) {
    let time = eventTimes[index]
    if replicas[index].phase == .starting {
      replicas[index].phase = .ready
      eventTimes[index] = .infinity
      serveQueue(index, now: time)
      return
    }
    var answered: [Int] = []
    replicas[index].batch.endSegment(costs) { answered.append($0) }
    for request in answered { answer(request, now: time) }
    eventTimes[index] = replicas[index].batch.segmentEnd
    if replicas[index].phase == .ready {
      serveQueue(index, now: time)
    } else if replicas[index].batch.running == 0 {
      replicas.remove(at: index)
      eventTimes.remove(at: index)
    }
  }

  /// Takes in the next request of the trace.
  mutating func arrive(_ request: Int, now: Double) {
    unanswered += 1
    route(request, now: now)
  }

  /// Lets those whose time is up leave the queues. Called once a second, so that a client leaves
  /// at most a second late; one whose time is up when its turn comes leaves as well.
  mutating func expire(now: Double) {
    let latest = now - timeoutSeconds
    let head = queue.first
    while let first = queue.first, requests[first].seconds < latest { leave(queue.removeFirst()) }
    guard router == .leastLoaded else {
      if queue.first != head { serveHeads(now: now) }
      return
    }
    for index in replicas.indices where !replicas[index].queue.isEmpty {
      if hasRerouted {
        let before = replicas[index].queue.count
        replicas[index].queue.removeAll { requests[$0].seconds < latest }
        let gone = before - replicas[index].queue.count
        timeouts += gone
        unanswered -= gone
      } else {
        while let first = replicas[index].queue.first, requests[first].seconds < latest {
          leave(replicas[index].queue.removeFirst())
        }
      }
    }
  }

  /// Asks for `desired` replicas.
  ///
  /// More: each new one is ready after the next of `coldStarts`. Fewer: the youngest starting ones
  /// go first, then the youngest ready ones, which drain: they take nothing new, finish what runs,
  /// and what waits in their own queue is routed again.
  mutating func scale(to desired: Int, now: Double, coldStarts: inout ColdStarts) {
    var current = currentReplicas
    while current < desired {
      replicas.append(Replica(phase: .starting))
      eventTimes.append(now + coldStarts.next())
      current += 1
    }
    while current > desired {
      if let index = replicas.lastIndex(where: { $0.phase == .starting }) {
        replicas.remove(at: index)
        eventTimes.remove(at: index)
      } else if let index = replicas.lastIndex(where: { $0.phase == .ready }) {
        drain(index, now: now)
      }
      current -= 1
    }
  }

  /// The share of the time since the last call in which a step ran, mean over the ready replicas,
  /// 0 … 1; nil without ready replicas.
  mutating func takeBusyShare(now: Double, periodSeconds: Double) -> Double? {
    var sum = 0.0
    var count = 0
    for index in replicas.indices {
      let busy = replicas[index].batch.takeBusySeconds(now: now)
      guard replicas[index].phase == .ready else { continue }
      sum += min(1, busy / periodSeconds)
      count += 1
    }
    return count > 0 ? sum / Double(count) : nil
  }

  private mutating func drain(_ index: Int, now: Double) {
    let waiting = replicas[index].queue.drain()
    if replicas[index].batch.running == 0 {
      replicas.remove(at: index)
      eventTimes.remove(at: index)
    } else {
      replicas[index].phase = .draining
    }
    if !waiting.isEmpty { hasRerouted = true }
    for request in waiting { route(request, now: now) }
  }

  private mutating func route(_ request: Int, now: Double) {
    switch router {
    case .sharedQueue:
      if queue.isEmpty, let index = emptiest(for: request) {
        admit(request, to: index, now: now)
      } else {
        queue.append(request)
      }
    case .leastLoaded:
      guard let index = leastLoaded() else {
        queue.append(request)
        return
      }
      let hasRoom = replicas[index].batch.hasRoom(tokens: tokens(request), costs.profile)
      if replicas[index].queue.isEmpty, hasRoom {
        admit(request, to: index, now: now)
      } else {
        replicas[index].queue.append(request)
      }
    }
  }

  /// The ready replica with room that runs fewest, the oldest of several.
  private func emptiest(for request: Int) -> Int? {
    let needed = tokens(request)
    var best: Int?
    var fewest = Int.max
    for index in replicas.indices where replicas[index].phase == .ready {
      let running = replicas[index].batch.running
      if running < fewest, replicas[index].batch.hasRoom(tokens: needed, costs.profile) {
        best = index
        fewest = running
      }
    }
    return best
  }

  private func leastLoaded() -> Int? {
    var best: Int?
    var fewest = Int.max
    for index in replicas.indices where replicas[index].phase == .ready {
      let load = replicas[index].batch.running + replicas[index].queue.count
      if load < fewest {
        best = index
        fewest = load
      }
    }
    return best
  }

  /// Gives a replica that has become ready or less full what waits, in order.
  private mutating func serveQueue(_ index: Int, now: Double) {
    if router == .leastLoaded {
      while let first = replicas[index].queue.first {
        guard admitOrLeave(first, to: index, now: now) else { break }
        _ = replicas[index].queue.removeFirst()
      }
      guard !queue.isEmpty else { return }
      for request in queue.drain() { route(request, now: now) }
    } else {
      let head = queue.first
      while let first = queue.first, admitOrLeave(first, to: index, now: now) {
        _ = queue.removeFirst()
      }
      if queue.first != head { serveHeads(now: now) }
    }
  }

  /// Behind a head that has left the shared queue, a smaller request may fit where it did not.
  private mutating func serveHeads(now: Double) {
    while let first = queue.first, let index = emptiest(for: first),
      admitOrLeave(first, to: index, now: now)
    {
      _ = queue.removeFirst()
    }
  }

  /// Returns false when there is no room and the request has to go on waiting.
  private mutating func admitOrLeave(_ request: Int, to index: Int, now: Double) -> Bool {
    if now - requests[request].seconds > timeoutSeconds {
      leave(request)
      return true
    }
    guard replicas[index].batch.hasRoom(tokens: tokens(request), costs.profile) else {
      return false
    }
    admit(request, to: index, now: now)
    return true
  }

  private mutating func admit(_ request: Int, to index: Int, now: Double) {
    replicas[index].batch.admit(
      request, promptTokens: requests[request].promptTokens,
      outputTokens: requests[request].outputTokens, now: now, costs)
    eventTimes[index] = replicas[index].batch.segmentEnd
  }

  private mutating func answer(_ request: Int, now: Double) {
    let arrival = requests[request]
    let unloaded = costs.unloadedPrefillSeconds(promptTokens: arrival.promptTokens)
    waits[request] = Float(max(0, now - arrival.seconds - unloaded))
    unanswered -= 1
  }

  private mutating func leave(_ request: Int) {
    timeouts += 1
    unanswered -= 1
  }

  private func tokens(_ request: Int) -> Int {
    requests[request].promptTokens + requests[request].outputTokens
  }
}
