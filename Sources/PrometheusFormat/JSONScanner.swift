/// Walks over JSON text once, strictly (RFC 8259), without building anything.
///
/// Every read is checked against the end: no bytes can make it trap, and nesting is limited.
struct JSONScanner {
  /// How deep values may lie within each other; Prometheus itself needs six.
  static let depthLimit = 64

  let bytes: [UInt8]
  private(set) var offset: Int

  init(_ bytes: [UInt8], at offset: Int = 0) {
    self.bytes = bytes
    self.offset = offset
  }

  /// The byte that comes next after white space, which is skipped; nil at the end.
  mutating func peek() -> UInt8? {
    while offset < bytes.count {
      let byte = bytes[offset]
      // Almost always the first comparison decides.
      guard byte <= 0x20 else { return byte }
      guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return byte }
      offset += 1
    }
    return nil
  }

  /// Takes one byte of punctuation.
  @inline(__always)
  mutating func take(_ wanted: UInt8, _ meaning: StaticString) throws(QueryAnswerError) {
    guard peek() == wanted else { throw unexpected("\(meaning)") }
    offset += 1
  }

  /// Takes the byte if it comes next.
  @inline(__always)
  mutating func takeIf(_ wanted: UInt8) -> Bool {
    guard peek() == wanted else { return false }
    offset += 1
    return true
  }

  /// The range between the quotes of the string that comes next; its escapes are checked.
  mutating func string() throws(QueryAnswerError) -> Range<Int> {
    try take(JSON.quote, "a string")
    let start = offset
    while offset < bytes.count {
      let byte = bytes[offset]
      if byte == JSON.quote {
        offset += 1
        return start..<(offset - 1)
      }
      if byte == JSON.backslash {
        try escape()
      } else if byte < 0x20 {
        throw unexpected("no control character within a string")
      } else {
        offset += 1
      }
    }
    throw unexpected("the end of a string")
  }

  private mutating func escape() throws(QueryAnswerError) {
    offset += 1
    guard offset < bytes.count else { throw unexpected("an escaped character") }
    switch bytes[offset] {
    case UInt8(ascii: "u"):
      offset += 1
      for _ in 0..<4 {
        guard offset < bytes.count, JSON.hexDigit(bytes[offset]) != nil else {
          throw unexpected("four hexadecimal digits")
        }
        offset += 1
      }
    case JSON.quote, JSON.backslash, UInt8(ascii: "/"), UInt8(ascii: "n"), UInt8(ascii: "t"),
      UInt8(ascii: "r"), UInt8(ascii: "b"), UInt8(ascii: "f"):
      offset += 1
    default: throw unexpected("an escaped character")
    }
  }

  /// The text of the string that comes next.
  mutating func text() throws(QueryAnswerError) -> String {
    let range = try string()
    return JSON.decodeString(bytes[range])
  }

  /// Whether the string at `range`, as written, is this text.
  @inline(__always)
  func string(at range: Range<Int>, is text: StaticString) -> Bool {
    guard range.count == text.utf8CodeUnitCount else { return false }
    return text.withUTF8Buffer { wanted in
      for at in 0..<wanted.count where wanted[at] != bytes[range.lowerBound + at] { return false }
      return true
    }
  }

  /// A JSON number. One too large for 64 bits is refused: it would be read as infinity.
  mutating func number() throws(QueryAnswerError) -> Double {
    let first = peek()
    guard let (value, end) = Decimal.parse(bytes, from: offset, to: bytes.count), first != nil,
      first != UInt8(ascii: "+"), value.isFinite
    else { throw unexpected("a number") }
    offset = end
    return value
  }

  /// Passes over whatever value comes next.
  mutating func skipValue(depth: Int) throws(QueryAnswerError) {
    guard depth < JSONScanner.depthLimit else {
      throw unexpected("values nested less than \(JSONScanner.depthLimit) deep")
    }
    switch peek() {
    case JSON.quote: _ = try string()
    case JSON.openBrace:
      try fields { (scanner, _) throws(QueryAnswerError) in
        try scanner.skipValue(depth: depth + 1)
      }
    case JSON.openBracket:
      try elements { (scanner) throws(QueryAnswerError) in
        try scanner.skipValue(depth: depth + 1)
      }
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    default: _ = try number()
    }
  }

  /// Takes `null` if it comes next.
  mutating func takeNull() throws(QueryAnswerError) -> Bool {
    guard peek() == UInt8(ascii: "n") else { return false }
    try word("null")
    return true
  }

  private mutating func word(_ wanted: StaticString) throws(QueryAnswerError) {
    let end = offset + wanted.utf8CodeUnitCount
    guard end <= bytes.count, string(at: offset..<end, is: wanted) else {
      throw unexpected("a value")
    }
    offset = end
  }

  /// Walks over an object; `body` must consume each field's value, given the range of its name.
  @inline(__always)
  mutating func fields(
    _ body: (inout JSONScanner, Range<Int>) throws(QueryAnswerError) -> Void
  ) throws(QueryAnswerError) {
    try take(JSON.openBrace, "an object")
    if takeIf(JSON.closeBrace) { return }
    repeat {
      let name = try string()
      try take(JSON.colon, "a colon")
      try body(&self, name)
    } while takeIf(JSON.comma)
    try take(JSON.closeBrace, "a comma or the end of an object")
  }

  /// Walks over an array; `body` must consume each element.
  @inline(__always)
  mutating func elements(
    _ body: (inout JSONScanner) throws(QueryAnswerError) -> Void
  ) throws(QueryAnswerError) {
    try take(JSON.openBracket, "an array")
    if takeIf(JSON.closeBracket) { return }
    repeat {
      try body(&self)
    } while takeIf(JSON.comma)
    try take(JSON.closeBracket, "a comma or the end of an array")
  }

  /// The error that something else than `expected` stands here.
  func unexpected(_ expected: String) -> QueryAnswerError {
    let found: String
    if offset < bytes.count {
      // Twelve bytes are enough to recognise HTML or a cut-off number by.
      let excerpt = String(decoding: bytes[offset..<min(offset + 12, bytes.count)], as: UTF8.self)
      found = "\"" + excerpt.map { $0.isASCII && !$0.isNewline ? String($0) : "?" }.joined() + "\""
    } else {
      found = "the end of the answer"
    }
    return .malformed(offset: offset, expected: expected, found: found)
  }
}
