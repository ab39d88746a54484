import Testing

@testable import ScalingEngine

/// How long the load stayed away before, and what it needed when it came back.
@Suite struct SilenceMemoryTests {
  /// What a load does for some seconds: how many replicas it needs; 0 is silence.
  private typealias Stretch = (seconds: Int, demand: Double)

  private func remembering(_ stretches: [Stretch]) -> SilenceMemory {
    var memory = SilenceMemory(.inForce)
    var now = 0.0
    for stretch in stretches {
      for _ in 0..<stretch.seconds {
        memory.record(
          isActive: stretch.demand > 0, demand: stretch.demand, leadSeconds: 70, atSeconds: now)
        now += 1
      }
    }
    return memory
  }

  private func expected(
    _ memory: SilenceMemory, coverage: Double = 0.8, at seconds: Double
  ) -> Double? {
    memory.expected(coverage: coverage, leadSeconds: 70, atSeconds: seconds)
  }

  @Test func `After one silence of 500 s the next is met from 421 s to 566 s`() {
    // It stands for 400 to 600 s, beside one without an end that weighs half as much. From
    // 421 s on 0.35 of at most 1.395 ends within a lead time; after 566 s less than 0.167 may end.
    let memory = remembering([(100, 6), (500, 0), (100, 6), (600, 0)])
    let met = (1...600).filter { expected(memory, coverage: 0.75, at: 700 + Double($0)) == 6 }
    #expect(met == Array(421...566))
  }

  @Test func `The quantile is of what silences that may still end needed, the most first`() {
    let stretches: [Stretch] = [
      (60, 4), (200, 0), (60, 4), (200, 0), (60, 9), (200, 0), (60, 5), (160, 0),
    ]
    let memory = remembering(stretches)
    // Three silences of 160 to 240 s; at 160 s 70 of 80 s of each come within a lead time.
    let at = 840.0 + 160
    #expect(expected(memory, coverage: 0.8, at: at) == 9)
    #expect(expected(memory, coverage: 0.7, at: at) == 5)
    #expect(expected(memory, coverage: 0.4, at: at) == 4)
    #expect(expected(memory, coverage: 0.2, at: at) == nil)
  }

  @Test
  func `Nothing is expected while the load is there, before a silence was seen, or of a blink`() {
    #expect(expected(remembering([(100, 6), (500, 0), (10, 6)]), at: 609) == nil)
    #expect(expected(remembering([(100, 6), (500, 0)]), at: 600) == nil)
    // Its beginning was not seen.
    #expect(expected(remembering([(500, 0), (100, 6), (490, 0)]), at: 1090) == nil)
    // 19 s are no silence, 20 s are one.
    #expect(expected(remembering([(60, 6), (19, 0), (60, 6), (10, 0)]), at: 149) == nil)
    #expect(expected(remembering([(60, 6), (20, 0), (60, 6), (10, 0)]), at: 150) == 6)
  }

  @Test func `Whether a silence ends soon is told from its length alone`() {
    let memory = remembering([(60, 6), (500, 0), (60, 6), (500, 0)])
    func comesBack(at seconds: Double) -> Bool? {
      memory.comesBack(within: 150, coverage: 0.8, atSeconds: 620 + seconds)
    }
    // Lengths from 400 to 600 s: more than 0.3 of 1.5 end within 150 s from 311 s on, and after
    // 575 s less than a fifth of what is left.
    #expect(comesBack(at: 1) == false)
    #expect(comesBack(at: 309) == false)
    #expect(comesBack(at: 311) == true)
    #expect(comesBack(at: 574) == true)
    #expect(comesBack(at: 576) == false)
    #expect(
      remembering([(60, 6), (500, 0)]).comesBack(within: 150, coverage: 0.8, atSeconds: 560) == nil)
  }

  @Test func `A silence in which something was not known is not learned from`() {
    func memory(gap: Double) -> SilenceMemory {
      var memory = remembering([(60, 6), (100, 0)])
      for second in 0..<100 {
        memory.record(
          isActive: false, demand: 0, leadSeconds: 70, atSeconds: 159 + gap + Double(second))
      }
      let end = 259 + gap
      memory.record(isActive: true, demand: 6, leadSeconds: 70, atSeconds: end)
      memory.record(isActive: false, demand: 0, leadSeconds: 70, atSeconds: end + 1)
      return memory
    }
    #expect(expected(memory(gap: 9), at: 260 + 9 + 200) == 6)
    #expect(expected(memory(gap: 10), at: 260 + 10 + 200) == nil)
  }

  @Test func `What began over half an hour ago is forgotten`() {
    // The first began at 10 s: 1 780 s ago at 580 s of the next, and 1 801 s ago at 601 s.
    let memory = remembering([(10, 6), (600, 0), (600, 6), (580, 0)])
    #expect(expected(memory, at: 1210 + 580) == 6)
    #expect(expected(memory, at: 1210 + 601) == nil)
  }

  @Test func `One that saw the last half hour only expects the same`() throws {
    var policy = ScalingPolicy(triggers: [
      TriggerPolicy(name: "running", kind: .concurrency, target: .number(10))
    ])
    policy.scaleDownDelay = .seconds(30)
    var whole = ReplicaDecider(policy: policy)
    var restarted = ReplicaDecider(policy: policy)
    var returned = 0
    for second in 0..<7200 {
      // Three minutes of load, of another size each time, and five of silence.
      let (cycle, within) = second.quotientAndRemainder(dividingBy: 480)
      let isThere = within < 180
      let running = isThere ? 60 + 10 * Double(cycle % 4) : 0
      let observation = Observation(
        readings: [.total(running)], currentReplicas: isThere ? 8 : 1,
        readyReplicas: isThere ? 8 : 1)
      let decision = try whole.decide(observation, atSeconds: Double(second)).get()
      guard second >= 7200 - 900 - 1800 else { continue }
      let again = try restarted.decide(observation, atSeconds: Double(second)).get()
      guard second >= 7200 - 900 else { continue }
      #expect(again.desiredReplicas == decision.desiredReplicas, "second \(second)")
      #expect(again.isActive == decision.isActive, "second \(second)")
      if decision.reasons.contains(where: { $0.code == .returning }) { returned += 1 }
    }
    #expect(returned > 30)
  }
}
