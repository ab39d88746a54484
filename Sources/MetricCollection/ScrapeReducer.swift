internal import PrometheusFormat
internal import TriggerConfiguration

/// From the series of scraped replicas to the answer a Prometheus would have given.
///
/// First each replica's series are reduced to its share, then the shares are joined.
struct ScrapeReducer {
  private let shape: PresetShape
  /// What the user chooses by.
  private let conditions: [LabelCondition]
  /// What the preset chooses by itself.
  private let own: [LabelCondition]

  /// The metric names to keep of an exposition.
  let wanted: [String]

  /// How long counters are looked back at: rates follow at once, means and quantiles need some
  /// requests in them.
  let window: Duration

  init(_ source: ScrapeSource) {
    shape = source.shape
    conditions = source.selector.compactMap { LabelCondition($0) }
    own = shape.matchers(beside: source.selector).compactMap { LabelCondition($0) }
    wanted = source.shape.metricNames
    switch source.shape {
    case .meanWait, .quantile: window = .seconds(30)
    case .replica, .rate, .total, .device, .pool, .poolShare: window = .seconds(3)
    }
  }

  /// Whether it rests on the growth of counters, which two scrapes tell.
  var isGrowth: Bool {
    switch shape {
    case .rate, .meanWait, .quantile: true
    case .replica, .total, .device, .pool, .poolShare: false
    }
  }

  /// What one replica contributes.
  enum Share: Equatable {
    /// The metric is not there, or a counter has been seen only once.
    case nothing
    /// Final values.
    case values([Sample])
    /// Growth of counters.
    case growth(CounterTrack.Growth)
    /// By place in the list of pairs and name of the pool: the average and the ready replicas.
    case pools([Int: [String: PoolReading]])
  }

  /// A pool as one publisher sees it.
  struct PoolReading: Equatable {
    var average: Double?
    var ready: Double?
  }

  /// One replica's share of a scrape; counters go through its track.
  func share(
    of scraped: [ExpositionSample], instance: String, track: inout CounterTrack,
    at now: ContinuousClock.Instant
  ) -> Share {
    switch shape {
    case .replica(let names, _, let copies, let combine):
      let series = firstPresent(names, scraped.filter { fulfils($0, own + conditions) })
      guard let value = combined(series, copies: copies, combine) else { return .nothing }
      return .values([sample(value, ["instance": instance])])
    case .total(let names):
      let series = firstPresent(names, scraped.filter { fulfils($0, conditions) })
      guard !series.isEmpty else { return .nothing }
      return .values([sample(series.reduce(0) { $0 + $1.value }, .none)])
    case .poolShare(let names):
      let series = firstPresent(names, scraped.filter { fulfils($0, conditions) })
      guard let most = series.map(\.value).max() else { return .nothing }
      return .values([sample(most, .none)])
    case .device(let names, let workload, _, _):
      return .values(devices(scraped.filter { fulfils($0, own) }, names, workload))
    case .pool(let pairs): return .pools(pools(scraped, pairs))
    case .rate, .meanWait, .quantile:
      track.take(counters(scraped.filter { fulfils($0, conditions) }), at: now)
      guard let growth = track.growth, !growth.bySlot.isEmpty else { return .nothing }
      return .growth(growth)
    }
  }

  /// The answer of all replicas together.
  func join(_ shares: [Share]) -> [Sample] {
    switch shape {
    case .replica, .device: return shares.flatMap(\.values)
    case .total:
      let values = shares.flatMap(\.values).map(\.value)
      return values.isEmpty ? [] : [sample(values.reduce(0, +), .none)]
    case .poolShare:
      return shares.flatMap(\.values).map(\.value).max().map { [sample($0, .none)] } ?? []
    case .pool(let pairs): return poolTotal(shares, pairs.count)
    case .rate(let tiers):
      let rates = perSecond(shares)
      return tiers.indices.lazy.compactMap { rates["\($0)"] }.first.map { [sample($0, .none)] }
        ?? []
    case .meanWait:
      let rates = perSecond(shares)
      guard let requests = rates["requests"], let waited = rates["microseconds"] else { return [] }
      return [sample(requests > 0 ? waited / requests / 1e6 : 0, .none)]
    case .quantile(let quantile, _):
      let rates = perSecond(shares)
      guard !rates.isEmpty else { return [] }
      let buckets = rates.compactMap { bound, rate in
        (bound == "+Inf" ? Double.infinity : Double(bound)).map { HistogramBucket($0, rate) }
      }
      return [sample(histogramQuantile(quantile, of: buckets) ?? 0, .none)]
    }
  }

  private func sample(_ value: Double, _ labels: Labels) -> Sample {
    Sample(labels: labels, value: value, timestampSeconds: 0)
  }

  private func fulfils(_ sample: ExpositionSample, _ conditions: [LabelCondition]) -> Bool {
    conditions.allSatisfy { $0.accepts(sample[label: $0.label]) }
  }

  /// The series of the first name that has any: variants of one metric are never added up.
  private func firstPresent(
    _ names: [String], _ scraped: [ExpositionSample]
  ) -> [ExpositionSample] {
    for name in names {
      let series = scraped.filter { $0.name == name }
      if !series.isEmpty { return series }
    }
    return []
  }

