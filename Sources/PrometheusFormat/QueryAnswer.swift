/// What the Prometheus query API (`/api/v1/query`, `/api/v1/query_range`) answered.
///
/// Source: Prometheus' HTTP API, "Format overview" and "Expression query result formats".
package struct QueryAnswer: Sendable, Equatable {
  /// The answer's own shape and numbers.
  package var result: QueryResult
  /// What the server warns of, as written by it; usually empty.
  package var warnings: [String]
  /// What the server remarks on (Prometheus 2.53 and later); usually empty.
  package var infos: [String]
  /// Series that held native histograms, which are not numbers, and were therefore left out.
  package var skippedHistogramCount: Int

  /// How many numbers an answer may hold where nobody says otherwise.
  package static let defaultSampleLimit = 100_000

  /// An answer put together by hand: for servers of ours and for tests.
  package init(
    _ result: QueryResult, warnings: [String] = [], infos: [String] = [],
    skippedHistogramCount: Int = 0
  ) {
    self.result = result
    self.warnings = warnings
    self.infos = infos
    self.skippedHistogramCount = skippedHistogramCount
  }
}

/// The four result types of the query API.
package enum QueryResult: Sendable, Equatable {
  /// One number without labels.
  case scalar(Point)
  /// One number per series, at one instant; empty where nothing matched.
  case vector([Sample])
  /// Several numbers per series over time: the answer to a range.
  case matrix([Series])
  /// A text, the answer to a string literal.
  case string(String, timestampSeconds: Double)

  /// The API's word for the shape: `scalar`, `vector`, `matrix` or `string`.
  package var typeName: String {
    switch self {
    case .scalar: "scalar"
    case .vector: "vector"
    case .matrix: "matrix"
    case .string: "string"
    }
  }
}

/// A number at an instant. NaN and infinities are possible.
package struct Point: Sendable, Equatable {
  /// Unix time in seconds, as the server wrote it (usually whole milliseconds).
  package var timestampSeconds: Double
  /// The number itself.
  package var value: Double

  /// A number at an instant.
  package init(timestampSeconds: Double, value: Double) {
    self.timestampSeconds = timestampSeconds
    self.value = value
  }
}

/// One series' number at one instant.
package struct Sample: Sendable, Equatable {
  /// The labels that tell the series apart, `__name__` among them where the server kept it.
  package var labels: Labels
  /// The number. NaN and infinities are possible.
  package var value: Double
  /// Unix time in seconds at which the number was evaluated.
  package var timestampSeconds: Double

  /// One series' number at one instant.
  package init(labels: Labels, value: Double, timestampSeconds: Double) {
    self.labels = labels
    self.value = value
    self.timestampSeconds = timestampSeconds
  }
}

/// One series' numbers over time.
package struct Series: Sendable, Equatable {
  /// The labels that tell the series apart.
  package var labels: Labels
  /// The numbers, oldest first as Prometheus writes them.
  package var points: [Point]

  /// One series' numbers over time.
  package init(labels: Labels, points: [Point]) {
    self.labels = labels
    self.points = points
  }
}
