internal import ScalingEngine

/// Sentences on what is legal but most likely not meant.
struct SpecWarnings {
  let policy: ScalingPolicy
  let sources: [TriggerSource]
  let draft: SpecDraft

  /// The sentences: each trigger's in their order, then the whole's.
  func sentences() -> [String] {
    zip(policy.triggers, sources).flatMap { trigger, source in
      [
        unitWarning(source), replicaLabelWarning(source), averageWarning(source),
        counterWarning(source),
      ].compactMap(\.self)
        + [activationWarning(trigger), runningAloneWarning(trigger, source)].compactMap(\.self)
    } + wholeWarnings()
  }

  /// Metrics that are published as 0…1.
  private static let ratios = [
    "DCGM_FI_PROF_", "nv_gpu_utilization", "cache_usage_perc", "kv_cache_utilization",
    "token_usage",
  ]
  /// Metrics that are published in percent.
  private static let percents = [
    "DCGM_FI_DEV_GPU_UTIL", "nvidia_gpu_duty_cycle", "gpu_gfx_activity",
    "habanalabs_utilization",
  ]

  private func unitWarning(_ source: TriggerSource) -> String? {
    guard source.preset == nil else { return nil }
    let query = source.query
    if source.unit == .percent, let name = Self.ratios.first(where: { query.contains($0) }),
      !query.contains("100")
    {
      return
        "trigger \"\(source.name)\": \(name)… is published as 0 to 1, but its unit is percent; "
        + "write \"unit: ratio\" and a threshold such as \"0.7\""
    }
    if source.unit == .ratio, let name = Self.percents.first(where: { query.contains($0) }),
      !query.contains("100")
    {
      return
        "trigger \"\(source.name)\": \(name) is published in percent, but its unit is ratio; "
        + "remove \"unit: ratio\" and write a threshold such as \"70\""
    }
    return nil
  }

  private func replicaLabelWarning(_ source: TriggerSource) -> String? {
    guard source.preset == nil, source.kind == .utilization,
      source.replicaLabels == TriggerSource.defaultReplicaLabels,
      !source.query.contains("by ("),
      let label = ["exported_pod", "pod_name"].first(where: source.query.contains)
    else { return nil }
    return
      "trigger \"\(source.name)\": the query names workloads by \(label), and where there is a label "
      + "\"pod\" beside it that is the exporter's own; write \"replicaLabel: \(label)\""
  }

  private func averageWarning(_ source: TriggerSource) -> String? {
    let query = source.query.lowercased()
    guard query.hasPrefix("avg"), String(query.dropFirst(3)).trimmed.hasPrefix("("),
      !query.contains(" by"), !query.contains(")by"), !query.contains("without")
    else { return nil }
    if source.kind == .utilization {
      return
        "trigger \"\(source.name)\": the query answers one average, which needs the number of "
        + "ready replicas to size a fleet; leave the series apart, one per replica or GPU, instead"
    }
    return
      "trigger \"\(source.name)\": the query answers an average, but \(source.kind.rawValue) is "
      + "meant to be a total; use sum(…)"
  }

  private func counterWarning(_ source: TriggerSource) -> String? {
    guard source.kind == .rate, source.preset == nil, source.query.contains("_total"),
      !["rate(", "rate (", "increase(", "delta(", "deriv("].contains(where: source.query.contains)
    else { return nil }
    return
      "trigger \"\(source.name)\": a counter only ever grows; use rate(…[1m]) for arrivals per "
      + "second"
  }

  private func activationWarning(_ trigger: TriggerPolicy) -> String? {
    guard trigger.activationThreshold < 0 else { return nil }
    return
      "trigger \"\(trigger.name)\": an activation threshold below 0 keeps the ScaledObject active "
      + "for ever; \"minReplicaCount\" says that more plainly"
  }

  /// Metrics of engines that count what runs and not what waits.
  private static let runningOnly: [String] = Preset.catalogue.filter {
    $0.kind == .concurrency && $0.vanishesAtZero
      && !["trtllm-backend-running", "ray-serve-ongoing", "knative-concurrency"].contains($0.name)
  }.flatMap(\.metricNames)

  /// What runs on an engine ends at its slots, so that without the queue overload is not seen.
  private func runningAloneWarning(_ trigger: TriggerPolicy, _ source: TriggerSource) -> String? {
    guard trigger.kind == .concurrency, trigger.target == .learned,
      !policy.triggers.contains(where: { $0.kind == .queueDepth }),
      isRunningOnly(source)
    else { return nil }
    return
      "trigger \"\(trigger.name)\" has the threshold \"auto\", and what runs on an engine never "
      + "exceeds its slots: a queue in front of full replicas is not seen; add \"queueDepthQuery\""
  }

  private func isRunningOnly(_ source: TriggerSource) -> Bool {
    guard let preset = source.preset.flatMap(Preset.named) else {
      return Self.runningOnly.contains { source.query.contains($0) }
    }
    return preset.metricNames.contains { Self.runningOnly.contains($0) }
  }

  private func wholeWarnings() -> [String] {
    var warnings: [String] = []
    if case .formula(let formula) = policy.aggregation {
      for trigger in policy.triggers where !formula.names.contains(trigger.name) {
        warnings.append(
          "trigger \"\(trigger.name)\" is not in the formula, so it decides only whether the "
            + "ScaledObject is active")
      }
    }
    if draft.written.contains("holdFor"), policy.onStale == .error {
      warnings.append("\"holdFor\" has no effect without \"onStale: hold\"")
    }
    if let timeout = draft.timeout, timeout >= .seconds(1) {
      warnings.append(
        "\"timeout\" is \(timeout.text): a source that takes longer than a second is asked less "
          + "than once a second")
    }
    if let timeout = draft.timeout, timeout >= policy.staleAfter {
      warnings.append(
        "\"timeout\" (\(timeout.text)) is not below \"staleAfter\" (\(policy.staleAfter.text)): "
          + "one slow answer makes the data stale")
    }
    let isOverloadSeen = policy.triggers.contains { [.queueDepth, .concurrency].contains($0.kind) }
    warnings += policy.triggers.compactMap {
      $0.whyNotLearned(besideQueueOrRunning: isOverloadSeen)
    }
    if policy.triggers.allSatisfy({ $0.kind == .utilization && $0.target != .learned }) {
      warnings.append(
        "utilization alone says that replicas are busy, never how overloaded they are; add a queue "
          + "depth or a concurrency")
    }
    if draft.written.contains("unsafeSsl"), !draft.written.contains("enableTLS") {
      warnings.append(
        "\"unsafeSsl\" is about KEDA's connection to this scaler and has no effect without "
          + "\"enableTLS\"; a Prometheus' certificate is always checked, against the CA in its "
          + "profile (tls.caFile)")
    }
    if draft.written.contains("tlsCertFile") {
      warnings.append(
        "\"tlsCertFile\" is read by old versions of KEDA only; newer ones take \"caCert\" from a "
          + "TriggerAuthentication")
    }
    return warnings
  }
}
