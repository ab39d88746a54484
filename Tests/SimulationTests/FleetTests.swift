import Simulation
import Testing
import TraceFormat

/// The replica model, seen through whole runs with times worked out by hand.
@Suite struct FleetTests {
  /// One second of overhead a step and nothing else: prompt of n chunks = n seconds.
  private var clockwork: FleetProfile {
    FleetProfile(
      name: "clockwork", overheadSeconds: 1, memorySeconds: 0, secondsPerToken: 0,
      secondsPerContextToken: 0, secondsPerAttentionPair: 0, maxSequences: 2, cacheTokens: 100,
      stepTokenBudget: 10)
  }

  private func settings(_ profile: FleetProfile, replicas: Int = 1) -> SimulationSettings {
    var settings = SimulationSettings(profile: profile)
    settings.initialReplicas = replicas
    settings.warmUpSeconds = 0
    settings.controlPath = .direct
    settings.coldStartSigma = 0
    return settings
  }

  private func run(
    _ arrivals: [(Double, Int, Int)], seconds: Double, _ settings: SimulationSettings,
    counts: [Int]? = nil
  ) -> SimulationResult {
    let trace = Trace(
      name: "test",
      arrivals: arrivals.map { Arrival(seconds: $0.0, promptTokens: $0.1, outputTokens: $0.2) },
      durationSeconds: seconds)
    let advisor = PlannedAdvisor(name: "plan", counts: counts ?? [settings.initialReplicas])
    return SimulationRun.run(trace, settings: settings, advisor: advisor)
  }

  @Test func `a request runs its prompt's chunks and one step per further token`() {
    // 25 tokens in chunks of 10, 10, 5: first token at 3.5; 4 more tokens: done at 7.5.
    let result = run([(0.5, 25, 5)], seconds: 12, settings(clockwork))
    #expect(result.series.map(\.running) == [0, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0, 0])
    #expect(result.score.late2 == 0)
  }

  @Test func `GPU utilization is 97 percent of the time in which a step ran`() {
    let result = run([(0.5, 25, 5)], seconds: 12, settings(clockwork))
    let utilization = result.series.map { $0.gpuUtilizationPercent ?? -1 }
    #expect(utilization[1] == 48.5)
    #expect(Array(utilization[2...7]) == Array(repeating: 97, count: 6))
    #expect(utilization[8] == 48.5)
    #expect(utilization[9] == 0)
  }

  @Test func `behind a large request that has left, a small one takes what room there is`() {
    // 90 tokens wait from 1 on until one of two replicas is empty, at 10. 15 tokens behind them
    // would fit into the other, which goes on with its 70 until 60.
    let result = run(
      [(0, 10, 10), (0, 10, 60), (1, 10, 80), (2, 10, 5)], seconds: 80,
      settings(clockwork, replicas: 2))
    #expect(result.series[9].queueDepth == 2)
    #expect(result.series[11].queueDepth == 0)
    #expect(result.score.late2 == 0.5)
    #expect(result.score.late10 == 0)
  }

  @Test func `a full replica lets the next request wait`() {
    // Two slots, each busy until 1 + 10 = 11; the third starts at 11 and its token comes at 12.
    let result = run(
      [(0, 5, 11), (0, 5, 11), (0, 5, 11)], seconds: 30, settings(clockwork))
    #expect(result.series[5].queueDepth == 1)
    #expect(result.series[12].queueDepth == 0)
    #expect(result.score.late2 == 1.0 / 3)
    #expect(result.score.late10 == 1.0 / 3)
  }

  @Test func `the cache limits what runs, and one larger request still runs alone`() {
    // 60 + 60 tokens do not fit into 100, so the second waits for the first.
    let two = run([(0, 10, 50), (0.5, 10, 50)], seconds: 120, settings(clockwork))
    #expect(two.series[20].running == 1 && two.series[20].queueDepth == 1)
    let large = run([(0, 10, 200)], seconds: 300, settings(clockwork))
    #expect(large.series[50].running == 1)
    #expect(large.score.late2 == 0)
  }

