internal import ScalingEngine

/// A PromQL query with a target as KEDA's own trigger or an HPA asks it.
struct NativeDemand {
  /// The trigger's own name, where it has one.
  var name: String?
  /// The query, as it stands.
  var query: String
  /// What it is divided by.
  var threshold: String
  /// Above which it is active.
  var activationThreshold: String?
  /// Whether an empty answer is 0.
  var ignoresNull = true
  /// Whether it is compared as a whole and multiplied by the ready replicas (`metricType: Value`)
  /// instead of being divided among replicas (`AverageValue`).
  var isValue = false
}

/// Turns one query with its threshold into one entry of the external trigger's list.
///
/// KEDA and the HPA divide: ⌈value ÷ threshold⌉ replicas. That is right for a total. An average over
/// replicas does not grow with the fleet: 97 % ÷ 70 % asks for 2 replicas, whatever the load. Where
/// the query is such an average of a catalogued metric, the series are left apart and summed per
/// replica. A threshold keeps its number in any case.
struct DemandTranslation {
  let demand: NativeDemand
  let target: MigrationTarget
  private let reading: PromQLReading
  private let number: Double

  /// - Throws: `Untranslatable` where the query or the threshold cannot be used.
  init(_ demand: NativeDemand, target: MigrationTarget) throws(Untranslatable) {
    guard let number = plainNumber(demand.threshold), number > 0 else {
      throw Untranslatable(
        reason: "its threshold is \(quoted(demand.threshold)); write a number above 0")
    }
    if let fault = promQLFault(in: demand.query) {
      throw Untranslatable(reason: "its query \(fault.found); \(fault.remedy)")
    }
    if let text = demand.activationThreshold, plainNumber(text) == nil {
      throw Untranslatable(
        reason: "its activationThreshold is \(quoted(text)); write a number such as 0")
    }
    self.demand = demand
    self.target = target
    self.number = number
    reading = PromQLReading(demand.query)
  }

  /// The entry.
  func migrated() throws(Untranslatable) -> MigratedTrigger {
    guard let preset = catalogued else { return try gauge() }
    let entry =
      switch preset.kind {
      case .utilization: utilization(preset)
      case .queueDepth, .concurrency: requests(preset)
      case .rate: arrivals(preset)
      case .gauge: nil as MigratedTrigger?
      }
    guard let entry else { return try gauge() }
    return entry
  }

  /// The preset of the one metric in the query, if it is catalogued.
  private var catalogued: Preset? {
    guard reading.metrics.count == 1 else { return nil }
    let isRate = !reading.calls.isDisjoint(with: ["rate", "irate"])
    return Preset.catalogue.first {
      $0.metricNames.contains(reading.metrics[0]) && ($0.kind == .rate) == isRate
        && hasMatchers(of: $0)
    }
  }

  /// Whether the query has the matchers that tell a preset's series from others of the same name.
  /// One that only keeps copies away (`server=""`) tells nothing of them.
  private func hasMatchers(of preset: Preset) -> Bool {
    let query = demand.query.filter { !$0.isWhitespace }
    return preset.shape.matchers(beside: []).allSatisfy {
      $0.quotedValue == "\"\"" || query.contains($0.description)
    }
  }

  /// The aggregations in the query.
  private var aggregations: Set<String> {
    reading.calls.intersection(Self.everyAggregation)
  }

  private static let everyAggregation = PromQLReading.aggregations.union([
    "quantile", "topk", "bottomk", "stddev", "stdvar", "count_values", "limitk",
  ])

  /// What is averaged (or of what the largest is taken) where the whole query is that and nothing
  /// inside is aggregated already.
  private func argument(of names: Set<String>) -> String? {
    guard let outermost = reading.outermost, names.contains(outermost.name), !outermost.isGrouped,
      !reading.hasArithmetic,
      PromQLReading(outermost.argument).calls.isDisjoint(with: Self.everyAggregation)
    else { return nil }
    return outermost.argument
  }

  private func entry(_ kind: TriggerKind, query: String? = nil) -> MigratedTrigger {
    let active = demand.activationThreshold.flatMap { plainNumber($0) == 0 ? nil : $0 }
    let query = query ?? demand.query
    var entry = MigratedTrigger(
      name: demand.name ?? kind.defaultName, kind: kind.rawValue, query: query,
      threshold: demand.threshold.trimmed, activationThreshold: active,
      ignoresNull: demand.ignoresNull)
    // Where a scrape job renamed the workload's pod, the label "pod" is the exporter's own.
    let renamed = ["exported_pod", "pod_name"].first { query.contains($0) }
    if kind == .utilization { entry.replicaLabel = renamed }
    return entry
  }

  // MARK: Catalogued metrics

  private func utilization(_ preset: Preset) -> MigratedTrigger? {
    if aggregations.isEmpty || argument(of: ["avg", "max", "min"]) != nil, !reading.hasArithmetic {
      guard preset.unit == .ratio ? number <= 1 : (number > 1 && number <= 100) else { return nil }
      guard case .device = preset.shape else { return seriesOfPool(preset) ?? series(preset) }
      return series(preset)
    }
    let isMean = aggregations.contains("avg") || aggregations.isSuperset(of: ["sum", "count"])
    guard isMean, number <= 100 else { return nil }
    return mean(unit: number <= 1 ? .ratio : .percent)
  }

  /// One mean over replicas, which stays one.
  private func mean(unit: MetricUnit) -> MigratedTrigger {
    var entry = entry(.utilization)
    entry.unit = unit == .ratio ? unit.rawValue : nil
    entry.isMean = true
    entry.notes =
      demand.isValue ? [Self.valueOfMean] : [averageTrap(full: unit == .ratio ? 1 : 100)]
    return entry
  }

