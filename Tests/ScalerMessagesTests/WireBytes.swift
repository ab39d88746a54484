/// Writes the protobuf wire format by hand, so that the tests do not lean on what they test.
enum Wire {
  /// A length-delimited field.
  static func field(_ number: Int, _ bytes: [UInt8]) -> [UInt8] {
    varint(number << 3 | 2) + varint(bytes.count) + bytes
  }

  /// A string field.
  static func field(_ number: Int, _ text: String) -> [UInt8] {
    field(number, Array(text.utf8))
  }

  /// A number in the wire format.
  static func varint(_ value: Int) -> [UInt8] {
    value < 0x80 ? [UInt8(value)] : [UInt8(value & 0x7F | 0x80)] + varint(value >> 7)
  }

  /// A metadata entry, key and value written out even if empty, as Go does.
  static func entry(_ key: String, _ value: String) -> [UInt8] {
    field(3, field(1, key) + field(2, value))
  }

  /// A ScaledObjectRef with its metadata in this order.
  static func ref(
    _ name: String, _ namespace: String, _ metadata: [(String, String)]
  ) -> [UInt8] {
    field(1, name) + field(2, namespace) + metadata.flatMap { entry($0.0, $0.1) }
  }
}
