import ScalingEngine
import Testing

/// Thresholds `auto`: nothing about the fleet is given.
@Suite struct LearnedDecisionTests {
  private func policy(_ edit: (inout ScalingPolicy) -> Void = { _ in }) -> ScalingPolicy {
    var policy = ScalingPolicy(triggers: [
      TriggerPolicy(name: "queue", kind: .queueDepth, target: .learned),
      TriggerPolicy(name: "running", kind: .concurrency, target: .learned),
    ])
    edit(&policy)
    return policy
  }

  private func observation(
    queue: Double, running: Double, current: Int?, ready: Int?
  ) -> Observation {
    Observation(
      readings: [.total(queue), .total(running)], currentReplicas: current, readyReplicas: ready)
  }

  @Test func `Without a source of ready replicas auto is refused with the list of sources`() {
    var decider = ReplicaDecider(policy: policy())
    let outcome = decider.decide(
      observation(queue: 0, running: 10, current: nil, ready: nil), atSeconds: 0)
    guard case .failure(let undecided) = outcome else {
      Issue.record("decided \(outcome)")
      return
    }
    #expect(undecided.kind == .impossible)
    #expect(undecided.explanation.contains("replicasQuery"))
    #expect(undecided.explanation.contains("endpoints"))
  }

  @Test func `A full fleet with a growing queue asks for more within ten seconds`() throws {
    var decider = ReplicaDecider(policy: policy())
    var desired = 0
    for second in 0..<310 {
      let surge = Swift.max(0, Double(second - 299))
      let decision = try decider.decide(
        observation(
          queue: 50 * surge, running: surge > 0 ? 192 : 100 + Double(second % 7), current: 4,
          ready: 4), atSeconds: Double(second)
      ).get()
      desired = decision.desiredReplicas
    }
    #expect(desired >= 12)
  }

  @Test func `A fleet of a restarted scaler is not shrunk for one cold start`() throws {
    var decider = ReplicaDecider(policy: policy())
    for second in 0..<59 {
      let decision = try decider.decide(
        observation(queue: 0, running: 3, current: 10, ready: 10), atSeconds: Double(second)
      ).get()
      #expect(decision.desiredReplicas == 10, "at \(second)")
    }
  }

  @Test func `No replica and no knowledge: a growing queue doubles the fleet once per sync`()
    throws
  {
    var decider = ReplicaDecider(policy: policy())
    var counts: [Int] = []
    var current = 1
    for second in 0..<60 {
      let decision = try decider.decide(
        observation(queue: Double(20 * second), running: 0, current: current, ready: 0),
        atSeconds: Double(second)
      ).get()
      if second % 15 == 14 {
        current = decision.desiredReplicas
        counts.append(current)
      }
    }
    #expect(counts == [2, 4, 8, 16])
  }

  @Test func `With forecast off nothing is added for a queue`() throws {
    var decider = ReplicaDecider(policy: policy { $0.forecast = .off })
    for second in 0..<40 {
      let decision = try decider.decide(
        observation(queue: Double(100 * second), running: 40, current: 1, ready: 1),
        atSeconds: Double(second)
      ).get()
      let codes = decision.reasons.map(\.code)
      #expect(!codes.contains(.backlog) && !codes.contains(.escalation))
      #expect(!codes.contains(.forecast))
    }
  }

  @Test func `Numbers are kept to under the default forecast while there is no history`() throws {
    let policy = ScalingPolicy(triggers: [
      TriggerPolicy(name: "gpuUtilization", kind: .utilization, target: .number(0.7)),
      TriggerPolicy(name: "queueDepth", kind: .queueDepth, target: .number(50)),
    ])
    var decider = ReplicaDecider(policy: policy)
    for second in 0..<600 {
      let decision = try decider.decide(
        Observation(
          readings: [.perReplica(sum: 2, replicas: 2), .total(1000)], currentReplicas: 2,
          readyReplicas: 2), atSeconds: Double(second)
      ).get()
      #expect(decision.desiredReplicas == 20)
    }
  }

  @Test func `A steady fleet that never queues gives back what it started with too many`() throws {
    // 60 requests run, a replica has 12 slots: 20 replicas are four times what is needed. A step of
    // the probe, 20 ÷ 1.4 = 14.3, has to be more than the dead band of a quarter.
    var decider = ReplicaDecider(policy: policy { $0.coldStart = .seconds(10) })
    var replicas = 20
    for second in 0..<1800 {
      let running = Double(Swift.min(60, 12 * replicas))
      let decision = try decider.decide(
        observation(queue: 60 - running, running: running, current: replicas, ready: replicas),
        atSeconds: Double(second)
      ).get()
      replicas = decision.desiredReplicas
    }
    #expect((5...10).contains(replicas), "\(replicas)")
  }

  @Test func `Declared headroom comes on top`() throws {
    let triggers = [TriggerPolicy(name: "queue", kind: .queueDepth, target: .number(50))]
    for (headroom, expected) in [(Headroom.replicas(3), 13), (.share(0.2), 12), (.none, 10)] {
      var policy = ScalingPolicy(triggers: triggers)
      policy.forecast = .off
      policy.headroom = headroom
      var decider = ReplicaDecider(policy: policy)
      let decision = try decider.decide(
        Observation(readings: [.total(500)], readyReplicas: 10), atSeconds: 0
      ).get()
      #expect(decision.desiredReplicas == expected)
    }
  }
}
