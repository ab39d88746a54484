import DecisionLoop
import Foundation
import ScalerService
import ScalingEngine
import Simulation
import TraceFormat

/// A modelled fleet under a bursty load, scaled by this very server through a modelled HPA.
struct Demo: Sendable {
  let prometheus: DemoPrometheus

  static let namespace = "demo"
  static let name = "llm"

  /// The trigger metadata, as a user would write it; the Prometheus is the server's default.
  static let metadata = [
    "gpuUtilizationQuery": DemoQuery.gpuUtilization.rawValue,
    "queueDepthQuery": DemoQuery.waiting.rawValue,
    "concurrencyQuery": DemoQuery.running.rawValue,
    "replicasQuery": DemoQuery.readyReplicas.rawValue,
    "coldStart": "30s",
    "maxReplicas": "40",
  ]

  /// Plays the fleet in real time until cancelled, over and over, as `scaler` decides.
  func run(scaledBy scaler: ExternalScalerService) async throws {
    var seed: UInt64 = 1
    while !Task.isCancelled {
      var run = Self.run(seed: seed) {
        scaler.mention(
          namespace: Self.namespace, name: Self.name, metadata: Self.metadata)?
          .latest.flatMap { try? $0.outcome.get() }
      }
      var second = ContinuousClock.now
      while run.advance() {
        show(run.newest)
        second += .seconds(1)
        do {
          try await Task.sleep(until: second, clock: .continuous)
        } catch {
          return
        }
      }
      seed += 1
    }
  }

  private static func run(
    seed: UInt64, desired: @escaping @Sendable () -> Decision?
  ) -> SimulationRun {
    let load = SyntheticLoad(
      name: "demo",
      shape: .scheduled(base: 3, peak: 18, first: 30, every: 180, lasting: 75),
      durationSeconds: 3600, seed: seed)
    var settings = SimulationSettings(profile: .a10g)
    settings.coldStartSeconds = 30
    settings.initialReplicas = 3
    settings.maxReplicas = 40
    settings.seed = seed
    return SimulationRun(
      load.trace(), settings,
      FollowingAdvisor {
        let decision = desired()
        return ReplicaAdvice(
          desired: decision.map { Double($0.desiredReplicas) },
          isActive: decision?.isActive ?? true, isPanicking: decision?.mode == .panic)
      })
  }

  private func show(_ second: SimulationSecond?) {
    guard let second else { return }
    prometheus.show(
      DemoFleetState(
        running: second.running, waiting: second.queueDepth, arrivals: second.arrivals,
        readyReplicas: second.readyReplicas,
        gpuUtilizationPercent: second.gpuUtilizationPercent ?? 0,
        unixSeconds: Date.now.timeIntervalSince1970))
  }
}
