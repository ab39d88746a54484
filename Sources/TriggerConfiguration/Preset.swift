package import ScalingEngine

/// A catalogued metric: what it says, how it is asked for, what a replica is commonly meant to
/// carry.
package struct Preset: Sendable, Equatable {
  /// Its name, as users write it.
  package var name: String
  /// What its number says.
  package var kind: TriggerKind
  /// The unit it is published in.
  package var unit: MetricUnit
  /// The target in use for it, in its unit; `nil` is `auto`.
  package var threshold: Double?
  /// Where it comes from and what to know of it.
  package var summary: String
  /// How its series become one per replica.
  var shape: PresetShape
}

extension Preset {
  /// The preset of that name; `_` is taken for `-`, so that a metric's own name can be one.
  package static func named(_ name: String) -> Preset? {
    let name = name.replacing("_", with: "-")
    return catalogue.first { $0.name == name }
  }

  /// Every metric name that it may match, in the order of preference.
  package var metricNames: [String] { shape.metricNames }

  /// Whether its names are variants of one metric rather than parts of one number.
  package var namesAreAlternatives: Bool {
    switch shape {
    case .replica, .rate, .total, .device, .poolShare, .quantile: true
    case .pool, .meanWait: false
    }
  }

  /// The ways in which its series can name their workload; `nil` where they are no device's.
  package var workloadSpellings: [WorkloadSpelling]? {
    guard case .device(_, let workload, _, _) = shape else { return nil }
    return workload.spellings
  }

  /// Whether its series are gone when no replica is there, so that it cannot wake a target.
  package var vanishesAtZero: Bool {
    switch shape {
    case .replica, .device, .pool, .poolShare, .meanWait, .quantile: true
    case .total: false
    // Only a router's own count survives.
    case .rate(let tiers): tiers.count < 2 && metricOfPods != nil
    }
  }

  /// The metric, under its first name, that is read where a matcher on the workload's pods is put on
  /// the preset; `nil` for routers, gateways and pools, whose series have their publisher's pod and
  /// speak of all that it serves.
  package var metricOfPods: String? {
    switch shape {
    case .replica, .device, .meanWait, .quantile: metricNames.first
    case .total, .pool, .poolShare: nil
    // A router's own names go before the engines'.
    case .rate(let tiers): name.contains("router") ? nil : tiers.last?.first
    }
  }
}
