internal import ScalingEngine

/// The metrics that KEDA is told of: made from the metadata alone, so that `GetMetricSpec` can be
/// answered with every source down.
package struct MetricPlan: Sendable, Equatable {
  /// The metrics, empty in `nothing` only; names are unique and fit an HPA (`a`–`z`, digits, `-`).
  package var metrics: [PlannedMetric]

  /// No metric at all: for metadata that is refused.
  package static let nothing = MetricPlan(metrics: [])

  /// A plan of these metrics.
  package init(metrics: [PlannedMetric]) {
    self.metrics = metrics
  }

  /// The one metric's name with `output: replicas`.
  package static let desiredReplicasName = "desired-replicas"

  /// The metric of that name, as KEDA asks for it.
  package func metric(named name: String) -> PlannedMetric? {
    metrics.first { $0.name == name }
  }
}

/// One metric as KEDA and the HPA see it.
package struct PlannedMetric: Sendable, Equatable {
  /// Its name, without the `s0-` that KEDA puts in front.
  package var name: String
  /// Its target value per replica, above 0, in the user's unit.
  package var target: Double
  /// Which trigger's total it is, as an index into `ScalingPolicy.triggers`; `nil` is the decision.
  package var trigger: Int?
  /// What one unit of the engine's total is in the user's unit: 100 for a utilization in percent.
  package var scale: Double

  /// A metric from its parts.
  package init(name: String, target: Double, trigger: Int?, scale: Double) {
    self.name = name
    self.target = target
    self.trigger = trigger
    self.scale = scale
  }

  /// The metric value for a total in the engine's unit: 1.4 (two replicas at 70 %) is 140 in
  /// percent, against a target of 70.
  package func value(ofTotal total: Double) -> Double { total * scale }
}

extension TriggerSpec {
  /// The metrics to tell KEDA of.
  package var metricPlan: MetricPlan {
    guard output == .metrics else {
      return MetricPlan(metrics: [
        PlannedMetric(name: MetricPlan.desiredReplicasName, target: 1, trigger: nil, scale: 1)
      ])
    }
    var used: Set<String> = []
    var metrics: [PlannedMetric] = []
    for (index, (policy, source)) in zip(policy.triggers, sources).enumerated() {
      guard case .number(let target) = policy.target else { continue }
      let base = metricName(from: policy.name)
      var name = base
      var number = 2
      while !used.insert(name).inserted {
        name = "\(base)-\(number)"
        number += 1
      }
      let scale = source.unit.divisor
      metrics.append(
        PlannedMetric(
          name: name, target: cleaned(target * scale), trigger: index, scale: scale))
    }
    return MetricPlan(metrics: metrics)
  }
}

/// A trigger's name as an HPA's metric name: `gpuUtilization` is `gpu-utilization`.
func metricName(from name: String) -> String {
  var result = ""
  var isAfterLower = false
  for character in name {
    if character.isUppercase, isAfterLower { result += "-" }
    isAfterLower = character.isLowercase || character.isNumber
    result += character == "_" || character == "." ? "-" : character.lowercased()
  }
  return result
}

/// 0.7 × 100 is 70.00000000000001 in binary; the user wrote 70.
private func cleaned(_ number: Double) -> Double {
  let rounded = (number * 1e6).rounded() / 1e6
  return rounded > 0 ? rounded : number
}
