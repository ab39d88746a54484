/// The metric names to keep, prepared so that a line can be turned away by one comparison each.
package struct WantedNames: Sendable, Equatable {
  /// The names, without doubles, sorted.
  package let names: [String]
  /// All names' bytes, one after the other.
  let bytes: [UInt8]
  let entries: [Entry]

  /// A name's place in `bytes`, and its last eight bytes: metrics of one program begin alike, and
  /// differ at their ends.
  struct Entry: Sendable, Equatable {
    var start: Int
    var count: Int
    /// The last eight bytes as they lie in memory; 0 for shorter names.
    var tail: UInt64
  }

  /// Names to keep, each as written in the exposition with its suffix: `x_total`, `y_bucket`.
  package init(_ wanted: some Sequence<String>) {
    names = Set(wanted).filter { !$0.isEmpty }.sorted()
    var bytes: [UInt8] = []
    var entries: [Entry] = []
    for name in names {
      let utf8 = Array(name.utf8)
      var tail: UInt64 = 0
      if utf8.count >= 8 {
        for byte in utf8.suffix(8).reversed() { tail = tail << 8 | UInt64(byte) }
      }
      entries.append(Entry(start: bytes.count, count: utf8.count, tail: tail))
      bytes += utf8
    }
    self.bytes = bytes
    self.entries = entries
  }

  /// Which name the line at `at` begins with, followed by a brace or a blank; `nil` if none.
  ///
  /// `base` up to `end` is the caller's memory; `names` and `entries` are those of this value, lent
  /// by the caller once for many lines.
  @inline(__always)
  static func index(
    _ base: UnsafeRawPointer, at: Int, end: Int, names: UnsafeRawPointer,
    entries: UnsafeBufferPointer<Entry>
  ) -> Int? {
    for index in 0..<entries.count {
      let entry = entries[index]
      let after = at &+ entry.count
      guard after < end else { continue }
      if entry.count >= 8 {
        let tail = base.loadUnaligned(fromByteOffset: after &- 8, as: UInt64.self)
        guard UInt64(littleEndian: tail) == entry.tail else { continue }
      }
      let delimiter = base.load(fromByteOffset: after, as: UInt8.self)
      guard delimiter == 0x7B || delimiter == 0x20 || delimiter == 0x09 else { continue }
      let isSame = (0..<entry.count).allSatisfy { offset in
        base.load(fromByteOffset: at &+ offset, as: UInt8.self)
          == names.load(fromByteOffset: entry.start &+ offset, as: UInt8.self)
      }
      if isSame { return index }
    }
    return nil
  }
}
