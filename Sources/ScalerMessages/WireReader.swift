/// Reads the protobuf wire format field by field; only what is length-delimited is looked into.
struct WireReader {
  /// One field: its number, and its bytes if it is length-delimited.
  struct Field {
    let number: Int
    let bytes: ArraySlice<UInt8>?
  }

  private var rest: ArraySlice<UInt8>

  /// A reader at the start of a message.
  init(_ bytes: ArraySlice<UInt8>) {
    rest = bytes
  }

  /// The next field; nil at the end, or where the bytes are not in the wire format.
  mutating func next() -> Field? {
    guard let tag = varint(), tag >> 3 > 0 else { return nil }
    let number = Int(truncatingIfNeeded: tag >> 3)
    switch tag & 7 {
    case 0: return varint().map { _ in Field(number: number, bytes: nil) }
    case 1: return take(8).map { _ in Field(number: number, bytes: nil) }
    case 2:
      guard let length = varint(), length <= UInt64(rest.count) else { return nil }
      return take(Int(length)).map { Field(number: number, bytes: $0) }
    case 5: return take(4).map { _ in Field(number: number, bytes: nil) }
    default: return nil
    }
  }

  /// All length-delimited fields with this number, in order.
  static func fields(_ number: Int, of message: ArraySlice<UInt8>) -> [ArraySlice<UInt8>] {
    var reader = WireReader(message)
    var found: [ArraySlice<UInt8>] = []
    while let field = reader.next() {
      if field.number == number, let bytes = field.bytes { found.append(bytes) }
    }
    return found
  }

  /// The text of the last string field with this number; empty when there is none.
  static func text(_ number: Int, of message: ArraySlice<UInt8>) -> String {
    String(decoding: fields(number, of: message).last ?? [], as: UTF8.self)
  }

  private mutating func take(_ count: Int) -> ArraySlice<UInt8>? {
    guard count <= rest.count else { return nil }
    defer { rest = rest.dropFirst(count) }
    return rest.prefix(count)
  }

  private mutating func varint() -> UInt64? {
    var value: UInt64 = 0
    for shift in stride(from: UInt64(0), to: 70, by: 7) {
      guard let byte = rest.popFirst() else { return nil }
      value |= UInt64(byte & 0x7F) << shift
      if byte < 0x80 { return value }
    }
    return nil
  }
}
