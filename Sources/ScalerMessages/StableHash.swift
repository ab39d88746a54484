internal import Glibc

/// A hash of bytes that is the same in every process and on every machine, and the union of all
/// bits seen, whose eighth bits say whether everything was ASCII. Not made to resist an attacker:
/// who uses it compares exactly afterwards.
struct StableHash {
  private static let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
  private static let eighthBits: UInt64 = 0x8080_8080_8080_8080

  private(set) var value: UInt64
  private var seen: UInt64 = 0

  /// The hash of these bytes; O(n), eight bytes at a time.
  init(_ bytes: UnsafeRawBufferPointer) {
    var hash = UInt64(truncatingIfNeeded: bytes.count) &* Self.multiplier
    var seen: UInt64 = 0
    var offset = 0
    while offset &+ 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
      seen |= word
      hash = Self.mix(hash ^ word)
      offset &+= 8
    }
    var rest: UInt64 = 0
    if bytes.count >= 8 {
      // The last eight bytes, some of them a second time: cheaper than one by one.
      rest = bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self)
    } else {
      for byte in bytes { rest = rest << 8 | UInt64(byte) }
    }
    value = Self.mix(hash ^ rest)
    self.seen = seen | rest
  }

  /// The hash of the UTF-8 of `text`.
  init(_ text: String) {
    var text = text
    self = text.withUTF8 { StableHash(UnsafeRawBufferPointer($0)) }
  }

  /// No byte was above 127.
  var isASCII: Bool { seen & Self.eighthBits == 0 }

  /// One step: every bit of the input reaches every higher bit, and the highest the lowest.
  static func mix(_ word: UInt64) -> UInt64 {
    let product = word &* multiplier
    return product ^ product >> 29
  }

  /// The hash of one metadata entry.
  static func entry(key: UInt64, value: UInt64) -> UInt64 {
    mix(mix(key) &+ value)
  }

  /// The hash of a trigger; `entries` is the sum over its metadata, so order does not matter.
  static func identity(name: UInt64, namespace: UInt64, entries: UInt64) -> UInt64 {
    mix(mix(mix(name) &+ namespace) &+ entries)
  }
}
