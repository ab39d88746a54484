/// What a PromQL text is made of, as far as that tells what its number means: the metrics in it, the
/// functions around them, and whether it is one aggregation. It is no parser: what it cannot make
/// out it leaves out, and the query itself is never changed by it. O(n).
struct PromQLReading {
  /// The metrics' names, in their order, each once. Selectors without a name are not among them.
  private(set) var metrics: [String] = []
  /// The functions and aggregations.
  private(set) var calls: Set<String> = []
  /// Whether numbers or vectors are added, divided and so on.
  private(set) var hasArithmetic = false
  /// The aggregation that holds all of the query, where there is one.
  private(set) var outermost: Aggregation?

  /// One aggregation.
  struct Aggregation: Equatable {
    /// `avg`, `sum` and so on.
    var name: String
    /// Whether `by` or `without` keeps labels.
    var isGrouped: Bool
    /// What is aggregated.
    var argument: String
  }

  /// The aggregations whose argument is the vector alone.
  static let aggregations: Set<String> = ["avg", "sum", "min", "max", "count", "group"]
  private static let grouping: Set<String> = [
    "by", "without", "on", "ignoring", "group_left", "group_right",
  ]
  private static let words: Set<String> = ["and", "or", "unless", "offset", "bool", "inf", "nan"]

  private let bytes: [UInt8]
  private var position = 0

  init(_ query: String) {
    bytes = Array(query.utf8)
    while position < bytes.count { step() }
    outermost = aggregation()
  }

  private mutating func step() {
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "{"), UInt8(ascii: "["): skipBrackets()
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"): skipString()
    case UInt8(ascii: "#"):
      while position < bytes.count, bytes[position] != UInt8(ascii: "\n") { position += 1 }
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."): skipNumber()
    case let byte where byte.isWordByte || byte == UInt8(ascii: ":"): readWord()
    default:
      hasArithmetic = hasArithmetic || "+-*/%^".utf8.contains(byte)
      position += 1
    }
  }

  private mutating func readWord() {
    let word = nextWord()
    skipBlanks()
    let isCall = position < bytes.count && bytes[position] == UInt8(ascii: "(")
    if Self.grouping.contains(word) {
      if isCall { skipBrackets() }
    } else if isCall || Self.isGroupedNext(bytes[position...]) {
      calls.insert(word)
    } else if !Self.words.contains(word.lowercased()), !metrics.contains(word) {
      metrics.append(word)
    }
  }

  /// Whether `by (…)` or `without (…)` comes next, so that the word before is an aggregation.
  private static func isGroupedNext(_ rest: ArraySlice<UInt8>) -> Bool {
    ["by", "without"].contains { word in
      rest.starts(with: word.utf8)
        && (rest.dropFirst(word.utf8.count).first.map { !$0.isWordByte } ?? false)
    }
  }

  /// The aggregation that the whole text is, perhaps within brackets.
  private func aggregation() -> Aggregation? {
    var text = String(decoding: bytes, as: UTF8.self).trimmed
    while text.hasPrefix("("), Self.closing(text[...])?.rest.isEmpty == true {
      text = String(text.dropFirst().dropLast()).trimmed
    }
    let name = String(text.prefix { $0.isLetter || $0 == "_" })
    guard Self.aggregations.contains(name) else { return nil }
    var rest = Substring(text.dropFirst(name.count)).drop { $0.isWhitespace }
    var isGrouped = false
    if let group = Self.groupingList(rest) { (isGrouped, rest) = (true, group) }
    guard let (argument, after) = Self.closing(rest) else { return nil }
    rest = after
    if let group = Self.groupingList(rest) { (isGrouped, rest) = (true, group) }
    guard rest.isEmpty else { return nil }
    return Aggregation(name: name, isGrouped: isGrouped, argument: String(argument).trimmed)
  }

  /// What comes after `by (…)` or `without (…)`.
  private static func groupingList(_ text: Substring) -> Substring? {
    for word in ["by", "without"] where text.hasPrefix(word) {
      return closing(text.dropFirst(word.count).drop { $0.isWhitespace })?.rest
    }
    return nil
  }

  /// What stands in the bracket that a text starts with, and what comes after it.
  private static func closing(_ text: Substring) -> (inside: Substring, rest: Substring)? {
    guard text.first == "(" else { return nil }
    var depth = 0
    var quote: Character?
    var isEscaped = false
    for index in text.indices {
      let character = text[index]
      if isEscaped {
        isEscaped = false
      } else if let open = quote {
        if character == "\\", open != "`" { isEscaped = true }
        if character == open { quote = nil }
      } else if "\"'`".contains(character) {
        quote = character
      } else if character == "(" {
        depth += 1
      } else if character == ")" {
        depth -= 1
        guard depth == 0 else { continue }
        let rest = text[text.index(after: index)...].drop { $0.isWhitespace }
        return (text[text.index(after: text.startIndex)..<index], rest)
      }
    }
    return nil
  }

  private mutating func nextWord() -> String {
    let start = position
    while position < bytes.count, bytes[position].isWordByte || bytes[position] == UInt8(ascii: ":")
    {
      position += 1
    }
    return String(decoding: bytes[start..<position], as: UTF8.self)
  }

  private mutating func skipNumber() {
    // 1e-3: the sign belongs to the number.
    while position < bytes.count, bytes[position].isWordByte || bytes[position] == UInt8(ascii: ".")
    {
      let isExponent = bytes[position] == UInt8(ascii: "e") || bytes[position] == UInt8(ascii: "E")
      position += 1
      if isExponent, position < bytes.count, "+-".utf8.contains(bytes[position]) { position += 1 }
    }
  }

  private mutating func skipBlanks() {
    while position < bytes.count, " \t\r\n".utf8.contains(bytes[position]) { position += 1 }
  }

  private mutating func skipString() {
    let quote = bytes[position]
    position += 1
    while position < bytes.count, bytes[position] != quote {
      position += bytes[position] == UInt8(ascii: "\\") && quote != UInt8(ascii: "`") ? 2 : 1
    }
    position += 1
  }

  private mutating func skipBrackets() {
    var depth = 0
    repeat {
      switch bytes[position] {
      case UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "("): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"), UInt8(ascii: ")"): depth -= 1
      case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
        skipString()
        continue
      default: break
      }
      position += 1
    } while position < bytes.count && depth > 0
  }
}
