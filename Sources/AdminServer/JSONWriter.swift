/// Writes JSON into bytes, keys in the order in which they are written, without intermediate values.
///
/// Foundation's encoder takes ten times as long, and a page of a thousand ScaledObjects is sent
/// every second. Numbers that JSON does not have (NaN, infinity) become `null`.
struct JSONWriter {
  /// What has been written.
  private(set) var bytes: [UInt8] = []
  private var needsComma = false

  /// An empty writer.
  init() {}

  /// Writes `{…}`, its fields by `body`.
  mutating func object(_ body: (inout JSONWriter) -> Void) {
    begin(UInt8(ascii: "{"))
    body(&self)
    end(UInt8(ascii: "}"))
  }

  /// Writes `[…]`, each item by `body`.
  mutating func array<Items: Sequence>(
    _ items: Items, _ body: (inout JSONWriter, Items.Element) -> Void
  ) {
    begin(UInt8(ascii: "["))
    for item in items { body(&self, item) }
    end(UInt8(ascii: "]"))
  }

  /// Writes a field's name; its value comes next.
  mutating func key(_ name: StaticString) {
    separate()
    bytes.append(UInt8(ascii: "\""))
    name.withUTF8Buffer { bytes.append(contentsOf: $0) }
    bytes.append(UInt8(ascii: "\""))
    bytes.append(UInt8(ascii: ":"))
    needsComma = false
  }

  /// Writes a text, or `null`.
  mutating func value(_ text: String?) {
    guard let text else { return raw("null") }
    separate()
    bytes.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(byte)
      case 0x0A: bytes.append(contentsOf: "\\n".utf8)
      case 0..<0x20, 0x7F:
        bytes.append(contentsOf: "\\u00".utf8)
        bytes.append(Self.digits[Int(byte >> 4)])
        bytes.append(Self.digits[Int(byte & 15)])
      default: bytes.append(byte)
      }
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Writes a whole number, or `null`.
  mutating func value(_ number: Int?) { raw(number.map { "\($0)" } ?? "null") }

  /// Writes `true` or `false`.
  mutating func value(_ flag: Bool) { raw(flag ? "true" : "false") }

  /// Writes a number with at most four decimals, or `null`.
  mutating func value(_ number: Double?) {
    guard let number, number.isFinite else { return raw("null") }
    let rounded = abs(number) < 1e11 ? (number * 10_000).rounded() / 10_000 : number
    if rounded == rounded.rounded(), abs(rounded) < 1e15 { return raw("\(Int(rounded))") }
    raw("\(rounded)")
  }

  /// Writes JSON that is complete already.
  mutating func value(json: [UInt8]) {
    separate()
    bytes.append(contentsOf: json)
  }

  /// Writes a field of a text.
  mutating func field(_ name: StaticString, _ text: String?) {
    key(name)
    value(text)
  }

  /// Writes a field of a whole number.
  mutating func field(_ name: StaticString, _ number: Int?) {
    key(name)
    value(number)
  }

  /// Writes a field of a number.
  mutating func field(_ name: StaticString, _ number: Double?) {
    key(name)
    value(number)
  }

  /// Writes a field of `true` or `false`.
  mutating func field(_ name: StaticString, _ flag: Bool) {
    key(name)
    value(flag)
  }

  /// Writes a field of texts.
  mutating func field(_ name: StaticString, _ texts: [String]) {
    key(name)
    array(texts) { $0.value($1) }
  }

  private static let digits = Array("0123456789abcdef".utf8)

  private mutating func raw(_ text: String) {
    separate()
    bytes.append(contentsOf: text.utf8)
  }

  private mutating func separate() {
    if needsComma { bytes.append(UInt8(ascii: ",")) }
    needsComma = true
  }

  private mutating func begin(_ bracket: UInt8) {
    separate()
    bytes.append(bracket)
    needsComma = false
  }

  private mutating func end(_ bracket: UInt8) {
    bytes.append(bracket)
    needsComma = true
  }
}
