internal import CScalerProto
internal import Glibc

/// The bytes of a C string, without its NUL.
func cText(_ text: UnsafePointer<CChar>?) -> UnsafeRawBufferPointer {
  UnsafeRawBufferPointer(start: text, count: text.map { strlen($0) } ?? 0)
}

/// A C string whose UTF-8 has been checked, as a Swift one.
func string(_ text: UnsafePointer<CChar>?) -> String {
  text.map { String(cString: $0) } ?? ""
}

/// The hash of a C string, checked to be UTF-8. ASCII needs no second look.
func checkedHash(_ text: UnsafePointer<CChar>?) throws(MessageError) -> UInt64 {
  let bytes = cText(text)
  let hash = StableHash(bytes)
  if hash.isASCII { return hash.value }
  guard String(validating: bytes, as: UTF8.self) != nil else { throw .notUTF8 }
  return hash.value
}

/// A checked C string as a Swift one.
func checkedString(_ text: UnsafePointer<CChar>?) throws(MessageError) -> String {
  guard let checked = String(validating: cText(text), as: UTF8.self) else { throw .notUTF8 }
  return checked
}

/// Which strings a message has, for finding a NUL in one: protobuf-c ends each string there.
indirect enum TextLayout {
  case message(strings: Set<Int>, messages: [Int: TextLayout])

  /// `externalscaler.ScaledObjectRef`
  static let scaledObjectRef = TextLayout.message(
    strings: [1, 2], messages: [3: .message(strings: [1, 2], messages: [:])])
  /// `externalscaler.GetMetricsRequest`
  static let getMetricsRequest = TextLayout.message(strings: [2], messages: [1: scaledObjectRef])
  /// A message whose fields with these numbers are strings.
  static func strings(_ numbers: Set<Int>) -> TextLayout {
    .message(strings: numbers, messages: [:])
  }

  /// Throws if a string of the message holds a NUL. A message without any zero byte, the usual
  /// one, costs one `memchr`; an empty string's length is such a byte too, so then it is walked.
  func refuseNUL(in bytes: UnsafeRawBufferPointer) throws(MessageError) {
    guard let base = bytes.baseAddress, memchr(base, 0, bytes.count) != nil else { return }
    if hasNUL(Array(bytes)[...]) { throw .embeddedNUL }
  }

  private func hasNUL(_ bytes: ArraySlice<UInt8>) -> Bool {
    guard case .message(let strings, let messages) = self else { return false }
    var reader = WireReader(bytes)
    while let field = reader.next() {
      guard let bytes = field.bytes else { continue }
      if strings.contains(field.number), bytes.contains(0) { return true }
      if let inner = messages[field.number], inner.hasNUL(bytes) { return true }
    }
    return false
  }
}
