package import MetricCollection
internal import PrometheusFormat
package import ScalingEngine
package import TriggerConfiguration

/// From the collected answers of one trigger to what the engine is given.
///
/// What is stale, empty or not a number is unknown and stays so; only `ignoreNullValues: true`,
/// written by the user, turns an empty answer into 0.
package struct ObservationBuilder {
  private let spec: TriggerSpec

  /// A builder for the triggers of `spec`.
  package init(spec: TriggerSpec) {
    self.spec = spec
  }

  /// An observation with what is to be said about its sources.
  package struct Built {
    /// What the engine is given.
    package var observation: Observation
    /// Age in seconds of the oldest value used; `nil` where none is.
    package var dataAgeSeconds: Double?
    /// What is failing or odd, one sentence each.
    package var remarks: [String] = []
  }

  /// Builds the observation of `now` from `answers`, in the order of `TriggerQueries`, and from what
  /// the cluster's API says, whose ready replicas come before any other source's.
  package func build(
    _ answers: TriggerQueries.Answers, at now: ContinuousClock.Instant,
    cluster: ClusterReading? = nil
  ) -> Built {
    var built = Built(observation: Observation(readings: []))
    var distinctReplicas: Int?
    for (source, answer) in zip(spec.sources, answers.triggers) {
      let samples = fresh(answer, called: source.name, at: now, into: &built)
      let reading = samples.map { SampleReading($0, source: source) }
      if let remark = reading?.remark {
        built.remarks.append("trigger \"\(source.name)\": \(remark)")
      }
      built.observation.readings.append(reading?.reading ?? .unknown)
      built.observation.seriesReplicas.append(
        source.ignoreNullValues ? nil : reading?.distinctReplicas)
      if let replicas = reading?.distinctReplicas {
        distinctReplicas = max(distinctReplicas ?? 0, replicas)
      }
    }
    let told = answers.replicas.flatMap {
      count($0, called: "replicasQuery", at: now, into: &built)
    }
    built.observation.readyReplicas =
      cluster?.readyReplicas ?? told ?? answers.answeringReplicas ?? distinctReplicas
    built.observation.isReadySourceSilent =
      (answers.replicas != nil && told == nil) || cluster.map { $0.readyReplicas == nil } ?? false
    built.observation.currentReplicas = cluster?.currentReplicas
    built.observation.coldStartSeconds = cluster?.coldStart?.p50
    built.observation.placeableReplicas = answers.capacity.flatMap {
      count($0, called: "capacityQuery", at: now, into: &built)
    }
    if spec.isCappedByCluster, let placeable = cluster?.placeableReplicas {
      built.observation.placeableReplicas = placeable + spec.autoscaledReplicas
    }
    built.remarks += cluster?.remarks ?? []
    return built
  }

  /// The answer's samples while it is young enough to be used.
  private func fresh(
    _ answer: CollectedAnswer, called name: String, at now: ContinuousClock.Instant,
    into built: inout Built
  ) -> QueryAnswer? {
    if let failure = answer.failure {
      built.remarks.append("\"\(name)\": \(failure.reason)")
    }
    guard let samples = answer.answer, let answeredAt = answer.answeredAt else { return nil }
    let age = now - answeredAt
    guard age <= spec.policy.staleAfter else {
      let seconds = Int(age.inSeconds.rounded())
      built.remarks.append("\"\(name)\": its last answer is \(seconds) s old, too old to be used")
      return nil
    }
    built.dataAgeSeconds = max(built.dataAgeSeconds ?? 0, age.inSeconds)
    if let warning = samples.warnings.first {
      built.remarks.append("\"\(name)\": the server warns: \(warning.excerpt)")
    }
    return samples
  }

  /// A whole number of replicas: the sum over all series; `nil` where unknown.
  private func count(
    _ answer: CollectedAnswer, called name: String, at now: ContinuousClock.Instant,
    into built: inout Built
  ) -> Int? {
    guard let answer = fresh(answer, called: name, at: now, into: &built) else { return nil }
    let values = answer.values
    let total = values.reduce(0, +)
    guard !values.isEmpty, total.isFinite, total >= 0, total < 1e6 else {
      built.remarks.append("\"\(name)\" gives no number of replicas")
      return nil
    }
    return Int(total.rounded(.down))
  }
}

extension QueryAnswer {
  /// All its numbers, without their labels.
  fileprivate var values: [Double] {
    switch result {
    case .scalar(let point): [point.value]
    case .vector(let samples): samples.map(\.value)
    case .matrix, .string: []
    }
  }
}

extension Undecided {
  /// The refusal with what failed at the sources behind it, so that KEDA's log names the cause.
  package func adding(remarks: [String]) -> Undecided {
    guard kind == .noData, !remarks.isEmpty else { return self }
    var explained = self
    explained.explanation += ": " + remarks.prefix(3).joined(separator: "; ")
    return explained
  }
}
