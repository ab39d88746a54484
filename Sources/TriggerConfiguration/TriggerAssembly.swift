internal import ScalingEngine

/// Makes one trigger of what was written about it, its preset and the defaults.
struct TriggerAssembly {
  let origin: TriggerOrigin
  let draft: TriggerDraft
  let defaults: TriggerDraft

  /// The trigger as the engine sees it and where its number comes from.
  func trigger() throws(MetadataProblem) -> (TriggerPolicy, TriggerSource) {
    let kind = try kind()
    let scrape = try scrape()
    let query = try query(scrape)
    let unit = try unit(of: kind)
    let name = draft.name ?? draft.preset?.name ?? kind.defaultName
    let labels = draft.replicaLabel ?? defaults.replicaLabel
    var source = TriggerSource(
      name: name, kind: kind, query: query, unit: unit,
      replicaLabels: labels.map { [$0] } ?? TriggerSource.defaultReplicaLabels,
      ignoreNullValues: draft.ignoreNullValues ?? defaults.ignoreNullValues ?? false,
      preset: draft.preset?.name)
    source.isAverage = draft.preset?.shape.isAverage ?? false
    source.scrape = scrape
    if scrape == nil {
      source.variantsQuery = draft.preset?.variantsQuery(
        selector: draft.selector ?? defaults.selector ?? [])
    }
    if let scrape, scrape.shape.isPublishedByReplicas {
      source.replicaLabels = [TriggerSource.scrapedReplicaLabel]
    }
    let policy = TriggerPolicy(
      name: name, kind: kind, target: try target(kind: kind, unit: unit),
      activationThreshold: try activationThreshold(unit: unit))
    return (policy, source)
  }

  private func problem(_ key: String?, _ found: String, _ remedy: String) -> MetadataProblem {
    MetadataProblem(place: origin.place(of: key), found: found, remedy: remedy)
  }

  private func kind() throws(MetadataProblem) -> TriggerKind {
    if let preset = draft.preset {
      guard draft.kind == nil || draft.kind == preset.kind else {
        throw problem(
          "kind",
          "is \(quoted(draft.kind?.rawValue ?? "")), but the preset \"\(preset.name)\" is of "
            + "kind \"\(preset.kind.rawValue)\"", "remove \"kind\", or choose another preset")
      }
      return preset.kind
    }
    guard let kind = draft.kind else {
      throw problem(
        "kind", "is missing",
        "write what the number says: utilization, queueDepth, concurrency, rate or gauge")
    }
    return kind
  }

  /// What is scraped directly, where `endpoints` are given.
  private func scrape() throws(MetadataProblem) -> ScrapeSource? {
    // A query is asked of a Prometheus, whatever holds for the entries with presets.
    guard let endpoints = draft.endpoints ?? (draft.query == nil ? defaults.endpoints : nil) else {
      return nil
    }
    guard let preset = draft.preset else {
      throw problem(
        "endpoints", "goes with a preset, which says what to read there",
        "write a \"preset\", for example \"vllm-queue-depth\", in place of the query")
    }
    if case .device(_, _, .some, _) = preset.shape {
      throw problem(
        "endpoints", "cannot give a mean over minutes, which \"\(preset.name)\" is",
        "use the preset of the current value, or ask a Prometheus")
    }
    let selector = draft.selector ?? defaults.selector ?? []
    for matcher in selector where LabelCondition(matcher) == nil {
      throw problem(
        "selector", "has \(quoted(matcher.description)), which \"endpoints\" cannot be asked",
        "use = and !=, or =~ with words, |, .* and .+ only")
    }
    return ScrapeSource(endpoints: endpoints, shape: preset.shape, selector: selector)
  }

  private func query(_ scrape: ScrapeSource?) throws(MetadataProblem) -> String {
    if let scrape, draft.query == nil {
      return scrape.endpoints.map(\.description).joined(separator: " ") + " "
        + scrape.shape.metricNames.joined(separator: "|")
    }
    switch (draft.query, draft.preset) {
    case (.some, .some):
      throw problem("query", "and \"preset\" are both written", "keep one of them")
    case (let query?, nil):
      guard draft.selector == nil else {
        throw problem(
          "selector", "goes with a preset", "write the matchers into the query's own braces")
      }
      return query
    case (nil, let preset?):
      return preset.query(selector: draft.selector ?? defaults.selector ?? [])
    case (nil, nil):
      throw problem("query", "is missing", "write a PromQL query, for example \"sum(queue_depth)\"")
    }
  }

