import ArgumentParser
import CurlClient
import Foundation
import TriggerConfiguration

/// A stretch of a real Prometheus' past.
struct RangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "Replay what this Prometheus recorded: what would have been asked for.", valueName: "url"))
  var prometheus: String?

  @Option(
    help: ArgumentHelp(
      "Start: 2026-11-20T13:00:00Z, 2026-11-20, Unix seconds, or now-7d.", valueName: "time"))
  var from: String?

  @Option(help: ArgumentHelp("End, written likewise (default: now).", valueName: "time"))
  var to: String?

  @Option(
    help: ArgumentHelp(
      "From value to value (default: 1s to 15s, by the length of the range).",
      valueName: "duration"))
  var step: String?

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "Sent to Prometheus, for example 'Authorization: Bearer …'. May be repeated.",
      valueName: "name: value"))
  var header: [String] = []

  /// The longest range, in seconds: 31 days.
  static let longestSeconds = 31 * 86_400

  /// Whether any of these options is given.
  var isGiven: Bool {
    prometheus != nil || from != nil || to != nil || step != nil || !header.isEmpty
  }

  /// The range that the options describe.
  ///
  /// - Parameter now: Unix seconds, for `now`.
  func range(now: Int) throws(ReplayError) -> RecordedRange {
    guard let prometheus else {
      throw .option("--from, --to, --step and --header belong to --prometheus URL; give it too")
    }
    guard let from else {
      throw .option("--prometheus needs --from; for example --from now-1d")
    }
    let start = try RangeTime.unixSeconds(from, now: now, option: "--from")
    let end = try RangeTime.unixSeconds(to ?? "now", now: now, option: "--to")
    guard end > start else {
      throw .option(
        "--from \(UTCText.full(start)) is not before --to \(UTCText.full(end)) (UTC); swap them")
    }
    guard end - start <= Self.longestSeconds else {
      throw .option(
        "\(Plain.length(Double(end - start))) is too long a range; at most 31 days at once")
    }
    return RecordedRange(
      server: try Self.address(prometheus), headers: try headers(),
      start: start, end: end, stepSeconds: try stepSeconds(length: end - start))
  }

  /// Seconds from value to value: fine for hours, as coarse as scrapes usually are for weeks.
  private func stepSeconds(length: Int) throws(ReplayError) -> Int {
    guard let step else {
      return [1, 2, 5, 10].first { length / $0 <= 20_000 } ?? 15
    }
    guard let duration = parseDuration(step), duration >= .seconds(1),
      duration <= .seconds(300), duration.components.attoseconds == 0
    else {
      throw .option("--step \(quoted(step)) is not usable; use whole seconds from 1s to 300s")
    }
    return Int(duration.components.seconds)
  }

  private func headers() throws(ReplayError) -> [HTTPHeader] {
    var headers: [HTTPHeader] = []
    for text in header {
      guard let colon = text.firstIndex(of: ":"),
        let header = HTTPHeader(
          String(text[..<colon]),
          String(text[text.index(after: colon)...].drop { $0 == " " }))
      else {
        throw .option("--header is not NAME: VALUE; for example 'X-Scope-OrgID: team-a'")
      }
      headers.append(header)
    }
    return headers
  }

  private static func address(_ text: String) throws(ReplayError) -> ServerAddress {
    switch ServerAddress.reading(text) {
    case .success(let address): return address
    case .failure(let problem): throw .option("--prometheus \(problem)")
    }
  }
}

/// What to ask whom for.
struct RecordedRange: Sendable {
  /// The Prometheus.
  var server: ServerAddress
  /// Sent with each request.
  var headers: [HTTPHeader]
  /// Unix seconds, inclusive.
  var start: Int
  /// Unix seconds, exclusive.
  var end: Int
  /// Seconds from value to value.
  var stepSeconds: Int
}

/// Times as `--from` and `--to` take them.
enum RangeTime {
  /// Unix seconds of `text`.
  static func unixSeconds(
    _ text: String, now: Int, option: String
  ) throws(ReplayError) -> Int {
    if text == "now" { return now }
    if text.hasPrefix("now-"), let back = parseDuration(String(text.dropFirst(4))) {
      return now - Int(back.components.seconds)
    }
    if let seconds = Double(text), seconds >= earliest, seconds < 1e11 { return Int(seconds) }
    if text.wholeMatch(of: /\d{4}-\d\d-\d\d/) != nil, let midnight = midnight(text) {
      return midnight
    }
    // The parser takes the 30th of February, and anything behind what it knows.
    let shape = /(\d{4}-\d\d-\d\d)T\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:?\d\d)/
    if let parts = text.wholeMatch(of: shape), midnight(String(parts.1)) != nil,
      let date = try? Date(text, strategy: Date.ISO8601FormatStyle())
    {
      return Int(date.timeIntervalSince1970.rounded(.down))
    }
    throw .option(
      "\(option) \(quoted(text)) is not a time; use 2026-11-20T13:00:00Z, 2026-11-20, Unix seconds, "
        + "now or now-7d")
  }

  /// 2001-09-09: a smaller number is no time that a Prometheus has recorded, but a date without its
  /// dashes.
  private static let earliest = 1e9

  /// Unix seconds of the start of a day written as 2026-11-20; nil where there is no such day.
  private static func midnight(_ text: String) -> Int? {
    let format = Date.ISO8601FormatStyle().year().month().day()
    guard let date = try? Date(text, strategy: format) else { return nil }
    let seconds = Int(date.timeIntervalSince1970.rounded(.down))
    return UTCText.full(seconds).hasPrefix(text) ? seconds : nil
  }
}
