import Simulation
import Testing
import TraceFormat

/// KEDA's part, the delays, and how advice becomes replicas, seen through whole runs.
@Suite struct ControlPathTests {
  /// Asks for one replica more each second, and notes nothing.
  private struct Staircase: ReplicaAdvisor {
    let name = "staircase"
    mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
      ReplicaAdvice(desired: observation.seconds + 1)
    }
  }

  /// Echoes one signal, so that the series shows what an advisor saw and when.
  private struct Echo: ReplicaAdvisor {
    let name = "echo"
    let signal: @Sendable (FleetObservation) -> Double?
    mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
      ReplicaAdvice(desired: signal(observation), isActive: true)
    }
  }

  private func settings() -> SimulationSettings {
    var settings = SimulationSettings(profile: .oneJob)
    settings.warmUpSeconds = 0
    settings.coldStartSeconds = 10
    settings.coldStartSigma = 0
    return settings
  }

  private func trace(_ seconds: [Double], lasting: Double) -> Trace {
    Trace(
      name: "test",
      arrivals: seconds.map { Arrival(seconds: $0, promptTokens: 64, outputTokens: 1) },
      durationSeconds: lasting)
  }

  private func counts(_ result: SimulationResult) -> [Int] {
    result.series.map(\.currentReplicas)
  }

  /// The seconds at which the count asked for changes, and to what.
  private func changes(_ result: SimulationResult) -> [[Int]] {
    let counts = counts(result)
    return counts.indices.dropFirst().filter { counts[$0] != counts[$0 - 1] }
      .map { [$0, counts[$0]] }
  }

  @Test(arguments: [0, 4, 14.5])
  func `the autoscaler acts every 15 s from its phase on`(phase: Double) {
    var settings = settings()
    settings.maxReplicas = 100
    settings.controlPath = .horizontalPodAutoscaler(.recommended(), phaseSeconds: phase)
    let result = SimulationRun.run(
      trace([], lasting: 60), settings: settings, advisor: Staircase())
    let whole = Int(phase)
    let expected = (0...3).map { [whole + 15 * $0, whole + 15 * $0 + 1] }
    #expect(changes(result) == (phase == 0 ? Array(expected.dropFirst()) : expected))
  }

  @Test func `the direct path acts every second, within the bounds`() {
    var settings = settings()
    settings.controlPath = .direct
    settings.maxReplicas = 4
    let result = SimulationRun.run(
      trace([], lasting: 6), settings: settings, advisor: Staircase())
    #expect(counts(result) == [1, 2, 3, 4, 4, 4])
  }

  @Test(arguments: [0, 1, 3])
  func `an advisor sees values as old as the scrape delay`(delay: Int) {
    var settings = settings()
    settings.controlPath = .direct
    settings.scrapeDelaySeconds = delay
    // Three jobs arrive in the second that ends at 5 s.
    let result = SimulationRun.run(
      trace([4.2, 4.3, 4.4], lasting: 12), settings: settings,
      advisor: Echo(signal: { $0.arrivals }))
    let advised = result.series.map(\.advisedReplicas)
    #expect(advised.firstIndex(of: 3) == 5 + delay)
    #expect(advised.prefix(delay).allSatisfy { $0 == nil })
  }

  @Test func `a hidden signal is unknown, not zero`() {
    var settings = settings()
    settings.hiddenSignals = [.running]
    let result = SimulationRun.run(
      trace([1], lasting: 5), settings: settings, advisor: Echo(signal: { $0.running }))
    #expect(result.series.allSatisfy { $0.advisedReplicas == nil })
    #expect(counts(result) == [1, 1, 1, 1, 1])
  }

  @Test func `a request wakes a workload at zero and 300 s of silence put it to sleep`() {
    var settings = settings()
    settings.minReplicas = 0
    settings.initialReplicas = 0
    settings.scrapeDelaySeconds = 0
    let result = SimulationRun.run(
      trace([4.5], lasting: 400), settings: settings,
      advisor: ThresholdAdvisor.concurrency(slots: 1, utilization: 1))
    // Waiting at 5 s, served from 15.0 to 15.1 s, last seen active at 15 s.
    #expect(changes(result) == [[5, 1], [316, 0]])
    #expect(result.score.timeouts == 0)
  }

  @Test func `polling wakes at the next poll, a push at once`() {
    var settings = settings()
    settings.minReplicas = 0
    settings.initialReplicas = 0
    settings.scrapeDelaySeconds = 0
    settings.activation.pollingSeconds = 30
    let advisor = ThresholdAdvisor.concurrency(slots: 1, utilization: 1)
    let load = trace([4.5], lasting: 60)
    #expect(
      changes(SimulationRun.run(load, settings: settings, advisor: advisor)).first == [30, 1])
    settings.activation.isPushed = true
    #expect(
      changes(SimulationRun.run(load, settings: settings, advisor: advisor)).first == [5, 1])
  }

  @Test func `an idle workload goes to its minimum in one step`() {
    var settings = settings()
    settings.minReplicas = 8
    settings.initialReplicas = 0
    settings.scrapeDelaySeconds = 0
    settings.activation.idleReplicas = 0
    let result = SimulationRun.run(
      trace([4.5], lasting: 30), settings: settings,
      advisor: ThresholdAdvisor.concurrency(slots: 1, utilization: 1))
    #expect(changes(result) == [[5, 8]])
  }

  @Test func `a threshold and an autoscaler that sees errors leave the count alone`() {
    var settings = settings()
    settings.initialReplicas = 6
    settings.controlPath = .horizontalPodAutoscaler(.recommended(), phaseSeconds: 0)
    let result = SimulationRun.run(
      trace([], lasting: 60), settings: settings, advisor: Echo(signal: { _ in nil }))
    #expect(counts(result).allSatisfy { $0 == 6 })
  }

  @Test func `a flip is a turn of the count from growing to shrinking or back`() {
    var settings = settings()
    settings.controlPath = .direct
    let plan = [1, 2, 3, 3, 2, 1, 1, 5, 5, 5]
    let result = SimulationRun.run(
      trace([], lasting: 10), settings: settings,
      advisor: PlannedAdvisor(name: "plan", counts: plan))
    #expect(result.score.flipsPerHour == 2 * 360)
  }

  @Test func `the warm-up is neither paid nor judged`() {
    var settings = settings()
    settings.warmUpSeconds = 50
    // At 0 s forty jobs for one replica, at 60 s one that waits for nothing.
    let load = trace(Array(repeating: 0, count: 40) + [60], lasting: 100)
    let result = SimulationRun.run(
      load, settings: settings, advisor: FixedAdvisor(replicas: 1))
    #expect(result.score.requests == 1)
    #expect(result.score.late2 == 0)
    #expect(abs(result.score.gpuHours - 50.0 / 3600) < 1e-9)
    #expect(result.series[1].late2 == 20 || result.series[1].late2 == 19)
  }

  @Test func `J is GPU-hours and ten times the compute for each share of late requests`() {
    var score = Score()
    score.gpuHours = 12
    score.pureComputeHours = 7
    score.late2 = 0.06
    score.late10 = 0.01
    #expect(abs(score.cost - 16.9) < 1e-9)
  }

  @Test func `the same seed gives the same run, another one other cold starts`() {
    let load = SyntheticLoad.benchmarkSet(seed: 2)[4].trace()
    var settings = SimulationSettings(profile: .a10g)
    let advisor = ThresholdAdvisor.concurrency(slots: 50, utilization: 0.5)
    let first = SimulationRun.run(load, settings: settings, advisor: advisor)
    #expect(SimulationRun.run(load, settings: settings, advisor: advisor) == first)
    settings.seed = 2
    #expect(SimulationRun.run(load, settings: settings, advisor: advisor) != first)
  }
}
