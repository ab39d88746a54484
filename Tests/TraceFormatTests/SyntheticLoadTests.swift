import Testing
import TraceFormat

@Suite struct SyntheticLoadTests {
  private func load(_ shape: LoadShape, seconds: Double = 2000, seed: UInt64 = 3) -> Trace {
    SyntheticLoad(name: "test", shape: shape, durationSeconds: seconds, seed: seed).trace()
  }

  private func rate(_ trace: Trace, from: Double, to: Double) -> Double {
    Double(trace.arrivals.count { $0.seconds >= from && $0.seconds < to }) / (to - from)
  }

  @Test func `the same seed gives the same trace, another one another trace`() {
    #expect(load(.constant(rate: 5)) == load(.constant(rate: 5)))
    #expect(load(.constant(rate: 5)) != load(.constant(rate: 5), seed: 4))
  }

  @Test func `arrivals of a constant rate are Poisson`() {
    let trace = load(.constant(rate: 10))
    let counts = (0..<2000).map { second in
      Double(trace.arrivals.count { Int($0.seconds) == second })
    }
    let mean = counts.reduce(0, +) / 2000
    let variance = counts.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2000
    #expect(abs(mean - 10) < 0.3)
    #expect(abs(variance / mean - 1) < 0.12)
  }

  @Test func `token lengths have the means asked for`() {
    let arrivals = load(.constant(rate: 20)).arrivals
    let prompt = Double(arrivals.map(\.promptTokens).reduce(0, +)) / Double(arrivals.count)
    let output = Double(arrivals.map(\.outputTokens).reduce(0, +)) / Double(arrivals.count)
    #expect(abs(prompt - 600) < 15)
    #expect(abs(output - 220) < 6)
  }

  @Test func `a step goes up and comes back`() {
    let trace = load(.step(base: 5, peak: 25, at: 500, lasting: 1000))
    #expect(abs(rate(trace, from: 0, to: 500) - 5) < 0.5)
    #expect(abs(rate(trace, from: 500, to: 1500) - 25) < 0.7)
    #expect(abs(rate(trace, from: 1500, to: 2000) - 5) < 0.5)
  }

  @Test func `a ramp is a straight line up and down`() {
    let trace = load(.ramp(base: 0, peak: 20, from: 0, to: 400, back: 1600))
    #expect(abs(rate(trace, from: 100, to: 300) - 10) < 1)
    #expect(abs(rate(trace, from: 600, to: 1600) - 20) < 0.7)
    #expect(abs(rate(trace, from: 1700, to: 1900) - 10) < 1)
  }

  @Test func `scheduled spikes come on time`() {
    let trace = load(.scheduled(base: 2, peak: 30, first: 100, every: 500, lasting: 50))
    #expect(rate(trace, from: 0, to: 100) < 3)
    for start in [100.0, 600, 1100, 1600] {
      #expect(rate(trace, from: start, to: start + 50) > 25)
      #expect(rate(trace, from: start + 50, to: start + 400) < 3)
    }
  }

  @Test func `on and off starts silent`() {
    let trace = load(.onOff(rate: 10, meanOn: 50, meanOff: 100))
    #expect(trace.arrivals.first.map { $0.seconds > 1 } == true)
    #expect(rate(trace, from: 0, to: 2000) < 8)
  }

  @Test func `an outage is silent and the return is stronger`() {
    let trace = load(.outage(base: 10, at: 800, lasting: 200, retry: 3))
    #expect(rate(trace, from: 800, to: 1000) == 0)
    #expect(rate(trace, from: 1000, to: 1030) > 20)
    #expect(abs(rate(trace, from: 1100, to: 2000) - 10) < 1)
  }

  @Test func `a token shift lengthens requests and not their rate`() {
    var load = SyntheticLoad(
      name: "test", shape: .constant(rate: 10), durationSeconds: 2000, seed: 5)
    load.tokenShiftAt = 1000
    load.tokenShiftFactor = 3
    let trace = load.trace()
    let before = trace.arrivals.filter { $0.seconds < 1000 }.map(\.promptTokens)
    let after = trace.arrivals.filter { $0.seconds >= 1000 }.map(\.promptTokens)
    let means = [before, after].map { Double($0.reduce(0, +)) / Double($0.count) }
    #expect(abs(means[1] / means[0] - 3) < 0.25)
    #expect(abs(Double(after.count) / Double(before.count) - 1) < 0.1)
  }

  @Test func `the built-in loads are ordered, inside their hour and not empty`() {
    let loads = SyntheticLoad.benchmarkSet(seed: 1)
    #expect(Set(loads.map(\.name)).count == loads.count)
    for load in loads {
      let trace = load.trace()
      #expect(trace.durationSeconds == 3600, "\(load.name)")
      #expect(trace.arrivals.count > 10_000, "\(load.name)")
      #expect(trace.arrivals.last.map { $0.seconds < 3600 } == true, "\(load.name)")
    }
  }
}
