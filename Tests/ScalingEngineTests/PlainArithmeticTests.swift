import ScalingEngine
import Testing

/// Thresholds that are numbers, nothing learned: what KEDA's arithmetic gives with totals done right.
@Suite struct PlainArithmeticTests {
  private func decider(_ edit: (inout ScalingPolicy) -> Void = { _ in }) -> ReplicaDecider {
    var policy = ScalingPolicy(triggers: [
      TriggerPolicy(name: "gpuUtilization", kind: .utilization, target: .number(0.7)),
      TriggerPolicy(name: "queueDepth", kind: .queueDepth, target: .number(50)),
    ])
    policy.forecast = .off
    edit(&policy)
    return ReplicaDecider(policy: policy)
  }

  private func observation(
    utilization sum: Double, replicas: Int, queue: Double
  ) -> Observation {
    Observation(
      readings: [.perReplica(sum: sum, replicas: replicas), .total(queue)],
      readyReplicas: replicas)
  }

  @Test func `Two full replicas and 1000 waiting against 50 ask for 20 at once`() throws {
    var decider = decider()
    let decision = try decider.decide(
      observation(utilization: 2, replicas: 2, queue: 1000), atSeconds: 0
    ).get()
    #expect(decision.desiredReplicas == 20)
    #expect(decision.reasons.contains { $0.code == .demand && $0.trigger == "queueDepth" })
  }

  @Test(arguments: [(2, 3), (4, 6), (7, 10), (20, 29)])
  func `Full replicas alone ask for their sum over the target, never stuck at two`(
    replicas: Int, expected: Int
  ) throws {
    var decider = decider()
    let decision = try decider.decide(
      observation(utilization: Double(replicas), replicas: replicas, queue: 0), atSeconds: 0
    ).get()
    #expect(decision.desiredReplicas == expected)
  }

  @Test func `A mean without ready replicas is an explained error, not a number`() {
    var decider = decider()
    let outcome = decider.decide(
      Observation(readings: [.average(1), .total(0)]), atSeconds: 0)
    guard case .failure(let undecided) = outcome else {
      Issue.record("decided \(outcome)")
      return
    }
    #expect(undecided.kind == .impossible)
    #expect(undecided.explanation.contains("replicasQuery"))
  }

  @Test func `A mean with ready replicas becomes their sum`() throws {
    var decider = decider()
    let decision = try decider.decide(
      Observation(readings: [.average(1), .total(0)], readyReplicas: 7), atSeconds: 0
    ).get()
    #expect(decision.desiredReplicas == 10)
  }

  @Test func `Lower demand is damped by the stable window and then followed`() throws {
    var decider = decider()
    var counts: [Int] = []
    for second in 0..<200 {
      let queue = second < 60 ? 1000.0 : 100
      counts.append(
        try decider.decide(
          Observation(
            readings: [.total(0), .total(queue)], currentReplicas: 20, readyReplicas: 20),
          atSeconds: Double(second)
        ).get().desiredReplicas)
    }
    #expect(counts[59] == 20)
    #expect(counts[61] == 20)
    #expect(counts[199] == 2)
    #expect(zip(counts[60...], counts[61...]).allSatisfy { $0 >= $1 })
  }

  @Test func `A hint raised for one second stands for one HPA sync`() throws {
    var decider = decider {
      $0.stableWindow = .seconds(1); $0.panicWindow = .seconds(1)
    }
    for second in 0..<30 {
      let queue = second == 5 ? 1000.0 : 50
      let decision = try decider.decide(
        Observation(readings: [.total(0), .total(queue)], readyReplicas: 20),
        atSeconds: Double(second)
      ).get()
      #expect(decision.desiredReplicas == ((5...20).contains(second) ? 20 : 1), "at \(second)")
    }
  }

  @Test func `Demand at twice the ready capacity is panic, and a quiet stable window ends it`()
    throws
  {
    var decider = decider()
    var modes: [Decision.Mode] = []
    for second in 0..<90 {
      let queue = second < 10 ? 250.0 : 100
      modes.append(
        try decider.decide(
          Observation(readings: [.total(0), .total(queue)], readyReplicas: 2),
          atSeconds: Double(second)
        ).get().mode)
    }
    #expect(modes[0] == .panic)
    #expect(modes[60] == .panic)
    #expect(modes[89] == .stable)
  }

  @Test func `Bounds cut the hint and the shortfall against capacity is told`() throws {
    var decider = decider { $0.maxReplicas = 15 }
    let decision = try decider.decide(
      Observation(
        readings: [.total(0), .total(1000)], currentReplicas: 2, readyReplicas: 2,
        placeableReplicas: 12),
      atSeconds: 0
    ).get()
    #expect(decision.desiredReplicas == 12)
    #expect(decision.shortfall == 3)
  }
}
