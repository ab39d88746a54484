import Foundation
import Simulation
import TraceFormat

/// The JSON form of a replay: its keys are an interface, kept stable.
struct ReplayJSON: Encodable {
  /// What was played.
  struct Load: Encodable {
    var name: String
    var requests: Int
    var durationSeconds: Double
    var pureComputeHours: Double
  }

  /// What it was played on.
  struct Fleet: Encodable {
    var profile: String
    var router: String
    var coldStartSeconds: Double
    var minReplicas: Int
    var maxReplicas: Int
    var initialReplicas: Int
    var scrapeDelaySeconds: Int
    var warmUpSeconds: Double
    var hiddenSignals: [String]
    var seed: UInt64
  }

  /// One configuration.
  struct Row: Encodable {
    var configuration: String
    var control: String
    var gpuHours: Double
    var late2: Double
    var late10: Double
    var cost: Double
    var flipsPerHour: Double
    var requests: Int
    var timeouts: Int
    var maxQueue: Int
    var maxReplicas: Int
    var panicSeconds: Int
    var series: Series?
  }

  /// One value per second, second 0 first.
  struct Series: Encodable {
    var arrivals: [Int]
    var queueDepth: [Int]
    var running: [Int]
    var gpuUtilizationPercent: [Double?]
    var wantedReplicas: [Int?]
    var desiredReplicas: [Int]
    var readyReplicas: [Int]
    var panic: [Bool]
    var late2: [Int]
    var late10: [Int]
  }

  var load: Load
  var fleet: Fleet
  var configurations: [Row]
  var notes: [String]

  /// The report, with one value per second where `hasSeries`.
  init(_ report: ReplayReport, hasSeries: Bool) {
    let settings = report.settings
    load = Load(
      name: report.load, requests: report.trace.arrivals.count,
      durationSeconds: report.trace.durationSeconds, pureComputeHours: report.computeHours)
    fleet = Fleet(
      profile: settings.profile.name, router: settings.router.rawValue,
      coldStartSeconds: settings.coldStartSeconds, minReplicas: settings.minReplicas,
      maxReplicas: settings.maxReplicas, initialReplicas: settings.initialReplicas,
      scrapeDelaySeconds: settings.scrapeDelaySeconds, warmUpSeconds: settings.warmUpSeconds,
      hiddenSignals: settings.hiddenSignals.map(\.rawValue).sorted(), seed: settings.seed)
    notes = report.notes
    configurations = report.rows.map { row in
      let score = row.result.score
      return Row(
        configuration: row.name, control: row.path, gpuHours: score.gpuHours, late2: score.late2,
        late10: score.late10, cost: score.cost, flipsPerHour: score.flipsPerHour,
        requests: score.requests, timeouts: score.timeouts,
        maxQueue: row.maxQueue(from: report.scoredFrom),
        maxReplicas: row.maxReplicas(from: report.scoredFrom),
        panicSeconds: row.panicSeconds(from: report.scoredFrom),
        series: hasSeries ? Self.series(row.result.series) : nil)
    }
  }

  private static func series(_ seconds: [SimulationSecond]) -> Series {
    Series(
      arrivals: seconds.map(\.arrivals), queueDepth: seconds.map(\.queueDepth),
      running: seconds.map(\.running),
      gpuUtilizationPercent: seconds.map(\.gpuUtilizationPercent),
      wantedReplicas: seconds.map(\.advisedReplicas),
      desiredReplicas: seconds.map(\.currentReplicas),
      readyReplicas: seconds.map(\.readyReplicas), panic: seconds.map(\.isPanicking),
      late2: seconds.map(\.late2), late10: seconds.map(\.late10))
  }

  /// The text, keys sorted, with its newline.
  func text() throws(ReplayError) -> String { try Self.text(self) }

  /// Any value as the commands print it.
  static func text(_ value: some Encodable) throws(ReplayError) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes, .prettyPrinted]
    do {
      return String(decoding: try encoder.encode(value), as: UTF8.self) + "\n"
    } catch {
      throw .world("the report cannot be written as JSON: \(error)")
    }
  }
}
