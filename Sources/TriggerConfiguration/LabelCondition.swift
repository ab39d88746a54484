/// A label matcher in the form in which it can be tried on a label's value without a server.
///
/// Regular expressions are limited to words, `|`, `.*` and `.+`: a tenant's pattern must not be able
/// to take long.
package struct LabelCondition: Sendable, Equatable {
  /// The label's name.
  package var label: String
  private var isNegated: Bool
  /// Alternatives; each a row of literal texts with anything between them.
  private var alternatives: [Pattern]

  /// Literal texts that have to come in this order, and what may stand between them.
  private struct Pattern: Equatable {
    var pieces: [Piece]
  }

  private enum Piece: Equatable {
    case literal([UInt8])
    /// Anything of at least so many bytes.
    case anything(atLeast: Int)
  }

  /// The condition of a matcher; `nil` where its pattern is more than words, `|`, `.*` and `.+`.
  package init?(_ matcher: LabelMatcher) {
    guard let text = Self.unquoted(matcher.quotedValue) else { return nil }
    label = matcher.label
    isNegated = matcher.operation.hasPrefix("!")
    guard matcher.operation.hasSuffix("~") else {
      alternatives = [Pattern(pieces: [.literal(Array(text.utf8))])]
      return
    }
    var patterns: [Pattern] = []
    for part in text.split(separator: "|", omittingEmptySubsequences: false) {
      guard let pattern = Self.pattern(part) else { return nil }
      patterns.append(pattern)
    }
    alternatives = patterns
  }

  /// Whether a series with this value of the label fulfils it; `nil` is a series without the label,
  /// which counts as the empty text, as in PromQL.
  package func accepts(_ value: String?) -> Bool {
    let bytes = Array((value ?? "").utf8)
    return alternatives.contains { Self.matches($0.pieces[...], bytes[...]) } != isNegated
  }

  /// The text between a matcher's quotes; `nil` for an escape that is not understood here.
  private static func unquoted(_ quoted: String) -> String? {
    guard quoted.utf8.count >= 2, let quote = quoted.first else { return nil }
    let inner = quoted.dropFirst().dropLast()
    guard quote != "`" else { return String(inner) }
    var text = ""
    var isEscaped = false
    for character in inner {
      if isEscaped {
        switch character {
        case "n": text.append("\n")
        case "\\", "\"", "'": text.append(character)
        default: return nil
        }
        isEscaped = false
      } else if character == "\\" {
        isEscaped = true
      } else {
        text.append(character)
      }
    }
    return text
  }

  private static func pattern(_ text: Substring) -> Pattern? {
    var pieces: [Piece] = []
    var literal: [UInt8] = []
    var rest = Array(text.utf8)[...]
    func isSpecial(_ byte: UInt8) -> Bool { "^$*+?()[]{}|".utf8.contains(byte) }
    while let byte = rest.popFirst() {
      if byte == UInt8(ascii: "."), let next = rest.first,
        next == UInt8(ascii: "*") || next == UInt8(ascii: "+")
      {
        rest.removeFirst()
        if !literal.isEmpty { pieces.append(.literal(literal)) }
        literal = []
        pieces.append(.anything(atLeast: next == UInt8(ascii: "+") ? 1 : 0))
      } else if byte == UInt8(ascii: "\\") {
        guard let escaped = rest.popFirst(), escaped == UInt8(ascii: ".") || isSpecial(escaped)
        else { return nil }
        literal.append(escaped)
      } else if byte == UInt8(ascii: ".") || isSpecial(byte) {
        return nil
      } else {
        literal.append(byte)
      }
    }
    if !literal.isEmpty || pieces.isEmpty { pieces.append(.literal(literal)) }
    // More gaps than this could take long on a hostile value.
    guard pieces.count <= 5 else { return nil }
    return Pattern(pieces: pieces)
  }

  private static func matches(_ pieces: ArraySlice<Piece>, _ bytes: ArraySlice<UInt8>) -> Bool {
    guard let first = pieces.first else { return bytes.isEmpty }
    let others = pieces.dropFirst()
    switch first {
    case .literal(let literal):
      return bytes.starts(with: literal) && matches(others, bytes.dropFirst(literal.count))
    case .anything(let least):
      if others.isEmpty { return bytes.count >= least }
      var rest = bytes.dropFirst(least)
      guard bytes.count >= least else { return false }
      while true {
        if matches(others, rest) { return true }
        guard !rest.isEmpty else { return false }
        rest = rest.dropFirst()
      }
    }
  }
}
