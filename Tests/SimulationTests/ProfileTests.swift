import Simulation
import Testing
import TraceFormat

/// The built-in profiles against figures that are known of them.
@Suite struct ProfileTests {
  private func trace(_ count: Int, prompt: Int, output: Int, lasting: Double) -> Trace {
    Trace(
      name: "test",
      arrivals: (0..<count).map { _ in
        Arrival(seconds: 0, promptTokens: prompt, outputTokens: output)
      }, durationSeconds: lasting)
  }

  private func settings(_ profile: FleetProfile) -> SimulationSettings {
    var settings = SimulationSettings(profile: profile)
    settings.warmUpSeconds = 0
    return settings
  }

  @Test func `profiles are found by name`() {
    #expect(FleetProfile.named("a10g-8b") == .a10g)
    #expect(FleetProfile.all.map(\.name) == ["a100-8b", "h100-8b", "a10g-8b", "one-job"])
    #expect(FleetProfile.named("tpu") == nil)
  }

  @Test func `one stream on an A100 makes 75 tokens a second`() {
    // 3.4 ms + 9.7 ms + 85 ns per token of context: 1000 steps of 13.1 to 13.2 ms.
    let result = SimulationRun.run(
      trace(1, prompt: 10, output: 1000, lasting: 20), settings: settings(.a100),
      advisor: FixedAdvisor(replicas: 1))
    #expect(result.series[13].running == 1 && result.series[14].running == 0)
  }

  @Test func `a saturated A10G is limited by its cache, not by its slots`() {
    // 800 tokens a request: 50 fit into 40 000.
    let load = trace(1, prompt: 600, output: 200, lasting: 1)
    let a10g = SaturatedReplica(load, profile: .a10g)
    #expect(a10g.slots > 45 && a10g.slots <= 50)
    let oneJob = SaturatedReplica(load, profile: .oneJob)
    #expect(abs(oneJob.slots - 1) < 0.01)
    // 10 steps of prompt and 199 of decoding at 0.1 s.
    #expect(abs(oneJob.requestsPerSecond - 1 / 20.9) < 0.001)
  }

  @Test func `pure compute is the arithmetic alone`() {
    // One-job: 640 prompt tokens are 10 steps' worth, 9 further tokens 9 steps: 1.9 s each.
    let result = SimulationRun.run(
      trace(3, prompt: 640, output: 10, lasting: 10), settings: settings(.oneJob),
      advisor: FixedAdvisor(replicas: 1))
    #expect(abs(result.score.pureComputeHours * 3600 - 5.7) < 1e-9)
  }

  @Test func `many equal requests take as long in jumps as step by step`() {
    // 20 sequences of 100 tokens decode together: prefill of 2000 tokens in one step, then 99 steps
    // of 20 tokens with 20 more tokens of context each.
    let profile = FleetProfile(
      name: "plain", overheadSeconds: 0.01, memorySeconds: 0, secondsPerToken: 0,
      secondsPerContextToken: 1e-6, secondsPerAttentionPair: 0, maxSequences: 32,
      cacheTokens: 100_000, stepTokenBudget: 4096)
    var expected = 0.01
    for step in 1...99 { expected += 0.01 + 1e-6 * Double(20 * (100 + step)) }
    let result = SimulationRun.run(
      trace(20, prompt: 100, output: 100, lasting: 10), settings: settings(profile),
      advisor: FixedAdvisor(replicas: 1))
    let busy = result.series.reduce(0) { $0 + ($1.gpuUtilizationPercent ?? 0) / 97 }
    // The first request starts a step alone, the other 19 share the second.
    #expect(abs(busy - expected - 0.01) < 0.02)
    let running = result.series.lastIndex { $0.running > 0 }
    #expect(running == 1)
  }
}
