/// One word or sign of Swift code; comments and the insides of string literals are not code.
struct Token: Equatable {
  /// What the token is.
  enum Kind { case word, sign, literal, quotedName }

  /// The word or sign; empty for a literal, the bare name for a name in backticks.
  var text: String
  /// The line it starts on, from 1.
  var line: Int
  /// What it is.
  var kind: Kind
  /// True where nothing stands between it and the token before it.
  var isAdjacent = false
}

/// Splits Swift text into tokens and remembers where comments stand.
///
/// Bare regular-expression literals are read as code; write them as `#/…/#` when they hold quotes.
struct SwiftLexer {
  private let bytes: [UInt8]
  private var position = 0
  private var line = 1
  /// The tokens in order.
  private(set) var tokens: [Token] = []
  /// Lines that hold a comment of any kind.
  private(set) var commentLines: Set<Int> = []
  /// Lines that hold a doc comment (`///`).
  private(set) var docCommentLines: Set<Int> = []

  /// Reads the whole of `text`.
  init(_ text: String) {
    bytes = Array(text.utf8)
    lexCode(untilParenthesis: false)
  }

  private func byte(_ offset: Int = 0) -> UInt8 {
    position + offset < bytes.count ? bytes[position + offset] : 0
  }

  private func starts(with text: StaticString) -> Bool {
    guard position + text.utf8CodeUnitCount <= bytes.count else { return false }
    return text.withUTF8Buffer { $0.elementsEqual(bytes[position..<position + $0.count]) }
  }

  private mutating func advance(_ count: Int = 1) {
    for _ in 0..<count where position < bytes.count {
      if bytes[position] == UInt8(ascii: "\n") { line += 1 }
      position += 1
    }
  }

  private mutating func lexCode(untilParenthesis: Bool) {
    var depth = 0
    while position < bytes.count {
      if starts(with: "//") {
        lexLineComment()
      } else if starts(with: "/*") {
        lexBlockComment()
      } else if byte() == UInt8(ascii: "\"") {
        lexString(hashes: 0)
      } else if byte() == UInt8(ascii: "#"), let hashes = literalHashes() {
        advance(hashes)
        if byte() == UInt8(ascii: "/") {
          lexRegex(hashes: hashes)
        } else {
          lexString(hashes: hashes)
        }
      } else if byte() == UInt8(ascii: "`") {
        lexQuotedName()
      } else if isWord(byte()) {
        lexWord()
      } else {
        let sign = byte()
        if untilParenthesis, sign == UInt8(ascii: ")"), depth == 0 { return }
        if sign == UInt8(ascii: "(") { depth += 1 }
        if sign == UInt8(ascii: ")") { depth -= 1 }
        if sign > 32 {
          append(String(UnicodeScalar(sign)), .sign, from: position)
        }
        advance()
      }
    }
  }

  private func isWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "$"), 128...:
      true
    default: false
    }
  }

  /// The number of `#` before a raw string or extended regex, or nil where none starts here.
  private func literalHashes() -> Int? {
    var count = 0
    while byte(count) == UInt8(ascii: "#") { count += 1 }
    return byte(count) == UInt8(ascii: "\"") || byte(count) == UInt8(ascii: "/") ? count : nil
  }

  private mutating func lexWord() {
    let start = position
    while isWord(byte()) { position += 1 }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    append(text, .word, from: start)
  }

  private mutating func append(_ text: String, _ kind: Token.Kind, from start: Int) {
    let isAdjacent = start > 0 && bytes[start - 1] > 32
    tokens.append(Token(text: text, line: line, kind: kind, isAdjacent: isAdjacent))
  }

  private mutating func lexQuotedName() {
    let start = position + 1
    advance()
    while position < bytes.count, byte() != UInt8(ascii: "`"), byte() != UInt8(ascii: "\n") {
      advance()
    }
    let text = String(decoding: bytes[start..<position], as: UTF8.self)
    tokens.append(Token(text: text, line: line, kind: .quotedName))
    if byte() == UInt8(ascii: "`") { advance() }
  }

  private mutating func lexLineComment() {
    commentLines.insert(line)
    if starts(with: "///") { docCommentLines.insert(line) }
    while position < bytes.count, byte() != UInt8(ascii: "\n") { advance() }
  }

  private mutating func lexBlockComment() {
    var depth = 0
    repeat {
      commentLines.insert(line)
      if starts(with: "/*") {
        depth += 1
        advance(2)
      } else if starts(with: "*/") {
        depth -= 1
        advance(2)
      } else {
        advance()
      }
    } while depth > 0 && position < bytes.count
  }

  private mutating func lexRegex(hashes: Int) {
    tokens.append(Token(text: "", line: line, kind: .literal))
    advance()
    while position < bytes.count, !(byte() == UInt8(ascii: "/") && hasHashes(hashes, after: 1)) {
      advance()
    }
    advance(1 + hashes)
  }

  private func hasHashes(_ count: Int, after offset: Int) -> Bool {
    (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
  }

  /// Skips a string literal, but lexes the code inside its interpolations.
  private mutating func lexString(hashes: Int) {
    tokens.append(Token(text: "", line: line, kind: .literal))
    let quotes = starts(with: "\"\"\"") ? 3 : 1
    advance(quotes)
    while position < bytes.count {
      if byte() == UInt8(ascii: "\\"), hasHashes(hashes, after: 1) {
        advance(1 + hashes)
        let interpolates = byte() == UInt8(ascii: "(")
        advance()
        guard interpolates else { continue }
        lexCode(untilParenthesis: true)
        advance()
      } else if quotes == 3 ? starts(with: "\"\"\"") : byte() == UInt8(ascii: "\""),
        hasHashes(hashes, after: quotes)
      {
        advance(quotes + hashes)
        return
      } else if quotes == 1, byte() == UInt8(ascii: "\n") {
        return
      } else {
        advance()
      }
    }
  }
}
