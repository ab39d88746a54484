import Simulation
import TraceFormat

/// The HTML report of a replay.
struct ReplayHTML {
  let report: ReplayReport
  private let axis: TimeAxis

  /// The report's page, not yet written out.
  init(report: ReplayReport) {
    self.report = report
    axis = TimeAxis(seconds: report.rows.first?.result.series.count ?? 1)
  }

  /// The page.
  var html: String {
    var facts = [
      (name: "Load", value: report.loadWords), (name: "Fleet", value: report.fleetWords),
    ]
    facts += report.controlWords.map { (name: "Control", value: $0) }
    facts += report.notes.map { (name: "Note", value: $0) }
    return HTMLReport(
      title: "Replay: \(report.load)", facts: facts, note: nil, table: table, legend: legend,
      switches: report.rows.map(\.name), sections: sections, axis: axis
    ).html
  }

  private var legend: String {
    "GPU-hours count starting, ready and draining replicas. Late is the share of requests whose "
      + "wait for the first token, beyond the prompt's own time, was longer. J = GPU-hours + 10 × "
      + "\(Plain.number(report.computeHours, 2)) h of pure compute × both shares; lower is better. "
      + "A flip is a turn from growing to shrinking or back. The first "
      + "\(Plain.length(report.settings.warmUpSeconds)) are not scored."
  }

