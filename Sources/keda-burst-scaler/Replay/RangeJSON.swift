import TriggerConfiguration

/// The JSON form of a recorded range's replay: its keys are an interface, kept stable.
struct RangeJSON: Encodable {
  /// What was asked for.
  struct Range: Encodable {
    var server: String
    var fromUnixSeconds: Int
    var toUnixSeconds: Int
    var stepSeconds: Int
  }

  /// A count of replicas over the range.
  struct Replicas: Encodable {
    var replicaHours: Double
    var mean: Double
    var max: Int
    var changes: Int
    var flips: Int
    var knownShare: Double
    var series: [Int?]?

    init(_ report: RangeReport, _ counts: [Int?], hasSeries: Bool) {
      let summary = report.summary(counts)
      replicaHours = summary.replicaHours
      mean = summary.mean
      max = summary.most
      changes = summary.changes
      flips = summary.flips
      knownShare = summary.knownShare
      series = hasSeries ? counts : nil
    }
  }

  /// What was odd.
  struct Note: Encodable {
    var text: String
    var count: Int
  }

  /// One configuration.
  struct Row: Encodable {
    var configuration: String
    var wanted: Replicas
    var panicSeconds: Int
    var undecidedSeconds: Int
    var queueKnownSeconds: Int?
    var waitingSeconds: Int?
    var waitingSecondsWithMoreWanted: Int?
    var notes: [Note]
    var triggers: [String: [Double?]]?
  }

  var range: Range
  var openLoop = true
  var ran: Replicas
  var configurations: [Row]
  var notes: [String]

  /// The report, with one value per step where `hasSeries`.
  init(_ report: RangeReport, hasSeries: Bool) {
    range = Range(
      server: "\(report.range.server)", fromUnixSeconds: report.range.start,
      toUnixSeconds: report.range.end, stepSeconds: report.range.stepSeconds)
    ran = Replicas(report, report.readyReplicas, hasSeries: hasSeries)
    notes = report.notes
    configurations = report.rows.map { row in
      let waiting = report.waiting(row)
      let triggers = row.triggers.enumerated().map { index, trigger in
        (trigger.name, row.states.map { $0.readings[index] })
      }
      return Row(
        configuration: row.name,
        wanted: Replicas(report, row.states.map(\.wantedReplicas), hasSeries: hasSeries),
        panicSeconds: report.panicSeconds(row),
        undecidedSeconds: row.states.reduce(0) { $0 + $1.undecidedSeconds },
        queueKnownSeconds: waiting?.knownSeconds,
        waitingSeconds: waiting.flatMap { $0.knownSeconds > 0 ? $0.seconds : nil },
        waitingSecondsWithMoreWanted: waiting.flatMap { $0.knownSeconds > 0 ? $0.withMore : nil },
        notes: row.notes.map { Note(text: $0.text, count: $0.count) },
        triggers: hasSeries ? Dictionary(triggers) { first, _ in first } : nil)
    }
  }

  /// The text, keys sorted, with its newline.
  func text() throws(ReplayError) -> String { try ReplayJSON.text(self) }
}
