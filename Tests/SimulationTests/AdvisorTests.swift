import Simulation
import Testing
import TraceFormat

@Suite struct AdvisorTests {
  private func observation(
    _ seconds: Double, queue: Double? = nil, running: Double? = nil, ready: Int? = nil,
    utilization: Double? = nil
  ) -> FleetObservation {
    var observation = FleetObservation(seconds: seconds)
    observation.queueDepth = queue
    observation.running = running
    observation.readyReplicas = ready
    observation.gpuUtilizationPercent = utilization
    return observation
  }

  @Test func `thresholds hand each trigger's value and target to the autoscaler`() {
    var advisor = ThresholdAdvisor.article
    let advice = advisor.advise(observation(0, queue: 120, utilization: 97))
    #expect(
      advice.metrics == [
        .init(value: 97, target: .averageValue(70)), .init(value: 120, target: .averageValue(50)),
      ])
    #expect(advice.isActive)
  }

  @Test func `what is unknown is an error of its trigger`() {
    var advisor = ThresholdAdvisor.concurrency(slots: 50, utilization: 0.5)
    let advice = advisor.advise(observation(0, queue: 120))
    #expect(advice.metrics == [.init(value: nil, target: .averageValue(25))])
    #expect(!advice.isActive)
  }

  @Test func `Knative panics when six seconds ask for twice the ready replicas`() {
    var advisor = KnativeAdvisor(target: 10)
    for second in 0..<60 {
      let advice = advisor.advise(
        observation(Double(second), queue: 0, running: 40, ready: 4))
      #expect(!advice.isPanicking)
      #expect(advice.metrics.first?.value == 4)
    }
    // Six seconds of 100: 10 replicas wanted, 4 ready.
    var last = ReplicaAdvice(desired: nil)
    for second in 60..<66 {
      last = advisor.advise(observation(Double(second), queue: 60, running: 40, ready: 4))
    }
    #expect(last.isPanicking)
    #expect(last.metrics.first?.value == 10)
  }

  @Test func `Knative never goes down in panic and leaves it one quiet stable window later`() {
    var advisor = KnativeAdvisor(target: 10)
    for second in 0..<6 {
      _ = advisor.advise(observation(Double(second), queue: 60, running: 40, ready: 4))
    }
    var panickingUntil = 0.0
    for second in 6..<100 {
      let now = Double(second)
      let advice = advisor.advise(observation(now, queue: 0, running: 10, ready: 10))
      if advice.isPanicking {
        panickingUntil = now
        #expect(advice.metrics.first?.value == 10)
      }
    }
    #expect(panickingUntil >= 64 && panickingUntil <= 66)
  }

  @Test func `a clairvoyant asks for a replica one cold start before it is needed`() {
    let load = SyntheticLoad(
      name: "step", shape: .step(base: 2, peak: 20, at: 300, lasting: 200), durationSeconds: 700)
    var settings = SimulationSettings(profile: .a10g)
    settings.coldStartSeconds = 60
    let planner = ClairvoyantPlanner(load.trace(), settings: settings)
    let result = planner.run(window: 10, utilization: 0.8)
    let counts = result.series.map(\.currentReplicas)
    let ready = result.series.map(\.readyReplicas)
    // Ten times the load from 300 s on: asked for around 240 s, ready around 300 s.
    #expect(counts[225] <= 2 && counts[250] >= 5)
    #expect(ready[285] <= 2 && ready[310] >= 5)
  }

  @Test func `a clairvoyant is cheaper than anyone who has to react`() {
    let load = SyntheticLoad(
      name: "step", shape: .step(base: 4, peak: 20, at: 300, lasting: 300), durationSeconds: 900)
    var settings = SimulationSettings(profile: .a10g)
    settings.initialReplicas = 2
    let best = ClairvoyantPlanner(load.trace(), settings: settings).best()
    #expect(best.score.late10 == 0)
    for advisor: any ReplicaAdvisor in [
      ThresholdAdvisor.article, ThresholdAdvisor.queueDepth(target: 5),
      ThresholdAdvisor.concurrency(slots: 50, utilization: 0.5), FixedAdvisor(replicas: 5),
    ] {
      let result = SimulationRun.run(load.trace(), settings: settings, advisor: advisor)
      #expect(result.score.cost > best.score.cost, "\(advisor.name)")
    }
  }

  @Test func `an oracle knows the work of now and holds it, but does not look ahead`() {
    let load = SyntheticLoad(
      name: "step", shape: .step(base: 2, peak: 20, at: 300, lasting: 200), durationSeconds: 700)
    var settings = SimulationSettings(profile: .a10g)
    settings.controlPath = .direct
    let oracle = OracleAdvisor(
      load.trace(), settings: settings, utilization: 0.8, holdSeconds: 60)
    let result = SimulationRun.run(load.trace(), settings: settings, advisor: oracle)
    let counts = result.series.map(\.currentReplicas)
    #expect(counts[300] <= 2 && counts[320] >= 5)
    #expect(counts[550] >= 5 && counts[650] <= 3)
  }
}
