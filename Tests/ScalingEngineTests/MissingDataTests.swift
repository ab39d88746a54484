import ScalingEngine
import Testing

/// What is not known never becomes a number.
@Suite struct MissingDataTests {
  private func decider(onStale: StaleAnswer = .error) -> ReplicaDecider {
    var policy = ScalingPolicy(triggers: [
      TriggerPolicy(name: "gpu", kind: .utilization, target: .number(0.7)),
      TriggerPolicy(name: "queue", kind: .queueDepth, target: .number(50)),
    ])
    policy.forecast = .off
    policy.onStale = onStale
    policy.holdFor = .seconds(30)
    return ReplicaDecider(policy: policy)
  }

  @Test func `With nothing known there is an error that names the triggers`() {
    var decider = decider()
    let outcome = decider.decide(Observation(readings: [.unknown, .unknown]), atSeconds: 0)
    #expect(throws: Undecided.self) { try outcome.get() }
  }

  @Test func `Awaited ready replicas are missing data, those that nobody tells a wrong trigger`() {
    let triggers = [
      TriggerPolicy(name: "queue", kind: .queueDepth, target: .learned),
      TriggerPolicy(name: "gpu", kind: .utilization, target: .number(0.7)),
    ]
    func outcome(_ readings: [TriggerReading], isReadySourceSilent: Bool) -> Undecided? {
      var decider = ReplicaDecider(policy: ScalingPolicy(triggers: triggers))
      var observation = Observation(readings: readings)
      observation.isReadySourceSilent = isReadySourceSilent
      guard case .failure(let undecided) = decider.decide(observation, atSeconds: 0) else {
        return nil
      }
      return undecided
    }
    let known: [TriggerReading] = [.total(5), .average(0.5)]
    #expect(outcome(known, isReadySourceSilent: false)?.kind == .impossible)
    let awaited = outcome(known, isReadySourceSilent: true)
    #expect(awaited?.kind == .noData)
    #expect(
      awaited?.explanation
        == "no usable value for \"queue\", \"gpu\": the ready replicas are not known")
    #expect(outcome([.total(5), .unknown], isReadySourceSilent: false)?.kind == .noData)
    #expect(outcome([.unknown, .unknown], isReadySourceSilent: false)?.kind == .noData)
  }

  @Test func `The known trigger may raise the decision and not lower it`() throws {
    var decider = decider()
    func desired(_ queue: Double, _ second: Double) throws -> Int {
      try decider.decide(
        Observation(readings: [.unknown, .total(queue)], currentReplicas: 4, readyReplicas: 4),
        atSeconds: second
      ).get().desiredReplicas
    }
    _ = try decider.decide(
      Observation(
        readings: [.perReplica(sum: 4, replicas: 4), .total(50)], currentReplicas: 4,
        readyReplicas: 4), atSeconds: 0
    ).get()
    #expect(try desired(50, 1) == 6)
    #expect(try desired(500, 2) == 10)
    #expect(try desired(50, 300) == 10)
  }

  /// Ten replicas at 70 % for a minute, then `newest` of whose series are left, and `ready` ready.
  private func decision(
    newest: Int, at utilization: Double = 0.7, ready: Int = 10, queue: Double = 0,
    second: Double = 200
  ) throws -> Decision {
    var decider = decider()
    var observation = Observation(
      readings: [.perReplica(sum: 7, replicas: 10), .total(0)], currentReplicas: 10,
      readyReplicas: 10)
    observation.seriesReplicas = [10, nil]
    for past in 0..<60 { _ = try decider.decide(observation, atSeconds: Double(past)).get() }
    observation.readings = [
      .perReplica(sum: utilization * Double(newest), replicas: newest), .total(queue),
    ]
    observation.seriesReplicas = [newest, nil]
    observation.readyReplicas = ready
    observation.currentReplicas = ready
    _ = try decider.decide(observation, atSeconds: second - 1).get()
    return try decider.decide(observation, atSeconds: second).get()
  }

  @Test func `Series of ready replicas that vanish may raise the decision and not lower it`() throws
  {
    let held = try decision(newest: 5)
    #expect(held.desiredReplicas == 10)
    #expect(held.reasons.contains(Reason(.partlyKnown, trigger: "gpu", amount: 5, limit: 10)))
    #expect(try decision(newest: 8, at: 1).desiredReplicas == 12, "8 ÷ 0.7")
    #expect(try decision(newest: 5, queue: 600).desiredReplicas == 12)
    #expect(try decision(newest: 10).desiredReplicas == 10)
    // Those whose replicas are gone too are not missed, nor any five minutes later.
    #expect(try decision(newest: 5, ready: 5).desiredReplicas == 5)
    #expect(try decision(newest: 5, second: 359).desiredReplicas == 10)
    #expect(try decision(newest: 5, second: 500).desiredReplicas == 5)
  }

  @Test func `A known part below the activation threshold is not idle`() throws {
    let held = try decision(newest: 5, at: 0)
    #expect(held.isActive)
    #expect(try !decision(newest: 10, at: 0).isActive)
  }

  @Test func `Before any decision the known trigger may not go below what runs`() throws {
    var decider = decider()
    let decision = try decider.decide(
      Observation(readings: [.unknown, .total(50)], currentReplicas: 4), atSeconds: 0
    ).get()
    #expect(decision.desiredReplicas == 4)
  }

  @Test func `Under hold the last decision stands for holdFor and then there is an error`() throws {
    var decider = decider(onStale: .hold)
    _ = try decider.decide(
      Observation(readings: [.total(0), .total(500)]), atSeconds: 0
    ).get()
    let nothing = Observation(readings: [.unknown, .unknown])
    let held = try decider.decide(nothing, atSeconds: 29).get()
    #expect(held.desiredReplicas == 10)
    #expect(held.mode == .hold)
    #expect(throws: Undecided.self) { try decider.decide(nothing, atSeconds: 30).get() }
  }

  @Test func `At zero replicas a vanished per-replica series is no demand`() throws {
    var decider = decider()
    let decision = try decider.decide(
      Observation(readings: [.unknown, .total(0)], currentReplicas: 0, readyReplicas: 0),
      atSeconds: 0
    ).get()
    #expect(decision.desiredReplicas == 0)
    #expect(!decision.isActive)
  }

  @Test(arguments: [
    Double.nan, .infinity, -1, -.infinity, .greatestFiniteMagnitude,
  ])
  func `An impossible queue never makes a wild number`(queue: Double) throws {
    var decider = decider()
    let decision = try decider.decide(
      Observation(
        readings: [.perReplica(sum: 1, replicas: 2), .total(queue)], currentReplicas: 2,
        readyReplicas: 2), atSeconds: 0
    ).get()
    #expect(decision.desiredReplicas == 2)
  }

  @Test func `Time that goes backwards, ready above current and negative counts are survived`()
    throws
  {
    var decider = decider()
    for (second, current, ready) in [(10.0, 4, 4), (3.0, 2, 9), (.nan, -4, -2), (11.0, 4, 4)] {
      let decision = try decider.decide(
        Observation(
          readings: [.perReplica(sum: 2, replicas: 4), .total(100)], currentReplicas: current,
          readyReplicas: ready), atSeconds: second
      ).get()
      #expect(decision.desiredReplicas == 3)
    }
  }
}
