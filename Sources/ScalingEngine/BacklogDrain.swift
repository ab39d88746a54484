/// Replicas on top of the demand that drain what waits: those to ask for, and those that are there.
///
/// Every request that comes while a queue stands is late too. Draining within the geometric mean of
/// the lead time and the latency objective weighs those against replicas that start for a lead
/// time to work for seconds: 12 s at a lead time of 70 s and an objective of 2 s.
struct BacklogDrain {
  private let constants: SharedConstants
  private var hints = SlidingMaximum(lengthSeconds: ScaleDownDamping.hintStandsSeconds)
  private var kept: (count: Int, seconds: Double)?

  init(_ constants: SharedConstants) { self.constants = constants }

  /// Bytes held outside the value itself.
  var heapBytes: Int { hints.heapBytes }

  /// What a queue asks for, in replicas.
  struct Need {
    /// To be added to the demand now, for what will be left when they serve.
    var more = 0.0
    /// Of those that are current, in all, to stay for what waits now.
    var staying = 0
  }

  /// What the queue asks for; nothing where none waits or a replica's throughput is not known.
  ///
  /// What waits is work for waiting ÷ (a full replica's throughput) replica-seconds. For what is
  /// added, it counts how much will be left when a replica asked for now serves. What is here to
  /// drain the queue stays until it has: 120 replica-seconds in 12 s beside a demand of 5 keep 15.
  /// A replica for each request that waits is the most that helps.
  func need(
    _ load: FleetLoad, demand: Double, capacity: LearnedCapacity, pipeline: ReplicaPipeline,
    policy: ScalingPolicy, coldStartSeconds: Double, currentReplicas: Int?, atSeconds now: Double
  ) -> Need {
    guard let waiting = load.waitingForReplicas, waiting >= 1 else { return Need() }
    let lead = coldStartSeconds + constants.loopDelaySeconds
    let drainSeconds = Self.drainSeconds(
      leadSeconds: lead, objectiveSeconds: policy.latencyObjective.inSeconds)
    guard let throughput = capacity.fullThroughput ?? guessed(capacity, drainSeconds) else {
      return Need()
    }
    let owed = waiting / throughput
    let left = pipeline.backlog(
      waiting: owed, work: demand * capacity.loadShare, coldStartSeconds: coldStartSeconds,
      horizon: lead, atSeconds: now)
    return Need(
      more: Swift.min(waiting, left / drainSeconds),
      staying: Swift.min(
        currentReplicas ?? 0,
        Bounds.wholeReplicas(demand + Swift.min(waiting, owed / drainSeconds))))
  }

  /// How long a queue may take to drain once replicas are there; a second at least.
  static func drainSeconds(leadSeconds: Double, objectiveSeconds: Double) -> Double {
    Swift.max(1, (leadSeconds * objectiveSeconds).squareRoot())
  }

  /// Before a full replica was seen: what runs at the target leaves within the time to drain.
  private func guessed(_ capacity: LearnedCapacity, _ drainSeconds: Double) -> Double? {
    capacity.targetConcurrency.map {
      $0 / capacity.fill / (capacity.fullSojourn ?? drainSeconds)
    }
  }

  /// `count`, or what was asked for to drain this queue: replicas that still start for it must not
  /// be taken back. It stands for one lead time while requests wait, and for one HPA sync after.
  mutating func kept(
    _ count: Int, isWaiting: Bool, leadSeconds: Double, atSeconds now: Double
  ) -> Int {
    hints.record(Double(count), atSeconds: now)
    if !isWaiting {
      kept = nil
    } else if kept.map({ $0.count <= count || now - $0.seconds >= leadSeconds }) ?? true {
      kept = (count, now)
    }
    return Swift.max(kept?.count ?? 0, Int(hints.value(atSeconds: now) ?? 0))
  }
}
