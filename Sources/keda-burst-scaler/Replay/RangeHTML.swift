import ScalingEngine
import TriggerConfiguration

/// The HTML report of a recorded range's replay.
struct RangeHTML {
  let report: RangeReport
  private let axis: TimeAxis

  /// The report's page, not yet written out.
  init(report: RangeReport) {
    self.report = report
    axis = TimeAxis(
      seconds: report.range.end - report.range.start, origin: report.range.start)
  }

  /// The page.
  var html: String {
    HTMLReport(
      title: "Replay of \(UTCText.full(report.range.start)) to \(UTCText.full(report.range.end))",
      facts: [
        (name: "Range", value: report.rangeWords),
        (name: "Configurations", value: report.rows.map(\.name).joined(separator: ", ")),
      ] + report.notes.map { (name: "Note", value: $0) }, note: RangeReport.openLoop, table: table,
      legend: legend, switches: [],
      sections: sections, axis: axis
    ).html
  }

  private var legend: String {
    let waiting = report.rows.compactMap { row in
      report.waitingWords(row).map { "\(row.name): \($0). " }
    }
    let notes = report.rows.flatMap { row in
      row.notes.map { "\(row.name): \($0.text) (\($0.count) times). " }
    }
    return waiting.joined() + notes.joined()
      + "Known is the share of the range in which the count is known."
  }

  private var table: String {
    let head = [
      "Replicas", "Replica-hours", "Mean", "Max", "Changes", "Flips", "Panic", "Known",
    ].map { "<th scope=\"col\">\($0)</th>" }.joined()
    var body = cells("what really ran", 7, report.readyReplicas, nil)
    for (index, row) in report.rows.enumerated() {
      body += cells(row.name, index % 7, row.states.map(\.wantedReplicas), row)
    }
    return "<table><thead><tr>\(head)</tr></thead><tbody>\(body)</tbody></table>"
  }

  private func cells(
    _ name: String, _ colour: Int, _ counts: [Int?], _ row: RangeReport.Row?
  ) -> String {
    let summary = report.summary(counts)
    let isKnown = summary.knownShare > 0
    let cells = [
      "<span class=\"swatch c\(colour)\"></span>\(HTMLText.escaped(name))",
      isKnown ? Plain.number(summary.replicaHours, 2) : "–",
      isKnown ? Plain.number(summary.mean, 1) : "–", isKnown ? "\(summary.most)" : "–",
      isKnown ? "\(summary.changes)" : "–", isKnown ? "\(summary.flips)" : "–",
      row.map { Plain.length(Double(report.panicSeconds($0))) } ?? "–",
      Plain.percent(summary.knownShare),
    ]
    return "<tr>" + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
  }

  private var sections: [HTMLReport.Section] {
    var sections: [HTMLReport.Section] = []
    if report.rows.count > 1 {
      sections.append(
        HTMLReport.Section(title: "Side by side", charts: [comparison]))
    }
    return sections
      + report.rows.enumerated().map { index, row in
        HTMLReport.Section(
          title: row.name, charts: [replicas(row, index)] + triggers(row, index),
          folds: report.rows.count > 1)
      }
  }

  private var ran: Chart.Line {
    Chart.Line(
      name: "what really ran", colour: 7,
      values: largest(report.readyReplicas.map { $0.map(Double.init) }), style: .area)
  }

  private var comparison: Chart {
    Chart(
      id: "replicas", title: "Replicas asked for", unit: "",
      lines: [ran]
        + report.rows.enumerated().map { index, row in
          Chart.Line(name: row.name, colour: index % 7, values: wanted(row))
        })
  }

  private func replicas(_ row: RangeReport.Row, _ number: Int) -> Chart {
    let panic = largest(row.states.map { $0.isPanicking ? 1 : 0 })
    return Chart(
      id: "replicas-\(number)", title: "Replicas", unit: "",
      lines: [ran, Chart.Line(name: "asked for", colour: number % 7, values: wanted(row))],
      bands: TimeAxis.ranges(panic.map { $0 == 1 }))
  }

  private func triggers(_ row: RangeReport.Row, _ number: Int) -> [Chart] {
    row.triggers.enumerated().map { index, trigger in
      Chart(
        id: "trigger-\(number)-\(index)", title: trigger.name, unit: unit(trigger),
        lines: [
          Chart.Line(
            name: trigger.name, colour: (index + 2) % 7,
            values: largest(row.states.map { $0.readings[index] }), style: .area)
        ], digits: 1)
    }
  }

  private func unit(_ trigger: TriggerSource) -> String {
    switch trigger.kind {
    case .utilization: "percent, mean over replicas"
    case .queueDepth: "requests waiting, total"
    case .concurrency: "requests running, total"
    case .rate: "per second, total"
    case .gauge: "total"
    }
  }

  private func wanted(_ row: RangeReport.Row) -> [Double?] {
    largest(row.states.map { $0.wantedReplicas.map(Double.init) })
  }

  /// The largest of each bucket out of one value per step.
  private func largest(_ values: [Double?]) -> [Double?] {
    let step = report.range.stepSeconds
    return (0..<axis.count).map { bucket in
      let from = bucket * axis.bucketSeconds / step
      let to = max(from + 1, ((bucket + 1) * axis.bucketSeconds + step - 1) / step)
      guard from < values.count else { return nil }
      return values[from..<min(to, values.count)].compactMap { $0 }.max()
    }
  }
}
