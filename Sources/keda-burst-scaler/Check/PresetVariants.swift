import MetricCollection
import PrometheusFormat
import TriggerConfiguration

/// Which of a preset's spellings are there, and how they are combined.
extension QueryProbe {
  /// Adds to each preset's query what matched, and a warning where two could be meant.
  func addVariants(
    _ targets: [QueryTarget], _ answers: TriggerQueries.Answers, spec: TriggerSpec,
    to checked: inout CheckedTrigger
  ) async {
    for (source, answer) in zip(spec.sources, answers.triggers) {
      guard let name = source.preset, let preset = Preset.named(name) else { continue }
      guard let matched = await names(of: preset, source, targets, spec) else { continue }
      if matched.count > 1, preset.namesAreAlternatives {
        checked.warn(
          "\"\(source.name)\": \(matched.joined(separator: " and ")) are both there; of one replica "
            + "the first of \(preset.metricNames.joined(separator: ", ")) counts")
      }
      var words = "preset \(name): matched "
      words += matched.isEmpty ? "nothing" : matched.joined(separator: ", ")
      let labels = Self.workloadLabels(of: preset, answer)
      if !labels.isEmpty { words += ", workloads named by \(labels.joined(separator: " and "))" }
      if labels.count > 1 {
        checked.warn(
          "\"\(source.name)\": workloads are named by \(labels.joined(separator: " and ")): two scrape "
            + "jobs or exporters. Where both see the same GPUs, choose one with a selector, such as "
            + "job=\"…\"")
      }
      for index in checked.queries.indices where checked.queries[index].name == source.name {
        checked.queries[index].examples.insert("\(words); \(preset.combination)", at: 0)
      }
    }
  }

  /// The names that are there, each with its number of series; `nil` where that cannot be told.
  private func names(
    of preset: Preset, _ source: TriggerSource, _ targets: [QueryTarget], _ spec: TriggerSpec
  ) async -> [String]? {
    if source.scrape != nil { return ["pages"] }
    guard let query = source.variantsQuery, let server = targets.first?.source else {
      return preset.metricNames.prefix(1).map { "\($0)" }
    }
    let target = QueryTarget(source: server, expression: query, timeout: spec.timeout)
    guard case .vector(let samples)? = try? await answers(to: [target]).first?.answer?.result else {
      return nil
    }
    return samples.map { "\($0.labels["__name__"] ?? "?") (\(Int($0.value)) series)" }.sorted()
  }

  /// The labels by which a device's series name their workload, each with its number of series, in
  /// the order in which they are looked for.
  private static func workloadLabels(of preset: Preset, _ answer: CollectedAnswer) -> [String] {
    guard let spellings = preset.workloadSpellings,
      case .vector(let samples)? = answer.answer?.result
    else { return [] }
    var counts: [String: Int] = [:]
    for sample in samples {
      let spelling = spellings.first { sample.labels[$0.pod]?.isEmpty == false }
      // The answer has each workload under "pod", whatever it was called.
      let renamed = spellings.first { $0.pod != "pod" && sample.labels[$0.pod]?.isEmpty == false }
      guard let label = (renamed ?? spelling)?.pod else { continue }
      counts[label, default: 0] += 1
    }
    return spellings.compactMap { spelling in
      counts[spelling.pod].map { "\(spelling.pod) (\($0) series)" }
    }
  }
}

extension CheckedTrigger {
  fileprivate mutating func warn(_ message: String) {
    findings.append(Finding(.twoMetrics, line: line, message))
  }
}
