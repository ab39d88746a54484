/// Writes metrics in Prometheus' text format or in OpenMetrics.
struct MetricsWriter {
  /// The two formats.
  enum Format {
    /// Prometheus' text format 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0.
    case openMetrics

    /// The format that an `Accept` header asks for.
    init(accept: String?) {
      self = accept?.contains("application/openmetrics-text") == true ? .openMetrics : .prometheus
    }

    /// The answer's `Content-Type`.
    var contentType: String {
      switch self {
      case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
      case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
      }
    }
  }

  /// What a family's numbers are.
  enum Kind: String {
    /// Only grows; its name ends in `_total`.
    case counter
    /// Goes up and down.
    case gauge
    /// Buckets, sum and count.
    case histogram
  }

  /// Labels with their values, unescaped.
  typealias Labels = [(StaticString, String)]

  private let format: Format
  private var text: [UInt8] = []
  private var name = ""

  /// An empty writer.
  init(format: Format) { self.format = format }

  /// Begins a family; its samples follow.
  mutating func family(_ name: String, _ kind: Kind, _ help: String) {
    self.name = name
    let isCut = format == .openMetrics && kind == .counter && name.hasSuffix("_total")
    let family = isCut ? String(name.dropLast("_total".count)) : name
    append("# HELP \(family) \(help)\n# TYPE \(family) \(kind.rawValue)\n")
  }

  /// A sample of the family.
  mutating func sample(_ value: Double, _ labels: Labels = []) {
    line(name, value, labels)
  }

  /// A family with one sample.
  mutating func single(
    _ name: String, _ kind: Kind, _ help: String, _ value: Double, _ labels: Labels = []
  ) {
    family(name, kind, help)
    sample(value, labels)
  }

  /// The samples of a histogram.
  mutating func sample(_ histogram: Histogram, _ labels: Labels = []) {
    var count = 0
    for (bound, inBucket) in zip(histogram.bounds, histogram.counts) {
      count += inBucket
      line(name + "_bucket", Double(count), labels + [("le", Self.bound(bound))])
    }
    line(name + "_bucket", Double(histogram.count), labels + [("le", "+Inf")])
    line(name + "_sum", histogram.sum, labels)
    line(name + "_count", Double(histogram.count), labels)
  }

  /// The whole answer.
  consuming func finish() -> [UInt8] {
    if format == .openMetrics { append("# EOF\n") }
    return text
  }

  private mutating func line(_ name: String, _ value: Double, _ labels: Labels) {
    append(name)
    if !labels.isEmpty {
      append("{")
      for (index, label) in labels.enumerated() {
        if index > 0 { append(",") }
        label.0.withUTF8Buffer { text.append(contentsOf: $0) }
        append("=\"")
        escape(label.1)
        append("\"")
      }
      append("}")
    }
    append(" \(Self.number(value))\n")
  }

  private mutating func escape(_ value: String) {
    for byte in value.utf8 {
      switch byte {
      case UInt8(ascii: "\\"): append("\\\\")
      case UInt8(ascii: "\""): append("\\\"")
      case UInt8(ascii: "\n"): append("\\n")
      default: text.append(byte)
      }
    }
  }

  private mutating func append(_ string: String) { text.append(contentsOf: string.utf8) }

  /// OpenMetrics wants bounds as floats: 1.0, where Prometheus would write either.
  private static func bound(_ bound: Double) -> String { "\(bound)" }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Inf" : "+Inf" }
    return value == value.rounded() && abs(value) < 1e15 ? "\(Int(value))" : "\(value)"
  }
}
