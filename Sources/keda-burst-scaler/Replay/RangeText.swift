import TriggerConfiguration

/// The text form of a recorded range's replay.
struct RangeText {
  let report: RangeReport

  /// The range, the table, what was odd, and what the numbers are not.
  var text: String {
    var rows = [Self.head, cells("what really ran", report.readyReplicas, nil)]
    rows += report.rows.map { cells($0.name, $0.states.map(\.wantedReplicas), $0) }
    return "range    \(report.rangeWords)\n"
      + report.notes.map { "note     \($0)\n" }.joined() + "\n" + Plain.table(rows) + "\n" + waiting
      + notes
      + Self.wrapped(RangeReport.openLoop) + "\n"
  }

  private static let head = [
    "replicas", "replica-hours", "mean", "max", "changes", "flips", "panic", "known",
  ]

  private func cells(_ name: String, _ counts: [Int?], _ row: RangeReport.Row?) -> [String] {
    let summary = report.summary(counts)
    guard summary.knownShare > 0 else { return [name, "–", "–", "–", "–", "–", "–", "0.0 %"] }
    return [
      name, Plain.number(summary.replicaHours, 2), Plain.number(summary.mean, 1),
      "\(summary.most)", "\(summary.changes)", "\(summary.flips)",
      row.map { Plain.length(Double(report.panicSeconds($0))) } ?? "–",
      Plain.percent(summary.knownShare),
    ]
  }

  private var waiting: String {
    report.rows.compactMap { row in
      report.waitingWords(row).map { Self.wrapped("\(row.name): \($0)") + "\n" }
    }.joined() + "\n"
  }

  private var notes: String {
    let notes = report.rows.flatMap { row in
      row.notes.map { Self.wrapped("\(row.name): \($0.text) (\($0.count) times)") + "\n" }
    }
    return notes.isEmpty ? "" : notes.joined() + "\n"
  }

  /// `text` in lines of at most 96 characters.
  static func wrapped(_ text: String) -> String {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if !line.isEmpty, line.count + word.count >= 96 {
        lines.append(line)
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    return (lines + [line]).joined(separator: "\n")
  }
}

extension RangeReport {
  /// `2026-11-20 13:00:00 to 2026-11-20 14:00:00 UTC, every 1s, from http://…`.
  var rangeWords: String {
    "\(UTCText.full(range.start)) to \(UTCText.full(range.end)) UTC, every "
      + "\(range.stepSeconds)s, from \(range.server)"
      + (bounds.map { "; \($0.lowerBound) to \($0.upperBound) replicas" } ?? "")
  }

  /// Seconds of the steps in panic mode.
  func panicSeconds(_ row: Row) -> Int {
    row.states.count { $0.isPanicking } * range.stepSeconds
  }

  /// How long requests waited, and whether more replicas would have been asked for then; nil
  /// without a queue.
  func waitingWords(_ row: Row) -> String? {
    guard let waiting = waiting(row) else { return nil }
    let whole = row.states.count * range.stepSeconds
    guard waiting.knownSeconds > 0 else {
      return "the queue depth is not known in this range: nothing can be said of waiting"
    }
    let known =
      waiting.knownSeconds < whole
      ? " (the queue depth is known for "
        + "\(Plain.percent(Double(waiting.knownSeconds) / Double(whole))) of it)" : ""
    guard waiting.seconds > 0 else { return "no request waited in this range\(known)" }
    return "requests waited for \(Plain.length(Double(waiting.seconds)))\(known); in "
      + "\(Plain.length(Double(waiting.withMore))) of it this would have asked for more replicas "
      + "than were ready"
  }
}