  @Test func `the shared queue keeps prompts until a step has budget for them`() {
    // The first prompt fills the steps until 3 s; the second is admitted for the step after that.
    let result = run([(0, 30, 2), (0.5, 10, 2)], seconds: 20, settings(clockwork))
    #expect(result.series[1].queueDepth == 1)
    #expect(result.series[3].queueDepth == 0)
  }

  @Test func `under least-loaded routing a request stays where it was sent`() {
    var slow = settings(clockwork, replicas: 2)
    slow.router = .leastLoaded
    // Four long ones fill both; the fifth waits at the first replica, the sixth at the second.
    let arrivals = (0..<6).map { (Double($0) * 0.1, 5, 20) }
    let result = run(arrivals, seconds: 80, slow)
    #expect(result.series[3].running == 4)
    #expect(result.series[3].queueDepth == 2)
  }

  @Test func `one job at a time on the one-job profile`() {
    // 64 prompt tokens: one step of 0.1 s; 10 tokens: 1 s per job.
    let arrivals = (0..<5).map { _ in (0.5, 64, 10) }
    let result = run(arrivals, seconds: 10, settings(.oneJob))
    #expect(result.series.map(\.queueDepth) == [0, 4, 3, 2, 1, 0, 0, 0, 0, 0])
    #expect(result.series.map(\.running) == [0, 1, 1, 1, 1, 1, 0, 0, 0, 0])
  }

  @Test func `a replica asked for is ready one cold start later and paid from the start`() {
    let result = run([], seconds: 120, settings(clockwork), counts: [1, 1, 1, 3])
    #expect(result.series[2].currentReplicas == 1)
    #expect(result.series[3].currentReplicas == 3 && result.series[3].readyReplicas == 1)
    #expect(result.series[62].readyReplicas == 1 && result.series[63].readyReplicas == 3)
    #expect(abs(result.score.gpuHours - (120 + 2 * 117) / 3600) < 1e-9)
  }

  @Test func `scaling down takes starting replicas before ready ones`() {
    let counts = [2, 4] + Array(repeating: 4, count: 20) + [2]
    let result = run([], seconds: 100, settings(clockwork, replicas: 2), counts: counts)
    #expect(result.series.allSatisfy { $0.readyReplicas == 2 })
    #expect(result.series[99].currentReplicas == 2)
  }

  @Test func `a draining replica finishes what runs and is paid until then`() {
    // Both replicas run one request until 21 s; the younger is told to go at 5 s.
    let counts = Array(repeating: 2, count: 5) + [1]
    let arrivals = [(0.0, 5, 21), (0.0, 5, 21), (6.0, 5, 2), (6.0, 5, 2)]
    let result = run(arrivals, seconds: 60, settings(clockwork, replicas: 2), counts: counts)
    #expect(result.series[5].currentReplicas == 1 && result.series[5].occupiedReplicas == 2)
    #expect(result.series[7].running == 3)
    #expect(result.series[7].queueDepth == 1)
    #expect(result.series[21].occupiedReplicas == 1)
    #expect(abs(result.score.gpuHours - (60 + 21) / 3600) < 1e-9)
  }

  @Test func `what waits at a draining replica is routed again`() {
    var slow = settings(clockwork, replicas: 2)
    slow.router = .leastLoaded
    let counts = Array(repeating: 2, count: 5) + [1]
    let result = run(
      (0..<6).map { (Double($0) * 0.1, 5, 20) }, seconds: 100, slow, counts: counts)
    #expect(result.series[6].queueDepth == 2)
    #expect(result.score.requests == 6)
    #expect(result.series.last?.running == 0)
  }

  @Test func `a client leaves after 120 s in a queue and counts as late`() {
    let none = settings(clockwork, replicas: 0)
    var asleep = none
    asleep.minReplicas = 0
    let result = run([(1, 5, 5)], seconds: 200, asleep, counts: [0])
    #expect(result.series[120].queueDepth == 1)
    #expect(result.series[123].queueDepth == 0)
    #expect(result.score.timeouts == 1)
    #expect(result.score.late10 == 1)
    #expect(result.series[2].late10 == 1)
  }
}
