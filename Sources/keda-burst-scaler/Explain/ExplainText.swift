import Foundation

/// One external trigger's decision and journal, for a terminal.
struct ExplainText {
  let status: ExplainedTrigger

  /// What is wanted and why, what each trigger reads, and the changes, newest last.
  var text: String {
    ([heading] + why + notes + [""] + triggers + [""] + journal)
      .map { $0 + "\n" }.joined()
  }

  private var heading: String {
    let trigger =
      status.externalTrigger > 1 ? " (external trigger \(status.externalTrigger))" : ""
    let wanted = status.desiredReplicas.map { "\($0) desired" } ?? "no decision"
    var parts = [wanted, "\(Self.count(status.readyReplicas)) ready"]
    if let current = status.currentReplicas { parts.append("\(current) current") }
    parts.append(status.state)
    if status.active == false { parts.append("inactive") }
    parts.append(status.dataAgeSeconds.map { "data \($0) s old" } ?? "no data yet")
    return "\(status.namespace)/\(status.name)\(trigger): " + parts.joined(separator: ", ")
  }

  private var why: [String] {
    if let error = status.error { return ["  \(error.text)", "  \(error.remedy)"] }
    return status.reasons.map { "  because \($0.text)" }
  }

  private var notes: [String] {
    var notes: [String] = []
    if let shortfall = status.shortfall, shortfall > 0 {
      notes.append("  \(shortfall) of them cannot be placed: add nodes, or free capacity")
    }
    return notes + status.remarks.map { "  source: \($0)" }
      + status.warnings.map { "  warning: \($0)" }
  }

  private var triggers: [String] {
    let rows = status.triggers.map { trigger in
      [
        trigger.name, trigger.kind, Self.reading(trigger), Self.target(trigger),
        Self.number(trigger.demandReplicas),
      ]
    }
    return Self.table([["TRIGGER", "KIND", "READING", "TARGET", "ASKS FOR"]] + rows)
  }

  private var journal: [String] {
    guard !status.journal.isEmpty else { return ["no change in the last 15 minutes"] }
    var rows = [["TIME", "STATE", "DESIRED", "READY", "SEEN", "WHY"]]
    var before: Int?
    for change in status.journal {
      let seen = change.readings.map { "\($0.trigger) \(Self.number($0.mean ?? $0.total))" }
      let why = change.error.map { [$0.text] } ?? change.reasons.map(\.text)
      rows.append([
        Self.clock(change.at), change.state, Self.step(from: before, to: change.desiredReplicas),
        Self.count(change.readyReplicas), seen.joined(separator: ", "), why.first ?? "",
      ])
      rows += why.dropFirst().map { ["", "", "", "", "", $0] }
      before = change.desiredReplicas
    }
    return Self.table(rows)
  }

  private static func reading(_ trigger: ExplainedTrigger.Trigger) -> String {
    let unit = trigger.unit == "percent" ? " %" : ""
    if let mean = trigger.mean {
      let over = trigger.replicas.map { " over \($0) replica\($0 == 1 ? "" : "s")" } ?? ""
      return "mean \(number(mean))\(unit)\(over)"
    }
    return trigger.total == nil ? "unknown" : "total \(number(trigger.total))\(unit)"
  }

  private static func target(_ trigger: ExplainedTrigger.Trigger) -> String {
    guard let target = trigger.target else { return "learned" }
    return number(target) + (trigger.unit == "percent" ? " %" : "")
  }

  private static func step(from before: Int?, to now: Int?) -> String {
    guard let before, before != now else { return count(now) }
    return "\(before) → \(count(now))"
  }

  private static func count(_ count: Int?) -> String { count.map { "\($0)" } ?? "?" }

  /// A number with at most one decimal, `?` where it is not known.
  private static func number(_ number: Double?) -> String {
    guard let number else { return "?" }
    let text = Plain.number(number, 1)
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  /// `07:19:39` in UTC.
  private static func clock(_ unixSeconds: Double) -> String {
    let second = Int(unixSeconds.rounded(.down))
    return [second / 3600 % 24, second / 60 % 60, second % 60]
      .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
  }

  /// Columns set side by side, each to the left.
  private static func table(_ rows: [[String]]) -> [String] {
    let widths = (rows.first ?? []).indices.map { column in
      rows.map { $0[column].count }.max() ?? 0
    }
    return rows.map { row in
      let line = zip(row, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }.joined(separator: "  ")
      return String(line.reversed().drop { $0 == " " }.reversed())
    }
  }
}
