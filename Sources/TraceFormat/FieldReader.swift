/// Cuts one CSV line into numbers, naming the column in errors.
struct FieldReader {
  private static let largest = 1e9

  private let bytes: [UInt8]
  private let line: Int
  private var position = 0
  private var atEnd = false

  /// A reader at the start of `bytes`, one line without its line end.
  init(bytes: [UInt8], line: Int) {
    self.bytes = bytes
    self.line = line
  }

  /// The next field as a number from 0 to 10⁹.
  mutating func next(_ column: String) throws(TraceError) -> Double {
    let field = try nextField(column)
    guard let value = Self.number(field) else {
      throw error(column, field, expected: "a number from 0, for example 12.5")
    }
    return value
  }

  /// The next field as a whole number from 0 to 10⁹ (`3.0` is accepted).
  mutating func nextCount(_ column: String) throws(TraceError) -> Int {
    let field = try nextField(column)
    guard let value = Self.number(field), value == value.rounded() else {
      throw error(column, field, expected: "a whole number from 0")
    }
    return Int(value)
  }

  /// Checks that nothing follows the last column.
  func end(columns: Int) throws(TraceError) {
    guard atEnd else {
      throw TraceError(line: line, problem: "has more than \(columns) columns")
    }
  }

  private mutating func nextField(_ column: String) throws(TraceError) -> ArraySlice<UInt8> {
    guard !atEnd else {
      throw TraceError(line: line, problem: "ends before the column \(column)")
    }
    var end = position
    while end < bytes.count, bytes[end] != UInt8(ascii: ",") { end += 1 }
    let field = bytes[position..<end]
    atEnd = end == bytes.count
    position = end + 1
    return field
  }

  private func error(
    _ column: String, _ field: ArraySlice<UInt8>, expected: String
  ) -> TraceError {
    let found = String(decoding: field.prefix(40), as: UTF8.self)
    return TraceError(line: line, problem: "\(column) is \"\(found)\"; expected \(expected)")
  }

  /// A decimal number in 0 … 10⁹; nil for anything else. Plain decimals, which are all there is in
  /// practice, take the short way.
  private static func number(_ field: ArraySlice<UInt8>) -> Double? {
    var digits = 0
    var count = 0
    var scale = 1.0
    var afterPoint = false
    for byte in field {
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9") where count < 15:
        digits = digits * 10 + Int(byte - UInt8(ascii: "0"))
        count += 1
        if afterPoint { scale *= 10 }
      case UInt8(ascii: ".") where !afterPoint:
        afterPoint = true
      default:
        return unusual(field)
      }
    }
    guard count > 0 else { return unusual(field) }
    let value = Double(digits) / scale
    return value <= largest ? value : nil
  }

  private static func unusual(_ field: ArraySlice<UInt8>) -> Double? {
    let text = String(decoding: field, as: UTF8.self).filter { $0 != " " && $0 != "\"" }
    guard let value = Double(text), value >= 0, value <= largest else { return nil }
    return value
  }
}
