/// The bytes that JSON is made of (RFC 8259), and its strings.
enum JSON {
  static let quote = UInt8(ascii: "\"")
  static let backslash = UInt8(ascii: "\\")
  static let openBrace = UInt8(ascii: "{")
  static let closeBrace = UInt8(ascii: "}")
  static let openBracket = UInt8(ascii: "[")
  static let closeBracket = UInt8(ascii: "]")
  static let comma = UInt8(ascii: ",")
  static let colon = UInt8(ascii: ":")

  /// The text of what stands between two quotes; broken UTF-8 and lone surrogates become U+FFFD.
  static func decodeString(_ raw: ArraySlice<UInt8>) -> String {
    guard let firstEscape = raw.firstIndex(of: backslash) else {
      return String(decoding: raw, as: UTF8.self)
    }
    var text = Array(raw[..<firstEscape])
    var at = firstEscape
    while at < raw.endIndex {
      guard raw[at] == backslash, at + 1 < raw.endIndex else {
        text.append(raw[at])
        at += 1
        continue
      }
      if raw[at + 1] == UInt8(ascii: "u") {
        let (scalar, next) = decodeUnicodeEscape(raw, at: at)
        text.append(contentsOf: Array(String(scalar).utf8))
        at = next
      } else {
        text.append(plainEscape(raw[at + 1]))
        at += 2
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// What `\n` and its like stand for; any other byte stands for itself.
  private static func plainEscape(_ byte: UInt8) -> UInt8 {
    switch byte {
    case UInt8(ascii: "n"): 10
    case UInt8(ascii: "t"): 9
    case UInt8(ascii: "r"): 13
    case UInt8(ascii: "b"): 8
    case UInt8(ascii: "f"): 12
    default: byte
    }
  }

  /// The scalar of the `\uXXXX` (or surrogate pair) at `at`, and where the text goes on.
  private static func decodeUnicodeEscape(
    _ raw: ArraySlice<UInt8>, at: Int
  ) -> (Unicode.Scalar, Int) {
    let replacement: Unicode.Scalar = "\u{FFFD}"
    guard let high = fourHexDigits(raw, at: at + 2) else { return (replacement, at + 2) }
    if let scalar = Unicode.Scalar(high) { return (scalar, at + 6) }
    let isPair =
      (0xD800..<0xDC00).contains(high) && at + 7 < raw.endIndex && raw[at + 6] == backslash
      && raw[at + 7] == UInt8(ascii: "u")
    guard isPair, let low = fourHexDigits(raw, at: at + 8), (0xDC00..<0xE000).contains(low),
      let scalar = Unicode.Scalar(0x10000 + ((high - 0xD800) << 10) + (low - 0xDC00))
    else { return (replacement, at + 6) }
    return (scalar, at + 12)
  }

  private static func fourHexDigits(_ raw: ArraySlice<UInt8>, at: Int) -> UInt32? {
    guard at + 4 <= raw.endIndex else { return nil }
    var value: UInt32 = 0
    for byte in raw[at..<(at + 4)] {
      guard let digit = hexDigit(byte) else { return nil }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  /// The worth of a hexadecimal digit, or nil.
  static func hexDigit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }
}
