/// One series of an exposition, as its exporter wrote it.
package struct ExpositionSample: Sendable, Equatable {
  /// The sample's name, suffixes included: `http_requests_total`, `latency_seconds_bucket`.
  package var name: String
  /// Its labels in the order written, escapes undone; a name that comes twice is there twice.
  package var labels: [ExpositionLabel]
  /// The number. NaN and infinities are possible.
  package var value: Double
  /// Unix time in seconds where the exporter wrote one, which it rarely does.
  package var timestampSeconds: Double?

  /// One series from its parts.
  package init(
    name: String, labels: [ExpositionLabel] = [], value: Double, timestampSeconds: Double? = nil
  ) {
    self.name = name
    self.labels = labels
    self.value = value
    self.timestampSeconds = timestampSeconds
  }

  /// The value of a label; `nil` where the series does not have it. The last one wins.
  package subscript(label name: String) -> String? {
    labels.last { $0.name == name }?.value
  }
}

/// A label of a series.
package struct ExpositionLabel: Sendable, Hashable {
  /// Its name.
  package var name: String
  /// Its value, escapes undone; broken UTF-8 becomes U+FFFD.
  package var value: String

  /// A label from its parts.
  package init(name: String, value: String) {
    self.name = name
    self.value = value
  }
}

/// Which of the two text formats an exposition is in.
package enum ExpositionFormat: Sendable, Equatable {
  /// Prometheus' text format 0.0.4: timestamps in milliseconds.
  case text
  /// OpenMetrics 1.0: timestamps in seconds, exemplars, and `# EOF` at the end.
  case openMetrics

  /// The format that a `Content-Type` names; without one it is Prometheus' own.
  package init(contentType: String?) {
    let isOpen = contentType?.lowercased().hasPrefix("application/openmetrics-text") == true
    self = isOpen ? .openMetrics : .text
  }
}

/// How much of an exposition is taken in; past a limit the whole is refused.
package struct ExpositionLimits: Sendable {
  /// One line, in bytes.
  package var lineBytes = 64 * 1024
  /// Wanted series.
  package var samples = 10_000
  /// Labels of one wanted series.
  package var labels = 64

  /// 64 KiB a line, 10 000 wanted series, 64 labels each.
  package init() {}
}

/// Why an exposition is not usable. Lines that nobody wants are never looked at, so they cannot be
/// wrong.
package enum ExpositionError: Error, Sendable, Equatable {
  /// A wanted line is not of the format: its number from 1, and what was expected there.
  case malformed(line: Int, expected: String)
  /// A line is longer than the limit.
  case lineTooLong(line: Int, limitBytes: Int)
  /// More wanted series than the limit.
  case tooManySamples(limit: Int)
  /// A wanted series has more labels than the limit.
  case tooManyLabels(line: Int, limit: Int)
  /// The end is missing: `# EOF` in OpenMetrics.
  case truncated
  /// The bytes are a web page, not an exposition.
  case webPage
}

extension ExpositionError: CustomStringConvertible {
  /// One sentence for a log or a status.
  package var description: String {
    switch self {
    case .malformed(let line, let expected):
      "line \(line) is not of the metrics text format: expected \(expected)"
    case .lineTooLong(let line, let limitBytes):
      "line \(line) is longer than \(limitBytes) bytes"
    case .tooManySamples(let limit):
      "more than \(limit) series of the wanted metrics; narrow the selector"
    case .tooManyLabels(let line, let limit): "line \(line) has more than \(limit) labels"
    case .truncated: "the exposition ends before its \"# EOF\""
    case .webPage: "it is a web page, not metrics; is the path right? Most engines use /metrics"
    }
  }
}
