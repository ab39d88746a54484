/// The demand of all triggers whose target is `auto`, and what is learned for it.
struct LearnedDemand {
  /// What a replica carries.
  private(set) var capacity: LearnedCapacity
  /// What is offered to the fleet.
  private(set) var offered: OfferedLoad
  /// What the queue taught, where nobody tells what runs.
  private(set) var memory: SaturationMemory
  private let constants: SharedConstants
  /// Whether requests in the system are followed, so that a queue is part of that.
  private let isFollowingRunning: Bool
  private let isFollowingQueue: Bool
  private var stranded: StrandedQueue
  private var wasReadyKnown = false
  /// The newest second of the fleet.
  private(set) var load = FleetLoad()

  init(_ constants: SharedConstants, triggers: [TriggerPolicy]) {
    isFollowingRunning = triggers.contains { $0.kind == .concurrency }
    isFollowingQueue = triggers.contains { $0.kind == .queueDepth }
    capacity = LearnedCapacity(constants)
    offered = OfferedLoad(constants)
    memory = SaturationMemory(constants)
    stranded = StrandedQueue(constants)
    self.constants = constants
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int { memory.heapBytes }

  /// Learns from one second of the fleet, where a replica asked for now serves in `leadSeconds`.
  mutating func learn(_ newest: FleetLoad, leadSeconds: Double, atSeconds now: Double) {
    var newest = newest
    newest.stranded = stranded.requests(in: newest, slots: capacity.slots, atSeconds: now)
    load = newest
    if newest.readyReplicas != nil { wasReadyKnown = true }
    guard newest.isWhole else { return }
    capacity.learn(newest, leadSeconds: leadSeconds, atSeconds: now)
    if isFollowingRunning {
      offered.record(newest, capacity: capacity, atSeconds: now)
      capacity.follow(offeredRequests: offered.requests)
    } else {
      memory.record(
        newest, throughput: capacity.flow.fullThroughput, leadSeconds: leadSeconds, atSeconds: now)
    }
  }

  /// What was learned, for people.
  var summary: LearnedSummary {
    LearnedSummary(
      slotsPerReplica: capacity.slots, targetConcurrency: capacity.targetConcurrency,
      calmSojournSeconds: capacity.flow.sojourn, fullSojournSeconds: capacity.flow.fullSojourn,
      offeredRequests: offered.requests)
  }

  /// Whether anything is known of what a replica carries.
  var isCapacityKnown: Bool {
    capacity.targetConcurrency != nil || capacity.flow.fullThroughput != nil
  }

  /// A trigger's demand in replicas; `nil` where unknown.
  /// - Throws: `Undecided` where no source tells ready replicas, and where nothing can be learned.
  func replicas(
    _ trigger: TriggerPolicy, _ reading: TriggerReading, isReadyAwaited: Bool
  ) throws(Undecided) -> Double? {
    guard let ready = load.readyReplicas else {
      if wasReadyKnown || isReadyAwaited { return nil }
      throw Undecided(kind: .impossible, explanation: Self.readyNeeded(trigger.name))
    }
    guard TriggerDemand.total(reading) != nil else { return nil }
    if let why = trigger.whyNotLearned(
      besideQueueOrRunning: isFollowingRunning || isFollowingQueue)
    {
      throw Undecided(kind: .impossible, explanation: why)
    }
    switch trigger.kind {
    case .concurrency:
      guard let target = capacity.targetConcurrency else {
        return (load.inSystem ?? 0) > 0 ? Double(ready) : 0
      }
      // While a queue or the arrivals are unknown the estimate stands; what runs is a lower bound.
      return Swift.max(offered.requests, load.isWhole ? 0 : load.running ?? 0) / target
    case .utilization:
      // Utilization saturates: it says which replicas are idle, and nothing of the others.
      return isFollowingRunning ? 0 : Swift.min(load.busyReplicas ?? 0, remembered ?? 0)
    case .queueDepth:
      return isFollowingRunning ? 0 : remembered
    case .rate:
      return isFollowingRunning ? 0 : rateDemand(reading, ready: ready)
    case .gauge: return nil
    }
  }

  /// Arrivals ÷ what a replica can take of them; while that is not known, what is ready.
  private func rateDemand(_ reading: TriggerReading, ready: Int) -> Double? {
    guard let total = TriggerDemand.total(reading) else { return nil }
    guard let target = capacity.targetRate else { return total > 0 ? Double(ready) : 0 }
    return total / target
  }

  /// Replicas that carry the remembered work at the share that is aimed for.
  private var remembered: Double? { memory.fullReplicas.map { $0 / constants.loadShare } }

  /// The target value in force: the user's number, or the one learned; `nil` before that.
  func targetValue(of trigger: TriggerPolicy) -> Double? {
    switch trigger.target {
    case .number(let number): number
    case .learned:
      switch trigger.kind {
      case .concurrency: capacity.targetConcurrency
      case .rate: capacity.targetRate
      default: nil
      }
    }
  }

  /// The sentence for `auto` without a source of ready replicas.
  private static func readyNeeded(_ name: String) -> String {
    "trigger \"\(name)\" has the threshold \"auto\", which needs the number of ready replicas, and "
      + "no source tells it: start the server with --kubernetes observe, give \"replicasQuery\", "
      + "scrape \"endpoints\", use a query that returns one series per replica (with a \"pod\" "
      + "label), or write a threshold that is a number"
  }
}

/// What the engine has learned about one ScaledObject's replicas; `nil` where not yet.
package struct LearnedSummary: Sendable, Equatable {
  /// Most requests that run on a replica, seen while requests waited.
  package var slotsPerReplica: Double?
  /// Requests per replica that are aimed for.
  package var targetConcurrency: Double?
  /// Seconds a request stays when nothing waits, up to a factor where arrivals are not given.
  package var calmSojournSeconds: Double?
  /// The same on a full replica, without the time in the queue.
  package var fullSojournSeconds: Double?
  /// Requests that would be in the system at the target.
  package var offeredRequests: Double
}
