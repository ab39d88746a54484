import Testing

@testable import ScalingEngine

/// `forecast: seasonal`: the same hours of earlier days.
@Suite struct SeasonalTests {
  private let day = 86_400.0

  @Test func `Of five days the one in four that four of five stay within`() {
    var memory = SeasonalMemory(isOn: true)
    for (index, demand) in [4.0, 9, 6, 5, 20].enumerated() {
      memory.record(demand, isActive: true, atSeconds: Double(index) * day + 3600)
    }
    func expected(_ coverage: Double, _ second: Double, lead: Double = 70) -> Double? {
      memory.expected(coverage: coverage, leadSeconds: lead, atSeconds: 5 * day + second)?.demand
    }
    #expect(expected(0.8, 3600) == 9)
    #expect(expected(0.5, 3600) == 6)
    #expect(expected(1, 3600) == 20)
    #expect(expected(0.8, 3531) == 9, "a lead time ahead")
    #expect(expected(0.8, 3500) == nil, "a lead time and a half minute ahead")
    #expect(expected(0.8, 3630) == nil, "half a minute later")
  }

  @Test func `The load is expected to be there where it was on more than one of five days`() {
    func isExpected(activeOn days: Int, coverage: Double = 0.8) -> Bool? {
      var memory = SeasonalMemory(isOn: true)
      for index in 0..<5 {
        memory.record(0.5, isActive: index < days, atSeconds: Double(index) * day + 3600)
        memory.record(0.5, isActive: false, atSeconds: Double(index) * day + 3601)
      }
      return memory.expected(coverage: coverage, leadSeconds: 70, atSeconds: 5 * day + 3540)?
        .isActive
    }
    #expect(isExpected(activeOn: 0) == false)
    #expect(isExpected(activeOn: 1) == false)
    #expect(isExpected(activeOn: 2) == true)
    #expect(isExpected(activeOn: 2, coverage: 0.6) == false)
    #expect(isExpected(activeOn: 1, coverage: 0.9) == true)
  }

  @Test(arguments: [Forecast.seasonal, .trend])
  func `A load that came at nine yesterday wakes the workload at nine today`(
    forecast: Forecast
  ) throws {
    var policy = ScalingPolicy(triggers: [
      TriggerPolicy(
        name: "queue", kind: .queueDepth, target: .number(10), activationThreshold: 5)
    ])
    policy.forecast = forecast
    var decider = ReplicaDecider(policy: policy)
    var activeAt: [Double] = []
    for second in stride(from: 0, through: day + 36_000, by: 20) {
      let ofDay = second.truncatingRemainder(dividingBy: day)
      let isRush = second < day && ofDay >= 32_400 && ofDay < 34_200
      let decision = try decider.decide(
        Observation(readings: [.total(isRush ? 200 : 3)], currentReplicas: 0, readyReplicas: 0),
        atSeconds: second
      ).get()
      if second >= day, decision.isActive { activeAt.append(second - day) }
    }
    if forecast == .seasonal {
      // From a lead time before nine to half past, to half-minutes.
      #expect(activeAt.first == 32_340 && activeAt.last == 34_180)
    } else {
      #expect(activeAt.isEmpty)
    }
  }

  @Test func `A lead time across midnight looks into the next day`() {
    var memory = SeasonalMemory(isOn: true)
    memory.record(3, isActive: true, atSeconds: day - 30)
    memory.record(7, isActive: true, atSeconds: day)
    let seen = memory.expected(coverage: 0.8, leadSeconds: 70, atSeconds: 2 * day - 40)
    #expect(seen?.demand == 7)
  }

  @Test func `A day is forgotten after a week, also by a process that slept`() {
    var memory = SeasonalMemory(isOn: true)
    memory.record(7, isActive: true, atSeconds: 100)
    memory.record(1, isActive: true, atSeconds: 7 * day)
    #expect(memory.expected(coverage: 1, leadSeconds: 60, atSeconds: 7 * day + 70)?.demand == 7)
    memory.record(1, isActive: true, atSeconds: 9 * day)
    #expect(memory.expected(coverage: 1, leadSeconds: 60, atSeconds: 9 * day + 70) == nil)
    memory.record(1, isActive: true, atSeconds: 400 * day)
    #expect(memory.expected(coverage: 1, leadSeconds: 60, atSeconds: 400 * day + 70) == nil)
  }

  @Test func `Days that another has lived through are taken over, and own ones are kept`() {
    var past = SeasonalMemory(isOn: true)
    past.record(9, isActive: true, atSeconds: day + 3600)
    past.record(4, isActive: true, atSeconds: 2 * day + 3600)
    var own = SeasonalMemory(isOn: true)
    own.record(6, isActive: true, atSeconds: 2 * day + 3600)
    own.record(1, isActive: true, atSeconds: 3 * day + 3500)
    own.absorb(past)
    func expected(_ coverage: Double) -> Double? {
      own.expected(coverage: coverage, leadSeconds: 30, atSeconds: 3 * day + 3600)?.demand
    }
    #expect(expected(0.5) == 6, "of the larger of two for one half-minute")
    #expect(expected(1) == 9)
    // What is over a week old is not taken over.
    var late = SeasonalMemory(isOn: true)
    late.record(1, isActive: true, atSeconds: 20 * day)
    late.absorb(past)
    #expect(late.expected(coverage: 1, leadSeconds: 30, atSeconds: 9 * day + 3600) == nil)
  }

  @Test func `Its history takes 92 KB, and nothing where it is not asked for`() {
    #expect(SeasonalMemory(isOn: true).bytes <= 93_000)
    #expect(SeasonalMemory(isOn: false).bytes == 0)
  }

  @Test(arguments: [Forecast.seasonal, .trend])
  func `What came at nine yesterday is there at nine today`(forecast: Forecast) throws {
    var policy = ScalingPolicy(triggers: [
      TriggerPolicy(name: "queue", kind: .queueDepth, target: .number(10))
    ])
    policy.forecast = forecast
    var decider = ReplicaDecider(policy: policy)
    var beforeNine: Decision?
    for second in stride(from: 0, through: day + 32_340, by: 20) {
      let ofDay = second.truncatingRemainder(dividingBy: day)
      let isRush = ofDay >= 32_400 && ofDay < 34_200
      let decision = try decider.decide(
        Observation(
          readings: [.total(isRush ? 200 : 20)], currentReplicas: 2, readyReplicas: 2),
        atSeconds: second
      ).get()
      beforeNine = decision
    }
    let codes = beforeNine?.reasons.map(\.code) ?? []
    #expect(codes.contains(.seasonal) == (forecast == .seasonal))
    #expect((beforeNine?.desiredReplicas == 20) == (forecast == .seasonal))
    #expect(decider.stateBytes <= 20_000)
  }
}
