internal import Foundation
internal import Simulation

/// The tables that the benchmark prints.
struct Report {
  /// What ran.
  let lines: [Line]
  /// The clairvoyant's lines by trace, cold start and router.
  private let yardsticks: [String: Line]

  /// A report of all lines, the clairvoyant's among them.
  init(_ all: [Line]) {
    lines = Line.withBestFixed(all)
    yardsticks = Dictionary(
      lines.filter { $0.advisor == "clairvoyant" }.map { ($0.setting, $0) }
    ) { first, _ in first }
  }

  /// Everything as text.
  func text(perTrace: Bool) -> String {
    var text = ""
    for router in RequestRouter.allCases {
      for coldStart in Set(lines.map(\.coldStart)).sorted() {
        let part = lines.filter { $0.router == router && $0.coldStart == coldStart }
        guard !part.isEmpty else { continue }
        text += "\n## \(router.rawValue), cold start \(Int(coldStart)) s\n\n"
        if perTrace { text += table(part) + "\n" }
        text += means(part) + rungs(part)
      }
    }
    return text
  }

  private func table(_ part: [Line]) -> String {
    let head = Self.row([
      "trace", "advisor", "GPU-h", "÷ cl.", "late2 %", "late10 %", "J", "J ÷ cl.", "flips/h",
      "left", "W", "wall s/h",
    ])
    return head
      + part.map { line in
        let yardstick = yardsticks[line.setting]
        return Self.row([
          line.trace, line.advisor, Self.number(line.gpuHours, 2),
          Self.ratio(line.gpuHours, yardstick?.gpuHours), Self.number(100 * line.late2, 1),
          Self.number(100 * line.late10, 1), Self.number(line.cost, 2),
          Self.ratio(line.cost, yardstick?.cost), Self.number(line.flips, 1),
          Self.number(line.timeouts, 0), Self.number(line.computeHours, 2),
          Self.number(line.wallPerHour, 3),
        ])
      }.joined()
  }

  /// Means over the traces; ratios are means of ratios.
  private func means(_ part: [Line]) -> String {
    var order: [String] = []
    for line in part where !order.contains(line.row) { order.append(line.row) }
    let head = Self.row([
      "mean of traces", "traces", "GPU-h ÷ cl.", "late2 %", "late10 %", "J ÷ cl.", "worst",
      "flips/h", "wall s/h",
    ])
    return head
      + order.map { advisor in
        let group = part.filter { $0.row == advisor }
        let costs = group.compactMap { line in
          yardsticks[line.setting].map { line.cost / $0.cost }
        }
        let hours = group.compactMap { line in
          yardsticks[line.setting].map { line.gpuHours / $0.gpuHours }
        }
        return Self.row([
          advisor, "\(group.count)", Self.number(Self.mean(hours), 2),
          Self.number(100 * Self.mean(group.map(\.late2)), 1),
          Self.number(100 * Self.mean(group.map(\.late10)), 1),
          Self.number(Self.mean(costs), 2), Self.number(costs.max() ?? .nan, 2),
          Self.number(Self.mean(group.map(\.flips)), 1),
          Self.number(Self.mean(group.map(\.wallPerHour)), 3),
        ])
      }.joined()
  }

  /// How each engine's mean J compares with each baseline's, and on how many traces it is worse
  /// than the best baseline.
  private func rungs(_ part: [Line]) -> String {
    let names = part.filter { !$0.isHindsight }.map(\.advisor).reduce(into: [String]()) {
      names, name in
      if !names.contains(name) { names.append(name) }
    }
    let engines = names.filter { $0.hasPrefix("engine") }
    let baselines = names.filter { !$0.hasPrefix("engine") }
    guard !engines.isEmpty, !baselines.isEmpty else { return "" }
    func lines(_ name: String) -> [Line] { part.filter { $0.advisor == name } }
    let rows = baselines.map { baseline in
      let unit = Self.mean(lines(baseline).map(\.cost))
      return Self.row(
        [baseline, ""] + engines.map { Self.ratio(Self.mean(lines($0).map(\.cost)), unit) },
        width: 13)
    }
    let worse = engines.map { engine in
      lines(engine).filter { line in
        let best = part.filter { baselines.contains($0.advisor) && $0.trace == line.trace }
          .map(\.cost).min()
        return best.map { line.cost > $0 } ?? false
      }.map(\.trace)
    }
    let lost = zip(engines, worse).map { engine, traces in
      "\(engine) is worse than the best baseline on \(traces.count): "
        + traces.joined(separator: ", ") + "\n"
    }
    return "\n"
      + Self.row(
        ["engine's mean J ÷", ""] + engines.map { String($0.dropFirst("engine-".count)) }, width: 13
      ) + rows.joined() + "\n"
      + lost.joined()
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }

  private static func ratio(_ value: Double, _ unit: Double?) -> String {
    unit.map { number(value / $0, 2) } ?? "–"
  }

  private static func number(_ value: Double, _ digits: Int) -> String {
    value.isNaN ? "–" : String(format: "%.\(digits)f", value)
  }

  private static func row(_ cells: [String], width wide: Int = 9) -> String {
    let padded = cells.enumerated().map { index, cell in
      let width = index < 2 ? 20 : wide
      let fill = String(repeating: " ", count: max(0, width - cell.count))
      return index < 2 ? cell + fill : fill + cell
    }
    return padded.joined(separator: " ") + "\n"
  }
}
