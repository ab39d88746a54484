/// What a scaler could know about a workload at one second.
///
/// Anything may be nil: hidden in this run, not scraped yet, or without a meaning (a mean over no
/// replicas). Unknown is not zero.
package struct FleetObservation: Sendable, Equatable {
  /// When the advisor is asked, in seconds from the start of the trace. The values were true
  /// `scrapeDelaySeconds` earlier.
  package var seconds: Double
  /// Mean over the ready replicas of what DCGM's GPU_UTIL would say, 0 … 100.
  package var gpuUtilizationPercent: Double?
  /// Requests waiting, in total.
  package var queueDepth: Double?
  /// Requests running, in total, on draining replicas too.
  package var running: Double?
  /// Requests that arrived in the last second.
  package var arrivals: Double?
  /// Replicas asked for: starting and ready.
  package var currentReplicas: Int?
  /// Replicas able to serve.
  package var readyReplicas: Int?

  /// An observation in which only the time is known.
  package init(seconds: Double) {
    self.seconds = seconds
  }
}

/// One of the signals of an observation.
package enum FleetSignal: String, Sendable, CaseIterable {
  /// `gpuUtilizationPercent`.
  case gpuUtilization = "gpu_utilization"
  /// `queueDepth`.
  case queueDepth = "queue_depth"
  /// `running`.
  case running
  /// `arrivals`.
  case arrivals
}

/// What an advisor tells KEDA.
package struct ReplicaAdvice: Sendable, Equatable {
  /// The metrics of the HPA; an unknown value is an error to it.
  package var metrics: [HorizontalPodAutoscaler.Metric]
  /// Whether the workload has to run at all (KEDA's 0 ↔ 1).
  package var isActive: Bool
  /// Kept in the series, for charts: whether the advisor is in panic mode.
  package var isPanicking: Bool

  /// Advice of any metrics.
  package init(
    metrics: [HorizontalPodAutoscaler.Metric], isActive: Bool, isPanicking: Bool = false
  ) {
    self.metrics = metrics
    self.isActive = isActive
    self.isPanicking = isPanicking
  }

  /// The advice to run `desired` replicas: one metric, `AverageValue`, target 1; nil for an error.
  package init(desired: Double?, isActive: Bool? = nil, isPanicking: Bool = false) {
    self.init(
      metrics: [.init(value: desired, target: .averageValue(1))],
      isActive: isActive ?? ((desired ?? 0) > 0), isPanicking: isPanicking)
  }
}

/// A scaling policy under test: asked once a second, in order of time.
package protocol ReplicaAdvisor: Sendable {
  /// What reports call it.
  var name: String { get }
  /// What KEDA is told from now on until the next second.
  mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice
}