  private var table: String {
    let scores = report.rows.map(\.result.score)
    let head = [
      "Configuration", "GPU-hours", "Late &gt; 2 s", "Late &gt; 10 s", "J", "Flips/h", "Max queue",
      "Max replicas", "Panic",
    ].map { "<th scope=\"col\">\($0)</th>" }.joined()
    let contest = report.rows.indices.filter { report.rows[$0].name != "clairvoyant" }
    let best = contest.count > 1 ? contest.min { scores[$0].cost < scores[$1].cost } : nil
    let rows = report.rows.enumerated().map { index, row in
      let score = scores[index]
      let tag = index == best ? "<span class=\"tag\">lowest J</span>" : ""
      let name = HTMLText.escaped(row.name)
      let cells = [
        "<span class=\"swatch c\(index % 8)\"></span>\(name)\(tag)",
        bar(Plain.number(score.gpuHours, 2), score.gpuHours, scores.map(\.gpuHours), index),
        bar(Plain.percent(score.late2), score.late2, scores.map(\.late2), index),
        bar(Plain.percent(score.late10), score.late10, scores.map(\.late10), index),
        bar(Plain.number(score.cost, 2), score.cost, scores.map(\.cost), index),
        Plain.number(score.flipsPerHour, 1),
        Plain.thousands(row.maxQueue(from: report.scoredFrom)),
        "\(row.maxReplicas(from: report.scoredFrom))",
        Plain.length(Double(row.panicSeconds(from: report.scoredFrom))),
      ]
      return "<tr\(index == best ? " class=\"best\"" : "")>"
        + cells.map { "<td>\($0)</td>" }.joined() + "</tr>"
    }
    return "<table><thead><tr>\(head)</tr></thead><tbody>\(rows.joined())</tbody></table>"
  }

  private func bar(_ text: String, _ value: Double, _ all: [Double], _ index: Int) -> String {
    let most = all.max() ?? 0
    let share = most > 0 ? 100 * value / most : 0
    return "\(text)<span class=\"bar c\(index % 8)\" style=\"width:\(Plain.number(share, 1))%\">"
      + "</span>"
  }

  private var sections: [HTMLReport.Section] {
    var sections = [
      HTMLReport.Section(title: "Load", charts: [loadChart])
    ]
    if report.rows.count > 1 {
      sections.append(
        HTMLReport.Section(
          title: "Side by side", charts: comparison, hasLegend: true))
    }
    sections += report.rows.enumerated().map { index, row in
      HTMLReport.Section(
        title: row.name, charts: details(row, number: index), folds: report.rows.count > 1)
    }
    return sections
  }

  private var loadChart: Chart {
    let arrivals = report.rows.first?.result.series.map { Double($0.arrivals) } ?? []
    return Chart(
      id: "load", title: "Requests arriving", unit: "per second",
      lines: [Chart.Line(name: "arrivals", colour: 7, values: axis.mean(arrivals), style: .area)],
      digits: 1)
  }

  private var comparison: [Chart] {
    func chart(
      _ id: String, _ title: String, _ unit: String, digits: Int = 0,
      _ values: (SimulationResult) -> [Double?]
    ) -> Chart {
      Chart(
        id: id, title: title, unit: unit,
        lines: report.rows.enumerated().map { index, row in
          Chart.Line(name: row.name, colour: index % 8, values: values(row.result))
        }, digits: digits, followsLegend: true)
    }
    return [
      chart("ready", "Ready replicas", "") { largest($0) { Double($0.readyReplicas) } },
      chart("queue", "Requests waiting", "") { largest($0) { Double($0.queueDepth) } },
      chart("late", "Late requests", "arrivals per minute that waited more than 2 s") {
        latePerMinute($0) { Double($0.late2) }
      },
      chart("hours", "GPU-hours so far", "", digits: 2, hoursSoFar),
    ]
  }

  private func details(_ row: ReplayReport.Row, number: Int) -> [Chart] {
    let result = row.result
    let advised = result.series.map { $0.advisedReplicas.map(Double.init) }
    return [
      Chart(
        id: "replicas-\(number)", title: "Replicas", unit: "",
        lines: [
          Chart.Line(
            name: "wanted", colour: 7,
            values: axis.largest(advised).map { $0.map { min($0, most) } }, style: .dashed),
          Chart.Line(
            name: "desired", colour: 1, values: largest(result) { Double($0.currentReplicas) }),
          Chart.Line(
            name: "ready", colour: 0, values: largest(result) { Double($0.readyReplicas) },
            style: .area),
        ], bands: panic(result)),
      Chart(
        id: "queue-\(number)", title: "Requests", unit: "",
        lines: [
          Chart.Line(name: "running", colour: 2, values: largest(result) { Double($0.running) }),
          Chart.Line(
            name: "waiting", colour: 3, values: largest(result) { Double($0.queueDepth) },
            style: .area),
        ]),
      Chart(
        id: "late-\(number)", title: "Late requests", unit: "arrivals per minute",
        lines: [
          Chart.Line(
            name: "waited more than 2 s", colour: 4,
            values: latePerMinute(result) { Double($0.late2) }, style: .area),
          Chart.Line(
            name: "more than 10 s", colour: 5,
            values: latePerMinute(result) { Double($0.late10) }, style: .area),
        ]),
    ]
  }

  /// What policies want is drawn up to the count that they could get.
  private var most: Double { Double(report.settings.maxReplicas) }

  private func largest(
    _ result: SimulationResult, _ value: (SimulationSecond) -> Double
  ) -> [Double?] {
    axis.largest(result.series.map(value))
  }

  private func latePerMinute(
    _ result: SimulationResult, _ value: (SimulationSecond) -> Double
  ) -> [Double?] {
    axis.mean(result.series.map(value)).map { $0.map { 60 * $0 } }
  }

  private func hoursSoFar(_ result: SimulationResult) -> [Double?] {
    var sum = 0.0
    let seconds = result.series.enumerated().map { second, state -> Double? in
      if second >= report.scoredFrom { sum += Double(state.occupiedReplicas) / 3600 }
      return sum
    }
    return axis.largest(seconds)
  }

  private func panic(_ result: SimulationResult) -> [Range<Int>] {
    let inPanic = axis.largest(result.series.map { $0.isPanicking ? 1 : 0 })
    return TimeAxis.ranges(inPanic.map { $0 == 1 })
  }
}

extension TimeAxis {
  /// The stretches in which `flags` are set.
  static func ranges(_ flags: [Bool]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var start: Int?
    for (index, flag) in (flags + [false]).enumerated() {
      if flag, start == nil { start = index }
      if !flag, let from = start {
        ranges.append(from..<index)
        start = nil
      }
    }
    return ranges
  }
}
