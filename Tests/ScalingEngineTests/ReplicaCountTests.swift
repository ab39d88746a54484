import Testing

@testable import ScalingEngine

/// Replicas on their way, where only the ready ones are told.
@Suite struct ReplicaCountTests {
  @Test func `A hint that has stood for one sync is current`() {
    var count = ReplicaCount()
    func current(_ ready: Int?, _ second: Double) -> Int? {
      count.current(readyReplicas: ready, leadSeconds: 70, atSeconds: second)
    }
    for second in 0..<40 { count.record(hint: second < 20 ? 4 : 9, atSeconds: Double(second)) }
    #expect(current(4, 40) == 9)
    #expect(current(9, 41) == 9)
    count.record(hint: 3, atSeconds: 42)
    #expect(current(9, 42) == 9, "what is ready runs")
    #expect(current(nil, 42) == nil)
  }

  @Test func `A hint is not current before a sync, nor for ever without a replica`() {
    var count = ReplicaCount()
    var seen: [Int: Int?] = [:]
    for second in 0..<400 {
      let now = Double(second)
      seen[second] = count.current(readyReplicas: 4, leadSeconds: 70, atSeconds: now)
      count.record(hint: second < 100 ? 4 : 9, atSeconds: now)
    }
    #expect(seen[110] == 4)
    #expect(seen[120] == 9)
    #expect(seen[250] == 9)
    #expect(seen[300] == 4, "no room, or a lower maximum elsewhere")
  }

  @Test func `The cold start is the median of what was seen, and told counts need no credit`() {
    var pipeline = ReplicaPipeline()
    var now = 0.0
    var replicas = 1
    for took in [50.0, 60, 55, 400, 65] {
      pipeline.record(current: replicas, ready: replicas, atSeconds: now)
      pipeline.record(current: replicas + 1, ready: replicas, askedBefore: 8, atSeconds: now + 8)
      pipeline.record(current: replicas + 1, ready: replicas + 1, atSeconds: now + took)
      replicas += 1
      now += 1000
    }
    #expect(pipeline.learnedSeconds == 60)
  }

  @Test func `Where only ready replicas are told a standing queue escalates once`() throws {
    let triggers = [
      TriggerPolicy(name: "queue", kind: .queueDepth, target: .learned),
      TriggerPolicy(name: "running", kind: .concurrency, target: .number(1000)),
    ]
    var decider = ReplicaDecider(policy: ScalingPolicy(triggers: triggers))
    var escalated: [Int] = []
    for second in 0..<60 {
      let decision = try decider.decide(
        Observation(readings: [.total(60), .total(400)], readyReplicas: 10),
        atSeconds: Double(second)
      ).get()
      if decision.reasons.contains(where: { $0.code == .escalation }) {
        escalated.append(decision.desiredReplicas)
      }
    }
    #expect(escalated.first ?? 0 >= 13)
  }

  @Test func `Headroom comes on top of the growth that is expected`() throws {
    for (headroom, expected) in [
      (Headroom.none, 5.0...6.0), (.replicas(3), 8...9), (.share(1), 10...11),
    ] {
      var policy = ScalingPolicy(triggers: [
        TriggerPolicy(name: "queue", kind: .queueDepth, target: .learned),
        TriggerPolicy(name: "running", kind: .concurrency, target: .number(10)),
      ])
      policy.headroom = headroom
      var decider = ReplicaDecider(policy: policy)
      let decision = try decider.decide(
        Observation(readings: [.total(0), .total(40)], currentReplicas: 1, readyReplicas: 1),
        atSeconds: 0
      ).get()
      // 40 ÷ 10 = 4, and a quarter for growth while there is no history.
      #expect(expected.contains(Double(decision.desiredReplicas)))
    }
  }
}
