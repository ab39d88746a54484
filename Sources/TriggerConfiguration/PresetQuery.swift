extension Preset {
  /// The labels of a series that belong to the replica which published it.
  private static let replicaGrouping = "namespace, pod, exported_pod, pod_name, instance"

  /// The preset's PromQL with the matchers put on every metric in it. Replicas are told apart by
  /// `pod` (or what Prometheus made of it) in the answer, except for totals, which are one sample.
  package func query(selector: [LabelMatcher]) -> String {
    let own = shape.matchers(beside: selector).map(\.description)
    let braces = Self.braces(own, selector)
    switch shape {
    case .replica(let names, _, let copies, let combine):
      return names.map { name in
        let series = name + braces
        let single =
          copies.isEmpty ? series : "max without (\(copies.joined(separator: ", "))) (\(series))"
        return "\(combine.rawValue) by (\(Self.replicaGrouping)) (\(single))"
      }.joined(separator: " or ")
    case .rate(let tiers):
      return tiers.map { names in
        let parts = names.map { name in
          "sum by (\(Self.replicaGrouping)) (rate(\(name)\(braces)[1m]))"
        }
        return "sum(\(parts.joined(separator: " or ")))"
      }.joined(separator: " or ")
    case .total(let names):
      return names.map { "sum(\($0)\(braces))" }.joined(separator: " or ")
    case .device(let names, let workload, let minutes, _):
      return names.flatMap { name in
        workload.spellings.map { Self.deviceTerm(name, $0, minutes, own, selector) }
      }.joined(separator: " or ")
    case .pool(let pairs):
      return pairs.map { pair in
        "sum(max by (name) (\(pair.average)\(braces)) * max by (name) (\(pair.ready)\(braces)))"
      }.joined(separator: " or ")
    case .poolShare(let names):
      return names.map { "max(\($0)\(braces))" }.joined(separator: " or ")
    case .meanWait(let microseconds, let requests):
      let finished = "sum(rate(\(requests)\(braces)[1m]))"
      return "sum(rate(\(microseconds)\(braces)[1m])) / (\(finished) > 0) / 1e6 or 0 * \(finished)"
    case .quantile(let quantile, let buckets):
      let rates = buckets.map { "rate(\($0)\(braces)[1m])" }.joined(separator: " or ")
      return "histogram_quantile(\(quantile), sum by (le) (\(rates))) >= 0 or 0 * sum(\(rates))"
    }
  }

  /// PromQL for how many series each metric name has that may match; `nil` where there is but one.
  func variantsQuery(selector: [LabelMatcher]) -> String? {
    guard metricNames.count > 1 else { return nil }
    // A device's workload has other label names in each spelling.
    var matchers = selector
    if case .device = shape { matchers = [] }
    let names = "__name__=~\"\(metricNames.joined(separator: "|"))\""
    return "count by (__name__) (\(Self.braces([names], matchers)))"
  }

  /// How its series become one number per replica or in all, in words.
  package var combination: String {
    switch shape {
    case .replica(_, _, let copies, let combine):
      let parts = combine == .sum ? "summed" : "averaged"
      return copies.isEmpty
        ? "each replica's series \(parts)"
        : "the largest over \(copies.joined(separator: " and ")), then \(parts) per replica"
    case .rate: return "growth per second, summed; the first name that is there counts"
    case .total: return "summed"
    case .device(_, _, let minutes, _):
      let over = minutes.map { ", the mean over \($0) minutes rounded up" } ?? ""
      return "by the workload's pod\(over)"
    case .pool: return "average × ready replicas, once per pool"
    case .poolShare: return "one mean over the ready replicas"
    case .meanWait: return "time waited ÷ requests finished, × ready replicas"
    case .quantile(let quantile, _):
      return "quantile \(quantile) over all replicas, × ready replicas"
    }
  }

  /// The series of one metric under one spelling, with the workload's pod in the label `pod`.
  private static func deviceTerm(
    _ name: String, _ spelling: WorkloadSpelling, _ minutes: Int?, _ own: [String],
    _ selector: [LabelMatcher]
  ) -> String {
    let renamed = selector.map { matcher in
      var matcher = matcher
      if matcher.label == "pod" {
        matcher.label = spelling.pod
      } else {
        matcher.label = spelling.renames[matcher.label] ?? matcher.label
      }
      return matcher
    }
    let conditions =
      ["\(spelling.pod)!=\"\""] + spelling.absent.map { "\($0)=\"\"" } + own
    var series = name + braces(conditions, renamed)
    if let minutes { series = "ceil(avg_over_time(\(series)[\(minutes)m]))" }
    series = "max without (\(WorkloadLabels.copies.joined(separator: ", "))) (\(series))"
    guard spelling.pod == "pod" else {
      return "label_replace(\(series), \"pod\", \"$1\", \"\(spelling.pod)\", \"(.+)\")"
    }
    // Where a scrape job renames the workload's pod, or the exporter calls it pod_name, `pod` is the
    // exporter's own, and what it says of idle GPUs is about no workload.
    let others = ["exported_pod", "pod_name"].map { "\(name){\($0)!=\"\"}" }
    return "(\(series) unless on (job) (\(others.joined(separator: " or "))))"
  }

  private static func braces(_ matchers: [String], _ selector: [LabelMatcher]) -> String {
    let all = matchers + selector.map(\.description)
    return all.isEmpty ? "" : "{\(all.joined(separator: ","))}"
  }
}