  /// A gateway's own mean over the pool, under whatever aggregation.
  private func seriesOfPool(_ preset: Preset) -> MigratedTrigger? {
    guard case .poolShare = preset.shape else { return nil }
    return mean(unit: preset.unit)
  }

  /// The series of a utilization, one per GPU or replica.
  private func series(_ preset: Preset) -> MigratedTrigger? {
    let argument = argument(of: ["avg", "max", "min"])
    guard !demand.isValue || argument != nil && reading.outermost?.name == "avg" else { return nil }
    var entry = entry(.utilization, query: argument)
    entry.unit = preset.unit == .ratio ? preset.unit.rawValue : nil
    if argument != nil, let name = reading.outermost?.name {
      entry.notes.append(
        "was \(name)(…). "
          + (demand.isValue ? Self.valueOfMean : averageTrap(full: preset.unit == .ratio ? 1 : 100))
          + " Now: each replica's mean over its series, summed over replicas.")
      entry.notes += activationNote
    }
    return entry + hint(preset)
  }

  private func requests(_ preset: Preset) -> MigratedTrigger? {
    let smoothing: Set<String> = [
      "avg_over_time", "max_over_time", "min_over_time", "last_over_time", "vector", "clamp_min",
      "clamp_max", "ceil", "floor", "round",
    ]
    guard reading.calls.subtracting(aggregations).isSubset(of: smoothing), !reading.hasArithmetic
    else { return nil }
    if case .pool = preset.shape { return nil }
    if let argument = argument(of: ["avg"]) {
      var entry = entry(preset.kind, query: argument)
      entry.notes = [
        "was avg(…), which does not grow with the fleet"
          + (demand.isValue ? " and was multiplied by the ready replicas" : "")
          + ". Now: the sum over replicas; the target of \(entry.threshold) is one replica's."
      ]
      entry.notes += activationNote
      return entry + hint(preset)
    }
    guard aggregations.isSubset(of: ["sum"]), !demand.isValue else { return nil }
    return entry(preset.kind) + hint(preset)
  }

  private func arrivals(_ preset: Preset) -> MigratedTrigger? {
    guard aggregations.isSubset(of: ["sum"]), !reading.hasArithmetic, !demand.isValue,
      reading.calls.subtracting(aggregations).isSubset(of: ["rate", "irate", "vector"])
    else { return nil }
    return entry(.rate) + hint(preset)
  }

  // MARK: Any other number

  private func gauge() throws(Untranslatable) -> MigratedTrigger {
    guard demand.isValue else {
      var entry = entry(.gauge)
      let isAverage = reading.outermost.map { $0.name == "avg" && !$0.isGrouped } ?? false
      if isAverage || reading.calls.contains("histogram_quantile") || isPoolAverage {
        entry.notes.append(
          "a mean or a quantile does not grow with the fleet, so that its value ÷ "
            + "\(entry.threshold) asks for the same few replicas however many are needed. It was so "
            + "before and is kept; write a total, such as sum(…)"
            + (catalogued.map { ", or preset \($0.name)" } ?? "") + ".")
      }
      return entry
    }
    guard let workload = target.workload else {
      throw Untranslatable(
        reason: "metricType Value multiplies by the ready replicas, and nothing tells those of a "
          + "\(target.kind.excerpt); write a query for the total and metricType AverageValue")
    }
    // Unknown ready replicas have to stay unknown, so what KEDA takes for 0 is written out.
    let value = demand.ignoresNull ? "((\(demand.query)) or vector(0))" : "(\(demand.query))"
    var entry = entry(
      .gauge,
      query: "\(value) * clamp_min(scalar(\(workload.readyQuery(namespace: target.namespace))), 1)")
    entry.ignoresNull = false
    entry.notes = [
      "metricType Value multiplied the value by the ready replicas at each of the HPA's steps. "
        + "The query does that now, with the replicas that kube-state-metrics tells, at least 1."
    ]
    if demand.ignoresNull {
      entry.notes.append(
        "no series still is 0 (`or vector(0)`); ignoreNullValues is false, so that unknown ready "
          + "replicas are unknown and not 0.")
    }
    entry.notes += activationNote
    return entry
  }

  private var isPoolAverage: Bool {
    guard case .pool(let pairs)? = catalogued?.shape else { return false }
    return pairs.contains { reading.metrics.contains($0.average) }
  }

  // MARK: Sentences

  private static let valueOfMean =
    "metricType Value multiplied this mean by the ready replicas: that is the sum over replicas."

  private func averageTrap(full: Double) -> String {
    let most = Int((full / number).rounded(.up))
    return "An average of at most \(plainText(full)) ÷ \(demand.threshold.trimmed) could never ask "
      + "for more than \(most) replica\(most == 1 ? "" : "s"), whatever the load."
  }

  private var activationNote: [String] {
    guard let text = demand.activationThreshold, let number = plainNumber(text), number > 0 else {
      return []
    }
    return [
      "activationThreshold \(text.trimmed) is now compared with the sum over replicas; the value was "
        + "not summed before."
    ]
  }

  private func hint(_ preset: Preset) -> String {
    "preset \(preset.name) would read the same metric under each of its names."
  }
}

extension MigratedTrigger {
  fileprivate static func + (entry: MigratedTrigger, note: String) -> MigratedTrigger {
    var entry = entry
    entry.notes.append(note)
    return entry
  }
}
