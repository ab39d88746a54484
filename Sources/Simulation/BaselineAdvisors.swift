/// KEDA as it is usually configured: one or more triggers, each a value and a target.
package struct ThresholdAdvisor: ReplicaAdvisor {
  /// What a trigger's query gives.
  package enum Query: Sendable, Equatable {
    /// A signal as it is: totals, and the mean of GPU utilization.
    case signal(FleetSignal)
    /// The sum of the replicas' GPU utilization: the mean times the ready replicas.
    case totalGPUUtilization
    /// Requests waiting and running.
    case concurrency
  }

  /// A trigger.
  package struct Trigger: Sendable, Equatable {
    /// What is measured.
    package var query: Query
    /// What it is compared with.
    package var target: HorizontalPodAutoscaler.Metric.Target

    /// A trigger with the HPA's `AverageValue`, or any other target.
    package init(_ query: Query, _ target: HorizontalPodAutoscaler.Metric.Target) {
      self.query = query
      self.target = target
    }
  }

  /// What reports call it.
  package let name: String
  private let triggers: [Trigger]

  /// A plain KEDA configuration.
  package init(name: String, triggers: [Trigger]) {
    self.name = name
    self.triggers = triggers
  }

  /// The triggers' values; active while any of them is above 0.
  package mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
    let metrics = triggers.map {
      HorizontalPodAutoscaler.Metric(value: Self.value($0.query, observation), target: $0.target)
    }
    let isActive = metrics.contains { ($0.value ?? 0) > 0 }
    return ReplicaAdvice(metrics: metrics, isActive: isActive)
  }

  private static func value(_ query: Query, _ observation: FleetObservation) -> Double? {
    switch query {
    case .signal(.gpuUtilization): return observation.gpuUtilizationPercent
    case .signal(.queueDepth): return observation.queueDepth
    case .signal(.running): return observation.running
    case .signal(.arrivals): return observation.arrivals
    case .totalGPUUtilization:
      guard let mean = observation.gpuUtilizationPercent, let ready = observation.readyReplicas
      else { return nil }
      return mean * Double(ready)
    case .concurrency:
      guard let queue = observation.queueDepth, let running = observation.running else {
        return nil
      }
      return queue + running
    }
  }
}

extension ThresholdAdvisor {
  /// KEDA on requests waiting, `target` per replica.
  package static func queueDepth(target: Double) -> ThresholdAdvisor {
    ThresholdAdvisor(
      name: "keda queue \(brief(target))",
      triggers: [Trigger(.signal(.queueDepth), .averageValue(target))])
  }

  /// The configuration of many articles: mean GPU utilization above 70 and queue above 50, both as
  /// `AverageValue`, so that the mean never asks for more than two replicas.
  package static let article = ThresholdAdvisor(
    name: "article gpu 70 + queue 50",
    triggers: [
      Trigger(.signal(.gpuUtilization), .averageValue(70)),
      Trigger(.signal(.queueDepth), .averageValue(50)),
    ])

  /// Mean GPU utilization as `AverageValue`: the trap by itself.
  package static let gpuAverageValue = ThresholdAdvisor(
    name: "gpu AverageValue 70",
    triggers: [Trigger(.signal(.gpuUtilization), .averageValue(70))])

  /// Mean GPU utilization as `Value`.
  package static let gpuValue = ThresholdAdvisor(
    name: "gpu Value 70", triggers: [Trigger(.signal(.gpuUtilization), .value(70))])

  /// Waiting and running over `utilization` (0 … 1) of the `slots` a replica has, told by the user.
  package static func concurrency(slots: Double, utilization: Double) -> ThresholdAdvisor {
    ThresholdAdvisor(
      name: "concurrency \(brief(utilization)) of \(brief(slots))",
      triggers: [Trigger(.concurrency, .averageValue(slots * utilization))])
  }

  private static func brief(_ number: Double) -> String {
    number == number.rounded() && abs(number) < 1e9 ? "\(Int(number))" : "\(number)"
  }
}

/// Always the same count.
package struct FixedAdvisor: ReplicaAdvisor {
  /// The count.
  package let replicas: Int
  /// What reports call it.
  package var name: String { "fixed \(replicas)" }

  /// Advice of `replicas`, whatever happens.
  package init(replicas: Int) {
    self.replicas = replicas
  }

  /// `replicas`.
  package mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
    ReplicaAdvice(desired: Double(replicas))
  }
}

/// A count for each second, known in advance; the last one stays.
package struct PlannedAdvisor: ReplicaAdvisor {
  /// What reports call it.
  package let name: String
  private let counts: [Int]

  /// Advice of `counts[s]` at second s.
  package init(name: String, counts: [Int]) {
    self.name = name
    self.counts = counts
  }

  /// The planned count of this second.
  package mutating func advise(_ observation: FleetObservation) -> ReplicaAdvice {
    let second = max(0, Int(observation.seconds))
    let count = counts.isEmpty ? 0 : counts[min(second, counts.count - 1)]
    return ReplicaAdvice(desired: Double(count))
  }
}