  /// The largest over copies, then the sum or mean over parts.
  private func combined(
    _ series: [ExpositionSample], copies: [String], _ combine: PresetShape.Combine
  ) -> Double? {
    guard !series.isEmpty else { return nil }
    let parts = once(series, copies: copies)
    let sum = parts.reduce(0) { $0 + $1.value }
    return combine == .sum ? sum : sum / Double(parts.count)
  }

  /// Of series that differ in the labels `copies` only, one with the largest value.
  private func once(_ series: [ExpositionSample], copies: [String]) -> [ExpositionSample] {
    var places: [[ExpositionLabel]: Int] = [:]
    var parts: [ExpositionSample] = []
    for one in series {
      let key = one.labels.filter { !copies.contains($0.name) }.sorted { $0.name < $1.name }
      guard let place = places[key] else {
        places[key] = parts.count
        parts.append(one)
        continue
      }
      // A number that is none stays one, so that the total is seen to be unknown.
      let most = parts[place].value
      parts[place].value = most.isNaN || one.value.isNaN ? .nan : max(most, one.value)
    }
    return parts
  }

  /// An exporter's series with the workload's pod in the label `pod`.
  private func devices(
    _ scraped: [ExpositionSample], _ names: [String], _ workload: WorkloadLabels
  ) -> [Sample] {
    func spelling(_ series: ExpositionSample) -> WorkloadSpelling? {
      workload.spellings.first { series[label: $0.pod]?.isEmpty == false }
    }
    let wanted = firstPresent(names, scraped).filter { series in
      guard let spelling = spelling(series) else { return false }
      return conditions.allSatisfy { condition in
        let label =
          condition.label == "pod"
          ? spelling.pod : spelling.renames[condition.label] ?? condition.label
        return condition.accepts(series[label: label])
      }
    }
    return once(wanted, copies: WorkloadLabels.copies).compactMap { series in
      spelling(series).flatMap { series[label: $0.pod] }.map { sample(series.value, ["pod": $0]) }
    }
  }

  private func pools(
    _ scraped: [ExpositionSample], _ pairs: [PoolPair]
  ) -> [Int: [String: PoolReading]] {
    var pools: [Int: [String: PoolReading]] = [:]
    for series in scraped where fulfils(series, conditions) {
      for (index, pair) in pairs.enumerated() {
        let name = series[label: "name"] ?? ""
        var reading = pools[index]?[name] ?? PoolReading()
        if series.name == pair.average {
          reading.average = max(reading.average ?? series.value, series.value)
        } else if series.name == pair.ready {
          reading.ready = max(reading.ready ?? series.value, series.value)
        } else {
          continue
        }
        pools[index, default: [:]][name] = reading
      }
    }
    return pools
  }

  private func poolTotal(_ shares: [Share], _ pairCount: Int) -> [Sample] {
    for index in 0..<pairCount {
      var byName: [String: PoolReading] = [:]
      for case .pools(let pools) in shares {
        for (name, reading) in pools[index] ?? [:] {
          let known = byName[name]
          byName[name] = PoolReading(
            average: [known?.average, reading.average].compactMap(\.self).max(),
            ready: [known?.ready, reading.ready].compactMap(\.self).max())
        }
      }
      let totals = byName.values.compactMap { reading in
        reading.average.flatMap { average in reading.ready.map { average * $0 } }
      }
      if !totals.isEmpty { return [sample(totals.reduce(0, +), .none)] }
    }
    return []
  }

  /// The counters of a scrape with the slot that each is added to.
  private func counters(_ scraped: [ExpositionSample]) -> [CounterTrack.Reading] {
    scraped.compactMap { series in
      slot(of: series, in: scraped).map { slot in
        let labels = series.labels.sorted { $0.name < $1.name }
        let key = labels.reduce(into: series.name) { $0 += "\u{0}\($1.name)\u{0}\($1.value)" }
        return CounterTrack.Reading(key: key, slot: slot, value: series.value)
      }
    }
  }

  private func slot(of series: ExpositionSample, in scraped: [ExpositionSample]) -> String? {
    func isFirstPresent(_ names: [String]) -> Bool {
      names.first { name in scraped.contains { $0.name == name } } == series.name
    }
    switch shape {
    case .rate(let tiers):
      return tiers.firstIndex { $0.contains(series.name) && isFirstPresent($0) }.map { "\($0)" }
    case .meanWait(let microseconds, let requests):
      return series.name == microseconds
        ? "microseconds" : series.name == requests ? "requests" : nil
    case .quantile(_, let buckets):
      return isFirstPresent(buckets) ? series[label: "le"] : nil
    case .replica, .total, .device, .pool, .poolShare: return nil
    }
  }

  /// Growth per second by slot, over all replicas.
  private func perSecond(_ shares: [Share]) -> [String: Double] {
    var rates: [String: Double] = [:]
    for case .growth(let growth) in shares {
      for (slot, amount) in growth.bySlot { rates[slot, default: 0] += amount / growth.seconds }
    }
    return rates
  }
}

extension ScrapeReducer.Share {
  fileprivate var values: [Sample] {
    if case .values(let samples) = self { return samples }
    return []
  }
}