  private func unit(of kind: TriggerKind) throws(MetadataProblem) -> MetricUnit {
    guard kind == .utilization else {
      guard draft.unit == nil else {
        throw problem(
          "unit", "is for utilization, and this trigger is of kind \"\(kind.rawValue)\"",
          "remove it")
      }
      return .plain
    }
    if let unit = draft.preset?.unit {
      let written = draft.unit.map { $0 == .percent ? MetricUnit.percent : .ratio }
      guard written == nil || written == unit else {
        throw problem(
          "unit", "is not the preset's, which is published as a \(unit.rawValue)",
          "remove it, and write the threshold as a \(unit.rawValue)")
      }
      return unit
    }
    return (draft.unit ?? defaults.unit ?? .percent) == .percent ? .percent : .ratio
  }

  private func target(kind: TriggerKind, unit: MetricUnit) throws(MetadataProblem) -> TargetValue {
    guard let written = draft.threshold else {
      if let number = draft.preset?.threshold { return .number(number / unit.divisor) }
      return try learnedTarget(kind: kind, found: "is missing")
    }
    guard written.text != "auto" else {
      return try learnedTarget(kind: kind, found: "is \"auto\"")
    }
    do throws(Refusal) {
      return .number(
        kind == .utilization
          ? try utilizationTarget(written, unit: unit)
          : try written.number("a number above 0 or \"auto\"") { $0 > 0 })
    } catch {
      throw problem("threshold", error.found, error.remedy)
    }
  }

  private func learnedTarget(kind: TriggerKind, found: String) throws(MetadataProblem)
    -> TargetValue
  {
    guard kind != .gauge else {
      throw problem(
        "threshold", "\(found), and what a replica can carry of a gauge cannot be learned",
        "write a number above 0")
    }
    return .learned
  }

  /// 70 in percent is 0.7, and so are 0.7 as a ratio and `70%` in either.
  private func utilizationTarget(
    _ value: MetadataValue, unit: MetricUnit
  ) throws(Refusal) -> Double {
    if let percent = percentage(value.text) {
      guard percent > 0, percent <= 100 else {
        throw value.refusal("use a share above 0% and up to 100%")
      }
      return percent / 100
    }
    let number = try value.number("a number above 0 or \"auto\"") { $0 > 0 }
    if unit == .percent {
      guard number <= 100 else {
        throw Refusal(
          "is \(quoted(value.text)) percent, which no utilization can exceed",
          "write a number up to 100, or use kind \"gauge\" for a metric that goes beyond")
      }
      guard number > 1 else {
        throw Refusal(
          "is \(quoted(value.text)), which means percent here",
          "write \"\(plainText(number * 100))\", or \"unit: ratio\" if the metric is published as "
            + "0 to 1")
      }
      return number / 100
    }
    guard number <= 1 else {
      let remedy = number <= 100 ? "write \"\(plainText(number / 100))\"" : "write a number up to 1"
      throw Refusal(
        "is \(quoted(value.text)), but with \"unit: ratio\" full use is 1",
        remedy + ", or remove \"unit: ratio\" if the metric is published in percent")
    }
    return number
  }

  private func activationThreshold(unit: MetricUnit) throws(MetadataProblem) -> Double {
    guard let written = draft.activationThreshold else { return 0 }
    do throws(Refusal) {
      if unit != .plain, let percent = percentage(written.text) { return percent / 100 }
      return try written.number("a number") { _ in true } / unit.divisor
    } catch {
      throw problem("activationThreshold", error.found, error.remedy)
    }
  }
}

extension TriggerKind {
  /// What a trigger of this kind is called where nobody named it: the short form's prefix.
  var defaultName: String {
    ShortFormPrefix.all.first { $0.kind == self }?.name ?? rawValue
  }
}

/// A number as a user would write it: 70, not 70.0.
package func plainText(_ number: Double) -> String {
  let rounded = (number * 1e6).rounded() / 1e6
  return rounded == rounded.rounded() && abs(rounded) < 1e15
    ? String(Int64(rounded)) : String(rounded)
}
