/// Writes JSON without spaces, as Prometheus does.
struct JSONWriter {
  /// What has been written.
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// Writes `{…}`; `body` writes the fields.
  mutating func object(_ body: (inout JSONWriter) -> Void) {
    nested(open: JSON.openBrace, close: JSON.closeBrace, body)
  }

  /// Writes `[…]`; `body` writes the elements.
  mutating func array(_ body: (inout JSONWriter) -> Void) {
    nested(open: JSON.openBracket, close: JSON.closeBracket, body)
  }

  /// Writes `"name":"text"`.
  mutating func field(_ name: String, string: String) {
    key(name)
    self.string(string)
  }

  /// Writes `"name":`; a value must follow.
  mutating func key(_ name: String) {
    string(name)
    bytes.append(JSON.colon)
    needsComma = false
  }

  /// Writes a number as JSON (finite numbers only: others become null).
  mutating func number(_ value: Double) {
    separate()
    let text = value.isFinite ? JSONWriter.text(value) : "null"
    bytes.append(contentsOf: text.utf8)
  }

  /// Writes a quoted text.
  mutating func string(_ text: String) {
    separate()
    bytes.append(JSON.quote)
    for byte in text.utf8 {
      switch byte {
      case JSON.quote, JSON.backslash:
        bytes.append(JSON.backslash)
        bytes.append(byte)
      case 0..<0x20:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(JSONWriter.hexDigits[Int(byte >> 4)])
        bytes.append(JSONWriter.hexDigits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(JSON.quote)
  }

  private mutating func nested(open: UInt8, close: UInt8, _ body: (inout JSONWriter) -> Void) {
    separate()
    bytes.append(open)
    needsComma = false
    body(&self)
    bytes.append(close)
    needsComma = true
  }

  private mutating func separate() {
    if needsComma { bytes.append(JSON.comma) }
    needsComma = true
  }

  /// A finite number's shortest text, without ".0" where it is whole.
  static func text(_ value: Double) -> String {
    let text = value.description
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }

  private static let hexDigits = Array("0123456789abcdef".utf8)
}
