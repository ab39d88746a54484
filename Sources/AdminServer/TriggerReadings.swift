internal import DecisionLoop
internal import ScalingEngine
internal import TriggerConfiguration

/// One trigger's number as people read it: in the unit in which the metric is published.
struct ShownReading: Sendable, Equatable {
  /// Over all replicas; `nil` where unknown or a mean only.
  var total: Double?
  /// Per replica; `nil` where the metric is a total.
  var mean: Double?
  /// Replicas that the series tell of.
  var replicas: Int?

  /// What `reading` of `source` says: utilization kept as 0.97 and published in percent is 97.
  init(_ reading: TriggerReading, source: TriggerSource) {
    let factor = source.unit.factor
    switch reading {
    case .unknown: break
    case .total(let total), .atLeast(let total): self.total = total / factor
    case .average(let mean): self.mean = mean / factor
    case .perReplica(let sum, let replicas):
      total = sum / factor
      mean = replicas > 0 ? sum / factor / Double(replicas) : nil
      self.replicas = replicas
    }
  }

  /// What is compared with the target at a glance: the mean where there is one.
  var headline: Double? { mean ?? total }
}

extension TriggerPolicy {
  /// The target as the user wrote it; `nil` where it is learned.
  func shownTarget(_ source: TriggerSource) -> Double? {
    switch target {
    case .number(let number): number / source.unit.factor
    case .learned: nil
    }
  }
}

extension SampleHistory.Row {
  /// The row of what is published at `now`.
  init(_ published: PublishedDecision?, spec: TriggerSpec, now: ContinuousClock.Instant) {
    let state = TriggerState(published, now: now)
    self.state = state.number
    guard let published else { return }
    current = Float(optional: published.observation.currentReplicas)
    ready = Float(optional: published.observation.readyReplicas)
    let readings = zip(published.observation.readings, spec.sources)
    for (reading, source) in readings.prefix(SampleHistory.triggerLimit) {
      let shown = ShownReading(reading, source: source)
      self.readings.append(shown.headline.map { Float($0) } ?? .nan)
    }
    guard state != .undecided, case .success(let decision) = published.outcome else { return }
    desired = Float(decision.desiredReplicas)
    demands = decision.demands.prefix(SampleHistory.triggerLimit).map {
      $0.map { Float($0) } ?? .nan
    }
  }
}

extension Float {
  fileprivate init(optional number: Int?) { self = number.map { Float($0) } ?? .nan }
}
