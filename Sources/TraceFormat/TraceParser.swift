/// Reads a trace from CSV bytes as they come, in either of two forms told apart by the header:
///
///     arrival_s,prompt_tokens,output_tokens      one line per request
///     t,arrivals,prompt_tokens,output_tokens     one line per second, tokens in total
///
/// In the second form the arrivals of a second are spread evenly at random inside it, and its
/// tokens are divided among them in shares drawn from ½ … 1½ of the mean; sums are kept (except
/// that a request has at least one token of each kind). Lines may come in any order; empty lines
/// and lines starting with `#` are skipped, CR LF is accepted. Bytes must not be compressed.
///
/// Memory is one line plus the arrivals. Limits: `arrivalLimit`, 512 bytes a line, 10⁹ tokens.
package struct TraceParser: Sendable {
  /// The most arrivals one trace may have where the caller names no limit: 64 Mi, which are 1.5 GiB.
  package static let usualArrivalLimit = 1 << 26
  private static let lineLimitBytes = 512

  private enum Form { case perRequest, perSecond }

  private let name: String
  private let arrivalLimit: Int
  private var generator: SeededGenerator
  private var form: Form?
  private var lineNumber = 0
  private var pending: [UInt8] = []
  private var arrivals: [Arrival] = []
  private var durationSeconds = 0.0

  /// A parser for one file.
  ///
  /// - Parameters:
  ///   - name: what the trace will be called.
  ///   - seed: fixes how the per-second form is spread; the other form has nothing random.
  ///   - arrivalLimit: the most arrivals that the trace may have; a line beyond it is refused before
  ///     its arrivals are made.
  package init(name: String, seed: UInt64 = 1, arrivalLimit: Int = usualArrivalLimit) {
    self.name = name
    self.arrivalLimit = arrivalLimit
    generator = SeededGenerator(seed: seed)
  }

  /// Parses a whole file held in memory.
  ///
  /// - Throws: `TraceError` naming the first bad line.
  package static func parse(
    _ bytes: some Sequence<UInt8>, name: String, seed: UInt64 = 1,
    arrivalLimit: Int = usualArrivalLimit
  ) throws(TraceError) -> Trace {
    var parser = TraceParser(name: name, seed: seed, arrivalLimit: arrivalLimit)
    try parser.consume(bytes)
    return try parser.finish()
  }

  /// Takes the next bytes of the file, cut anywhere.
  ///
  /// - Throws: `TraceError` naming the first bad line; the parser must not be used after that.
  package mutating func consume(_ bytes: some Sequence<UInt8>) throws(TraceError) {
    for byte in bytes {
      if byte == UInt8(ascii: "\n") {
        try endLine()
      } else {
        pending.append(byte)
        if pending.count > Self.lineLimitBytes {
          throw TraceError(
            line: lineNumber + 1,
            problem: "is longer than \(Self.lineLimitBytes) bytes; is the file compressed?")
        }
      }
    }
  }

  /// Ends the file and returns the trace.
  ///
  /// - Throws: `TraceError` when the last line is bad or there was no header.
  package mutating func finish() throws(TraceError) -> Trace {
    if !pending.isEmpty { try endLine() }
    guard form != nil else {
      throw TraceError(
        line: 0,
        problem: "is empty; expected the header arrival_s,prompt_tokens,output_tokens or "
          + "t,arrivals,prompt_tokens,output_tokens")
    }
    return Trace(name: name, arrivals: arrivals, durationSeconds: durationSeconds)
  }

  private mutating func endLine() throws(TraceError) {
    lineNumber += 1
    defer { pending.removeAll(keepingCapacity: true) }
    if pending.last == UInt8(ascii: "\r") { pending.removeLast() }
    guard let first = pending.first, first != UInt8(ascii: "#") else { return }
    switch form {
    case .perRequest: try readRequest()
    case .perSecond: try readSecond()
    case nil: form = try readHeader()
    }
  }

  private func readHeader() throws(TraceError) -> Form {
    var header = String(decoding: pending, as: UTF8.self)
    if header.hasPrefix("\u{FEFF}") { header.removeFirst() }
    switch header.filter({ $0 != " " && $0 != "\"" }) {
    case "arrival_s,prompt_tokens,output_tokens": return .perRequest
    case "t,arrivals,prompt_tokens,output_tokens": return .perSecond
    default:
      throw TraceError(
        line: lineNumber,
        problem: "the header is \"\(header.prefix(80))\"; expected "
          + "arrival_s,prompt_tokens,output_tokens or t,arrivals,prompt_tokens,output_tokens")
    }
  }

  private mutating func readRequest() throws(TraceError) {
    var fields = FieldReader(bytes: pending, line: lineNumber)
    let seconds = try fields.next("arrival_s")
    let prompt = try fields.nextCount("prompt_tokens")
    let output = try fields.nextCount("output_tokens")
    try fields.end(columns: 3)
    try append(Arrival(seconds: seconds, promptTokens: prompt, outputTokens: output))
  }

  private mutating func readSecond() throws(TraceError) {
    var fields = FieldReader(bytes: pending, line: lineNumber)
    let second = Double(try fields.nextCount("t"))
    let count = try fields.nextCount("arrivals")
    let prompt = try fields.nextCount("prompt_tokens")
    let output = try fields.nextCount("output_tokens")
    try fields.end(columns: 4)
    durationSeconds = max(durationSeconds, second + 1)
    guard count <= arrivalLimit - arrivals.count else { throw tooMany() }
    guard count > 0 else {
      guard prompt == 0, output == 0 else {
        throw TraceError(line: lineNumber, problem: "has tokens but 0 arrivals")
      }
      return
    }
    let times = (0..<count).map { _ in generator.uniform() }.sorted()
    let prompts = divide(prompt, among: count)
    let outputs = divide(output, among: count)
    for index in 0..<count {
      try append(
        Arrival(
          seconds: second + times[index], promptTokens: prompts[index],
          outputTokens: outputs[index]))
    }
  }

  /// `count` whole shares of `total` whose sum is `total`, each ½ … 1½ of the mean before
  /// normalization.
  private mutating func divide(_ total: Int, among count: Int) -> [Int] {
    let weights = (0..<count).map { _ in 0.5 + generator.uniform() }
    let sum = weights.reduce(0, +)
    var cumulative = 0.0
    var given = 0
    return weights.map { weight in
      cumulative += weight
      let upTo = min(total, Int((Double(total) * cumulative / sum).rounded()))
      defer { given = upTo }
      return upTo - given
    }
  }

  private mutating func append(_ arrival: Arrival) throws(TraceError) {
    guard arrivals.count < arrivalLimit else { throw tooMany() }
    arrivals.append(arrival)
  }

  private func tooMany() -> TraceError {
    TraceError(line: lineNumber, problem: "is past the limit of \(arrivalLimit) arrivals")
  }
}
