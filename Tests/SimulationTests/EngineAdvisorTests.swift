import ScalingEngine
import Simulation
import Testing
import TraceFormat
import TriggerConfiguration

/// The server's engine as an advisor of the modelled control plane.
@Suite struct EngineAdvisorTests {
  private func advisor(_ metadata: [String: String]) throws -> EngineAdvisor {
    let plain = ["forecast": "off", "coldStart": "60s"]
    return try EngineAdvisor(
      name: "engine",
      spec: TriggerSpec(metadata: metadata.merging(plain) { written, _ in written }))
  }

  private func observation(
    at seconds: Double = 0, queue: Double? = nil, running: Double? = nil, arrivals: Double? = nil,
    utilization: Double? = nil, replicas: Int? = 4
  ) -> FleetObservation {
    var observation = FleetObservation(seconds: seconds)
    observation.queueDepth = queue
    observation.running = running
    observation.arrivals = arrivals
    observation.gpuUtilizationPercent = utilization
    observation.currentReplicas = replicas
    observation.readyReplicas = replicas
    return observation
  }

  /// A trigger of each kind, alone, and what 12 replicas' worth of its signal is.
  @Test(arguments: [
    ("queueDepth", "10"), ("concurrency", "25"), ("requestRate", "2"),
  ])
  func `a trigger reads the signal of its kind, whatever its query`(
    prefix: String, threshold: String
  ) throws {
    var advisor = try advisor([
      "\(prefix)Query": "sum(anything{namespace=\"inference\"})", "\(prefix)Threshold": threshold,
    ])
    // 120 waiting ÷ 10, 300 running ÷ 25 and 24 arriving ÷ 2 are 12 each.
    let advice = advisor.advise(observation(queue: 120, running: 300, arrivals: 24))
    #expect(advice.metrics == [.init(value: 12, target: .averageValue(1))])
    #expect(advice.isActive)
  }

  @Test func `a mean utilization becomes a total over the ready replicas`() throws {
    var advisor = try advisor([
      "gpuUtilizationQuery": "DCGM_FI_DEV_GPU_UTIL", "gpuUtilizationThreshold": "50",
    ])
    // 90 percent of 10 replicas against 50 percent: 18.
    let advice = advisor.advise(observation(utilization: 90, replicas: 10))
    #expect(advice.metrics.first?.value == 18)
  }

  @Test func `a query that names a signal beats the kind`() throws {
    var advisor = try advisor([
      "triggers": "[{name: load, kind: gauge, query: running, threshold: 10}]"
    ])
    let advice = advisor.advise(observation(queue: 500, running: 60))
    #expect(advice.metrics.first?.value == 6)
  }

  @Test func `a gauge that the fleet does not have is refused by name`() throws {
    let error = #expect(throws: EngineAdvisorError.self) {
      try advisor(["triggers": "[{name: tokens, kind: gauge, query: tokens_total, threshold: 10}]"])
    }
    #expect(error?.trigger == "tokens")
    #expect(error?.description.contains("one of gpu_utilization, queue_depth") == true)
  }

  @Test func `what is not known is an error to the HPA and no reason to sleep`() throws {
    var advisor = try advisor(["queueDepthQuery": "queue_depth", "queueDepthThreshold": "10"])
    let before = advisor.advise(FleetObservation(seconds: 0))
    #expect(before.metrics == [.init(value: nil, target: .averageValue(1))])
    #expect(!before.isActive)
    _ = advisor.advise(observation(at: 1, queue: 30))
    let later = advisor.advise(observation(at: 400, queue: nil))
    #expect(later.isActive)
  }

  @Test func `output metrics gives each trigger's total and target in the user's unit`() throws {
    var advisor = try advisor([
      "queueDepthQuery": "queue_depth", "queueDepthThreshold": "10",
      "gpuUtilizationQuery": "gpu_utilization", "gpuUtilizationThreshold": "50",
      "output": "metrics",
    ])
    let advice = advisor.advise(observation(queue: 70, utilization: 80, replicas: 5))
    let values = advice.metrics.map { ($0.value ?? -1).rounded() }
    #expect(Set(values) == [70, 400])
    #expect(Set(advice.metrics.map { "\($0.target)" }).count == 2)
  }

  @Test func `the modelled fleet follows the engine through a burst`() throws {
    let load = SyntheticLoad(
      name: "step", shape: .step(base: 4, peak: 30, at: 300, lasting: 300), durationSeconds: 900)
    var settings = SimulationSettings(profile: .a10g)
    settings.initialReplicas = 3
    let advisor = try advisor(["concurrencyQuery": "running", "concurrencyThreshold": "10"])
    let result = SimulationRun.run(load.trace(), settings: settings, advisor: advisor)
    let again = SimulationRun.run(load.trace(), settings: settings, advisor: advisor)
    #expect(result == again)
    #expect(result.advisor == "engine")
    #expect((result.series[420].readyReplicas) > 2 * result.series[299].readyReplicas)
  }
}
