import Simulation
import Testing
import TraceFormat
import TriggerConfiguration

/// The direct path beside the HPA, in each second of the HPA's cycle. What it costs and saves over an
/// hour: `FleetBenchmark --direct-scale-up yes`, docs/cluster.md.
@Suite struct DirectScaleUpTests {
  @Test(arguments: (0..<15).map(Double.init))
  func `the HPA never takes back what was written while it is still wanted`(phase: Double) throws {
    var settings = SimulationSettings(profile: .a10g)
    settings.initialReplicas = 5
    settings.coldStartSeconds = 30
    settings.directScaleUp = .init()
    settings.controlPath = .horizontalPodAutoscaler(.recommended(), phaseSeconds: phase)
    let load = SyntheticLoad(
      name: "spikes", shape: .spikes(base: 8, peak: 40, meanGap: 90, lasting: 30),
      durationSeconds: 420, seed: 7)
    let spec = try TriggerSpec(metadata: [
      "queueDepthQuery": "queue_depth", "concurrencyQuery": "running", "coldStart": "30s",
    ])
    let result = SimulationRun.run(
      load.trace(), settings: settings, advisor: try EngineAdvisor(name: "engine", spec: spec))
    var rises = 0
    for (before, second) in zip(result.series, result.series.dropFirst()) {
      let wanted = min(second.advisedReplicas ?? 0, before.advisedReplicas ?? 0)
      if second.currentReplicas > before.currentReplicas { rises += 1 }
      guard wanted >= before.currentReplicas else { continue }
      #expect(second.currentReplicas >= before.currentReplicas)
      #expect(second.currentReplicas >= min(wanted, settings.maxReplicas))
    }
    #expect(rises > 2)
  }

  @Test func `a wanted count is reached within a second, not at the next sync`() throws {
    struct Step: ReplicaAdvisor {
      let name = "step"
      mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
        ReplicaAdvice(desired: observation.seconds < 20 ? 2 : 20, isActive: true)
      }
    }
    var settings = SimulationSettings(profile: .oneJob)
    settings.initialReplicas = 2
    settings.directScaleUp = .init()
    settings.controlPath = .horizontalPodAutoscaler(.absent, phaseSeconds: 7)
    let trace = Trace(name: "none", arrivals: [], durationSeconds: 60)
    let counts = SimulationRun.run(trace, settings: settings, advisor: Step()).series
      .map(\.currentReplicas)
    #expect(counts[19] == 2)
    #expect(counts[20] == 20)
    #expect(counts[59] == 20)

    settings.directScaleUp = .init(perMinute: 5)
    settings.controlPath = .horizontalPodAutoscaler(.absent, phaseSeconds: 14)
    let limited = SimulationRun.run(trace, settings: settings, advisor: Step()).series
      .map(\.currentReplicas)
    #expect(Array(limited[19...28]) == [2] + Array(repeating: 7, count: 9))
    // The HPA, at 29 s, doubles; what it adds does not count against the limit.
    #expect(Array(limited[29...43]) == Array(repeating: 14, count: 15))
  }
}
