/// Reads a text exposition piece by piece and keeps only the wanted series.
///
/// Lines of other metrics are passed over at the speed of memory: nothing of them is checked. A
/// wanted line that is not of the format makes the whole unusable, for a total with a part missing
/// is a wrong number. Whatever the bytes are, nothing traps, and what is held is bounded by
/// `ExpositionLimits`.
///
/// Sources: Prometheus' exposition format 0.0.4, OpenMetrics 1.0. UTF-8 names in quotes
/// (`{"my.metric",a="b"} 1`) are understood.
package struct ExpositionParser: Sendable {
  private let wanted: WantedNames
  private let format: ExpositionFormat
  private let limits: ExpositionLimits
  private var samples: [ExpositionSample] = []
  /// The beginning of a line whose end has not come yet; at most a line's limit long.
  private var partial: [UInt8] = []
  private var lineNumber = 0
  private var isEnded = false

  /// A parser that has read nothing yet.
  package init(
    wanted: WantedNames, format: ExpositionFormat, limits: ExpositionLimits = ExpositionLimits()
  ) {
    self.wanted = wanted
    self.format = format
    self.limits = limits
  }

  /// All of an exposition at once.
  package static func samples(
    of bytes: [UInt8], wanted: WantedNames, format: ExpositionFormat,
    limits: ExpositionLimits = ExpositionLimits()
  ) throws(ExpositionError) -> [ExpositionSample] {
    var parser = ExpositionParser(wanted: wanted, format: format, limits: limits)
    try parser.consume(bytes)
    return try parser.finish()
  }

  /// Reads the next piece, which may begin and end anywhere. Linear in its length.
  package mutating func consume(_ piece: [UInt8]) throws(ExpositionError) {
    var from = 0
    if !partial.isEmpty {
      from = piece.firstIndex(of: 0x0A).map { $0 + 1 } ?? piece.count
      guard partial.count + from <= limits.lineBytes + 1 else { throw tooLong() }
      partial += piece[..<from]
      guard partial.last == 0x0A else { return }
      let line = partial
      partial = []
      _ = try readLines(line, from: 0)
    }
    let rest = try readLines(piece, from: from)
    guard piece.count - rest <= limits.lineBytes else { throw tooLong() }
    partial = Array(piece[rest...])
  }

  /// The wanted series, in the order written, once all pieces are read.
  package mutating func finish() throws(ExpositionError) -> [ExpositionSample] {
    if !partial.isEmpty {
      partial.append(0x0A)
      let line = partial
      partial = []
      _ = try readLines(line, from: 0)
    }
    guard format == .text || isEnded else { throw .truncated }
    return samples
  }

  private func tooLong() -> ExpositionError {
    .lineTooLong(line: lineNumber + 1, limitBytes: limits.lineBytes)
  }

  /// Reads the whole lines of `bytes` from `from` on; the offset of the first that is not whole.
  private mutating func readLines(_ bytes: [UInt8], from: Int) throws(ExpositionError) -> Int {
    var at = from
    while at < bytes.count {
      let found = findLine(bytes, from: at)
      lineNumber += found.passedLines
      guard let line = found.line else { return found.rest }
      at = line.upperBound + 1
      try read(bytes, line)
    }
    return at
  }

  /// What a pass over lines came to.
  private struct Found {
    /// The next line that has to be read; `nil` where there is none.
    var line: Range<Int>?
    /// Lines up to and with it.
    var passedLines = 0
    /// Where the first line without an end begins.
    var rest = 0
  }

  /// Passes over lines from `from` on until one that has to be read: of a wanted metric, with
  /// blanks or a quoted name in front, longer than allowed, or telling of the end.
  private func findLine(_ bytes: [UInt8], from: Int) -> Found {
    let lineLimit = limits.lineBytes
    return bytes.withUnsafeBytes { buffer in
      wanted.bytes.withUnsafeBytes { nameBuffer in
        wanted.entries.withUnsafeBufferPointer { entries in
          var found = Found(rest: from)
          guard let base = buffer.baseAddress, let names = nameBuffer.baseAddress else {
            found.rest = buffer.count
            return found
          }
          let count = buffer.count
          var start = from
          while start < count {
            let end = NewlineSearch.next(base, from: start, end: count)
            guard end < count else { break }
            found.passedLines &+= 1
            if Self.mustRead(base, start, end, names, entries) || end &- start > lineLimit {
              found.line = start..<end
              return found
            }
            start = end &+ 1
          }
          found.rest = start
          return found
        }
      }
    }
  }

  @inline(__always)
  private static func mustRead(
    _ base: UnsafeRawPointer, _ start: Int, _ end: Int, _ names: UnsafeRawPointer,
    _ entries: UnsafeBufferPointer<WantedNames.Entry>
  ) -> Bool {
    guard start < end else { return false }
    switch base.load(fromByteOffset: start, as: UInt8.self) {
    case UInt8(ascii: "#"):
      // "# EOF", perhaps with a carriage return behind.
      return end &- start <= 6 && end &- start >= 5
    case 0x20, 0x09, UInt8(ascii: "{"), UInt8(ascii: "<"): return true
    default:
      // The line feed itself is memory of ours too, so a name may be followed by it.
      return WantedNames.index(base, at: start, end: end, names: names, entries: entries) != nil
    }
  }

  /// Reads one line that has been found worth it.
  private mutating func read(_ bytes: [UInt8], _ range: Range<Int>) throws(ExpositionError) {
    guard range.count <= limits.lineBytes else {
      throw .lineTooLong(line: lineNumber, limitBytes: limits.lineBytes)
    }
    var line = ExpositionLine(
      bytes: bytes, range: range, number: lineNumber, labelLimit: limits.labels)
    if format == .openMetrics, line.isEnd {
      isEnded = true
      return
    }
    if line.isComment { return }
    guard !isEnded else {
      throw .malformed(line: lineNumber, expected: "nothing after \"# EOF\"")
    }
    if lineNumber == 1, line.isMarkup { throw .webPage }
    guard let sample = try line.sample(wanted: wanted, format: format) else { return }
    guard samples.count < limits.samples else { throw .tooManySamples(limit: limits.samples) }
    samples.append(sample)
  }
}
