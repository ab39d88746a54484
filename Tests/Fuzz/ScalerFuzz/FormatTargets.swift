internal import PrometheusFormat
internal import ScalerMessages
internal import TraceFormat

extension FuzzTarget {
  /// `ScaledObjectRef` and `GetMetricsRequest`: what is decoded is the trigger that its value is.
  static let protobuf = FuzzTarget(name: "protobuf") { bytes in
    func check(_ ref: borrowing DecodedScaledObjectRef) {
      let identity = TriggerIdentity(ref.materialized())
      precondition(ref.isSame(as: identity), "a decoded trigger differs from its value")
      precondition(ref.identityHash == identity.stableHash, "a decoded trigger's hash differs")
    }
    _ = try? decodeScaledObjectRef(bytes.span.bytes) { check($0) }
    _ = try? decodeGetMetricsRequest(bytes.span.bytes) { check($0) }
    _ = try? decodeHealthCheck(bytes.span.bytes)
  }

  /// `ServerReflectionRequest`, answered from the built-in descriptors' index.
  static let reflection = FuzzTarget(name: "reflection") { bytes in
    _ = try? answerReflection(bytes.span.bytes) { query in
      switch query {
      case .file(let name):
        DescriptorIndex.embedded.files(named: name).map { .files($0) } ?? .services([name])
      case .fileContaining(let symbol):
        DescriptorIndex.embedded.files(containing: symbol).map { .files($0) } ?? .services([])
      default: .services(DescriptorIndex.embedded.services)
      }
    }
  }

  /// The query API's answers: what is read and written out again is read as the same.
  static let queryAnswer = FuzzTarget(name: "query-answer") { bytes in
    guard let answer = try? QueryAnswer(parsing: bytes) else { return }
    guard let again = try? QueryAnswer(parsing: answer.json()) else {
      preconditionFailure("an answer that was written out is not read again")
    }
    precondition(again.json() == answer.json(), "an answer changes by being written out")
  }

  /// Prometheus' text format, whole and in pieces.
  static let textExposition = FuzzTarget(name: "text-exposition") { readExposition($0, .text) }

  /// OpenMetrics, whole and in pieces.
  static let openMetrics = FuzzTarget(name: "open-metrics") { readExposition($0, .openMetrics) }

  private static let wanted = WantedNames([
    "up", "vllm:num_requests_waiting", "x_bucket", "my.name",
  ])

  private static func readExposition(_ bytes: [UInt8], _ format: ExpositionFormat) {
    let whole = try? ExpositionParser.samples(of: bytes, wanted: wanted, format: format)
    let cut = bytes.count / 3
    var parser = ExpositionParser(wanted: wanted, format: format)
    let pieces = try? {
      try parser.consume(Array(bytes[..<cut]))
      try parser.consume(Array(bytes[cut...]))
      return try parser.finish()
    }()
    precondition(whole?.count == pieces?.count, "a page reads differently in pieces")
    for sample in whole ?? [] { precondition(!sample.name.isEmpty, "a sample without a name") }
  }

  /// Traces, whole and in pieces: arrivals lie in order within the recording.
  static let traceCSV = FuzzTarget(name: "trace-csv") { bytes in
    // One line may stand for millions of arrivals: more of them only take time.
    let limit = 1 << 16
    let whole = try? TraceParser.parse(bytes, name: "fuzz", arrivalLimit: limit)
    let cut = bytes.count / 3
    var parser = TraceParser(name: "fuzz", arrivalLimit: limit)
    let pieces = try? {
      try parser.consume(bytes[..<cut])
      try parser.consume(bytes[cut...])
      return try parser.finish()
    }()
    precondition(whole == pieces, "a trace reads differently in pieces")
    guard let trace = whole else { return }
    precondition(trace.arrivals.count <= limit, "more arrivals than the limit")
    var last = 0.0
    for arrival in trace.arrivals {
      precondition(arrival.seconds >= last, "arrivals out of order")
      last = arrival.seconds
    }
    precondition(last <= trace.durationSeconds || trace.arrivals.isEmpty, "an arrival too late")
  }
}
