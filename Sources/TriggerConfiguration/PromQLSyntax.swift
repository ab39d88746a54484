/// What can be said of a PromQL text without a parser: Prometheus has the last word, but a bracket
/// that was never closed should not have to wait for it.
///
/// Checks: not empty, not longer than `TriggerLimits.queryBytes`, brackets and quotes in pairs, no
/// control characters, no template variables (`$namespace`), no bare range vector. `nil` where
/// nothing is wrong. O(n).
func promQLFault(in text: String) -> Refusal? {
  let bytes = Array(text.utf8)
  guard !bytes.isEmpty else { return Refusal("is empty", "write a PromQL query, or leave it out") }
  guard bytes.count <= TriggerLimits.queryBytes else {
    return Refusal(
      "is longer than \(TriggerLimits.queryBytes) bytes",
      "use a recording rule for it and query that", limit: .queryBytes)
  }
  var scan = PromQLScan(bytes: bytes)
  return scan.fault()
}

/// One pass over a query's bytes.
private struct PromQLScan {
  let bytes: [UInt8]
  /// The brackets that are open, with their places from 1.
  var open: [(bracket: UInt8, place: Int)] = []
  var position = 0
  /// The last byte that is neither blank nor in a comment.
  var last: UInt8 = 0

  mutating func fault() -> Refusal? {
    while position < bytes.count {
      if let fault = step() { return fault }
      position += 1
    }
    if let unclosed = open.last {
      return Refusal(
        "has a \(shown(unclosed.bracket)) at character \(unclosed.place) that is never closed",
        "close it with \(shown(closing(unclosed.bracket)))")
    }
    if last == 0 { return Refusal("holds only a comment", "write a PromQL query") }
    if last == UInt8(ascii: "]") {
      return Refusal(
        "ends in a range, which is a list of past values and not a number",
        "wrap it, for example in rate(…) or max_over_time(…)")
    }
    return nil
  }

  private mutating func step() -> Refusal? {
    let byte = bytes[position]
    switch byte {
    case UInt8(ascii: "#"):
      while position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: "\n") { position += 1 }
      return nil
    case UInt8(ascii: "\""), UInt8(ascii: "'"), UInt8(ascii: "`"):
      last = byte
      return skipString(quote: byte)
    case UInt8(ascii: "("), UInt8(ascii: "["), UInt8(ascii: "{"):
      open.append((byte, position + 1))
    case UInt8(ascii: ")"), UInt8(ascii: "]"), UInt8(ascii: "}"):
      guard let opened = open.popLast(), closing(opened.bracket) == byte else {
        return Refusal(
          "has a \(shown(byte)) at character \(position + 1) that closes nothing",
          "remove it, or open it before")
      }
    case UInt8(ascii: "$"):
      return Refusal(
        "has a \"$\" at character \(position + 1), which is a dashboard's variable and not PromQL",
        "write the value itself")
    case UInt8(ascii: ";"):
      return Refusal(
        "has a \";\" at character \(position + 1), which is not PromQL", "write one expression")
    case 0..<0x20 where !isBlank(byte), 0x7f:
      return Refusal("has a control character at character \(position + 1)", "remove it")
    default: break
    }
    if !isBlank(byte) { last = byte }
    return nil
  }

  /// Moves to the closing quote; `\` escapes, but not between backquotes.
  private mutating func skipString(quote: UInt8) -> Refusal? {
    let start = position
    position += 1
    while position < bytes.count, bytes[position] != quote {
      if bytes[position] == UInt8(ascii: "\\"), quote != UInt8(ascii: "`") { position += 1 }
      position += 1
    }
    guard position < bytes.count else {
      return Refusal(
        "has a quote (\(Character(Unicode.Scalar(quote)))) at character \(start + 1) that is "
          + "never closed", "close it")
    }
    return nil
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }

  private func closing(_ bracket: UInt8) -> UInt8 {
    switch bracket {
    case UInt8(ascii: "("): UInt8(ascii: ")")
    case UInt8(ascii: "["): UInt8(ascii: "]")
    default: UInt8(ascii: "}")
    }
  }

  private func shown(_ byte: UInt8) -> String { "\"\(Character(Unicode.Scalar(byte)))\"" }
}
