import Foundation
import Logging

/// How log lines look.
enum LogFormat: String, CaseIterable {
  /// `2026-11-21T05:21:56.123Z notice started address=127.0.0.1:6000`
  case text
  /// One JSON object a line, with `time`, `level`, `message` and the metadata's keys.
  case json
}

/// Writes each event as one line to standard error, so that standard output stays the command's.
struct LineLogHandler: LogHandler {
  var logLevel: Logger.Level
  var metadata: Logger.Metadata = [:]
  private let format: LogFormat

  init(format: LogFormat, level: Logger.Level) {
    self.format = format
    logLevel = level
  }

  subscript(metadataKey key: String) -> Logger.Metadata.Value? {
    get { metadata[key] }
    set { metadata[key] = newValue }
  }

  func log(event: LogEvent) {
    let merged = metadata.merging(event.metadata ?? [:]) { _, newer in newer }
    LogOutput.standardError.write(
      line(event.level, event.message.description, merged), sentence: event.message.description
    ) { dropped in
      line(
        .warning, "lines were not logged",
        [
          "sentence": "\(event.message)", "lines": "\(dropped)",
          "setting": "--log-lines-per-second",
        ])
    }
  }

  private func line(_ level: Logger.Level, _ message: String, _ metadata: Logger.Metadata) -> String
  {
    let pairs = metadata.sorted { $0.key < $1.key }.map { ($0.key, "\($0.value)") }
    let time = Date.now.formatted(
      .iso8601.year().month().day().timeZone(separator: .omitted).time(
        includingFractionalSeconds: true))
    return switch format {
    case .text: Self.textLine(time, level, message, pairs)
    case .json: Self.jsonLine(time, level, message, pairs)
    }
  }

  private static func textLine(
    _ time: String, _ level: Logger.Level, _ message: String, _ pairs: [(String, String)]
  ) -> String {
    var line = "\(time) \(level) \(message)"
    for (key, value) in pairs {
      let isPlain = !value.isEmpty && value.allSatisfy { !$0.isWhitespace && $0 != "\"" }
      line += " \(key)=\(isPlain ? value : quoted(value))"
    }
    return line
  }

  private static func jsonLine(
    _ time: String, _ level: Logger.Level, _ message: String, _ pairs: [(String, String)]
  ) -> String {
    let fields = [("time", time), ("level", level.rawValue), ("message", message)] + pairs
    return "{" + fields.map { "\(quoted($0)):\(quoted($1))" }.joined(separator: ",") + "}"
  }

  /// A JSON string: control characters are escaped, so that no outside text can forge a line.
  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"": quoted += "\\\""
      case "\\": quoted += "\\\\"
      case "\n": quoted += "\\n"
      case "\r": quoted += "\\r"
      case "\t": quoted += "\\t"
      case _ where scalar.value < 0x20 || scalar.value == 0x7F:
        let hex = String(scalar.value, radix: 16)
        quoted += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
