package import PrometheusFormat
package import ScalingEngine
package import TriggerConfiguration

/// What one trigger reads from one answer: a total, a sum over replicas, a mean, or nothing.
package struct SampleReading {
  /// What the engine is given.
  package var reading: TriggerReading
  /// How many replicas the series tell of; `nil` where they do not tell replicas apart.
  package var distinctReplicas: Int?
  /// What is odd about the answer, to be read after the trigger's name.
  package var remark: String?

  /// Reads `answer` as `source` says.
  package init(_ answer: QueryAnswer, source: TriggerSource) {
    reading = .unknown
    switch answer.result {
    case .scalar(let point): take(total: point.value, source)
    case .vector(let samples): take(samples, source)
    case .matrix, .string: remark = "the query gives a \(answer.result.typeName), not numbers"
    }
    // The engine takes it for unknown, and cannot say of which value.
    if let amount, amount < 0 {
      remark =
        "its value is \(amount * source.unit.divisor), which no demand can be; mend the query, or write "
        + "clamp_min(…, 0) around it"
    }
  }

  private var amount: Double? {
    switch reading {
    case .unknown: nil
    case .total(let amount), .atLeast(let amount), .average(let amount): amount
    case .perReplica(let sum, _): sum
    }
  }

  private mutating func take(total value: Double, _ source: TriggerSource) {
    guard value.isFinite || source.ignoreNullValues else {
      remark = "the value is \(value), which is unknown; ignoreNullValues: true would make it 0"
      return
    }
    let value = value.isFinite ? value / source.unit.divisor : 0
    reading = source.kind == .utilization || source.isAverage ? .average(value) : .total(value)
  }

  private mutating func take(_ samples: [Sample], _ source: TriggerSource) {
    guard !samples.isEmpty else {
      remark = "no series matches its query"
      if source.ignoreNullValues {
        reading = source.kind == .utilization ? .perReplica(sum: 0, replicas: 0) : .total(0)
      }
      return
    }
    if samples.count == 1, replica(of: samples[0], source) == nil {
      return take(total: samples[0].value, source)
    }
    var byReplica: [String: (sum: Double, count: Double)] = [:]
    var unnamed: (sum: Double, count: Double) = (0, 0)
    for sample in samples {
      guard sample.value.isFinite || source.ignoreNullValues else {
        remark = "a series is \(sample.value), so the total is unknown"
        return
      }
      let value = sample.value.isFinite ? sample.value / source.unit.divisor : 0
      if let name = replica(of: sample, source) {
        let (sum, count) = byReplica[name] ?? (0, 0)
        byReplica[name] = (sum + value, count + 1)
      } else {
        unnamed = (unnamed.sum + value, unnamed.count + 1)
      }
    }
    if !byReplica.isEmpty { distinctReplicas = byReplica.count }
    combine(byReplica.values.map { ($0.sum, $0.count) }, unnamed: unnamed, source)
  }

  /// Utilization: the mean over a replica's GPUs, summed over replicas. Anything else: the sum of all.
  private mutating func combine(
    _ replicas: [(sum: Double, count: Double)], unnamed: (sum: Double, count: Double),
    _ source: TriggerSource
  ) {
    guard source.kind == .utilization else {
      reading = .total(replicas.reduce(unnamed.sum) { $0 + $1.sum })
      return
    }
    if replicas.isEmpty {
      reading = .average(unnamed.sum / unnamed.count)
      remark =
        "no series has the label \(source.replicaLabels.joined(separator: " or ")), so they are "
        + "taken as one mean"
      return
    }
    if unnamed.count > 0 {
      remark = "\(Int(unnamed.count)) series without a replica's label were passed over"
    }
    reading = .perReplica(
      sum: replicas.reduce(0) { $0 + $1.sum / $1.count }, replicas: replicas.count)
  }

  private func replica(of sample: Sample, _ source: TriggerSource) -> String? {
    for label in source.replicaLabels {
      if let name = sample.labels[label], !name.isEmpty { return name }
    }
    return nil
  }
}
