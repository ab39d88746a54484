import Foundation
import Simulation
import TraceFormat

/// Numbers and tables as people read them; the same on every platform and in every locale.
enum Plain {
  /// `12.30` with `digits` decimals.
  static func number(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return "–" }
    var scale = 1.0
    for _ in 0..<digits { scale *= 10 }
    guard abs(value) * scale < 9e18 else { return "\(value)" }
    let whole = Int((abs(value) * scale).rounded())
    let sign = value < 0 && whole > 0 ? "-" : ""
    guard digits > 0 else { return "\(sign)\(whole)" }
    let unit = Int(scale)
    let fraction = String(whole % unit)
    return "\(sign)\(whole / unit)."
      + String(repeating: "0", count: digits - fraction.count) + fraction
  }

  /// `9.1 %` of a share of 0.091.
  static func percent(_ share: Double) -> String { number(100 * share, 1) + " %" }

  /// `1:02:05` or `2:05`.
  static func clock(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    let tail = (rest < 10 ? "0" : "") + "\(rest)"
    guard hours > 0 else { return "\(minutes):\(tail)" }
    return "\(hours):" + (minutes < 10 ? "0" : "") + "\(minutes):\(tail)"
  }

  /// `1h30m`, `45s`.
  static func length(_ seconds: Double) -> String {
    let whole = Int(seconds.rounded())
    var text = ""
    for (unit, size) in [("h", 3600), ("m", 60), ("s", 1)] {
      let amount = whole / size % (size == 3600 ? Int.max : 60)
      if amount > 0 { text += "\(amount)\(unit)" }
    }
    return text.isEmpty ? "0s" : text
  }

  /// `89 105`: thousands set apart by a space that does not break.
  static func thousands(_ number: Int, space: String = "\u{A0}") -> String {
    var digits = Array(String(number.magnitude))
    var at = digits.count - 3
    while at > 0 {
      digits.insert(contentsOf: space, at: at)
      at -= 3
    }
    return (number < 0 ? "-" : "") + String(digits)
  }

  /// Columns set side by side: the first to the left, the others to the right. The first row is
  /// the head.
  static func table(_ rows: [[String]]) -> String {
    let columns = rows.first?.count ?? 0
    let widths = (0..<columns).map { column in rows.map { $0[column].count }.max() ?? 0 }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let fill = String(repeating: " ", count: widths[column] - cell.count)
        return column == 0 ? cell + fill : fill + cell
      }
      let line = cells.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed()) + "\n"
    }.joined()
  }
}

/// The text table of a replay.
struct ReplayText {
  let report: ReplayReport

  /// The load, the fleet, the table, and what its columns are.
  var text: String {
    heading + "\n" + Plain.table([Self.head] + report.rows.map(cells)) + "\n" + legend
  }

  private static let head = [
    "configuration", "GPU-hours", "late >2s", "late >10s", "J", "flips/h", "max queue",
    "max replicas", "panic",
  ]

  private func cells(_ row: ReplayReport.Row) -> [String] {
    let score = row.result.score
    return [
      row.name, Plain.number(score.gpuHours, 2), Plain.percent(score.late2),
      Plain.percent(score.late10), Plain.number(score.cost, 2),
      Plain.number(score.flipsPerHour, 1), "\(row.maxQueue(from: report.scoredFrom))",
      "\(row.maxReplicas(from: report.scoredFrom))",
      Plain.length(Double(row.panicSeconds(from: report.scoredFrom))),
    ]
  }

  /// What was played on what: one line each, and one for each control path.
  private var heading: String {
    var text = "load     \(report.loadWords)\nfleet    \(report.fleetWords)\n"
    for words in report.controlWords { text += "control  \(words)\n" }
    for note in report.notes { text += "note     \(note)\n" }
    return text
  }

  private var legend: String {
    """
    GPU-hours: starting, ready and draining replicas. late: share of requests whose wait for the
    first token, beyond the prompt's own time, was longer. J = GPU-hours + 10 × \
    \(Plain.number(report.computeHours, 2)) h of pure
    compute × both shares: lower is better. The first \
    \(Plain.length(report.settings.warmUpSeconds)) are not scored.

    """
  }
}

extension ReplayReport {
  /// `step, seed 7: 63 012 requests in 1h`.
  var loadWords: String {
    let hidden = settings.hiddenSignals.map(\.rawValue).sorted()
    return "\(load): \(Plain.thousands(trace.arrivals.count)) requests in "
      + Plain.length(trace.durationSeconds)
      + (hidden.isEmpty ? "" : "; hidden: \(hidden.joined(separator: ", "))")
  }

  /// Profile, router, cold start, bounds, start.
  var fleetWords: String {
    let router =
      settings.router == .sharedQueue ? "one shared queue" : "a queue per replica, least loaded"
    return "\(settings.profile.name), \(router), cold start "
      + "\(Plain.length(settings.coldStartSeconds)), \(settings.minReplicas) to "
      + "\(settings.maxReplicas) replicas, \(settings.initialReplicas) at the start"
  }

  /// One line per control path, with the configurations on it where there are several paths.
  var controlWords: [String] {
    var paths: [String] = []
    for row in rows where !paths.contains(row.path) { paths.append(row.path) }
    return paths.map { path in
      let names = rows.filter { $0.path == path }.map(\.name)
      return path + (paths.count > 1 ? ": \(names.joined(separator: ", "))" : "")
    }
  }

  /// Pure compute of the trace in hours.
  var computeHours: Double { rows.first?.result.score.pureComputeHours ?? 0 }
}
