/// A series' labels, kept as the bytes of the JSON object they came in.
///
/// Nothing is copied or decoded until asked for: a vector of a thousand series costs no allocation
/// per series. The price is that a `Labels` keeps the whole answer's bytes alive; copy the strings
/// out of it (`subscript`, `pairs`) where something outlives the answer.
package struct Labels: Sendable {
  /// The answer's bytes. `range` in them was checked to be an object of strings.
  private let bytes: [UInt8]
  private let start: Int

  /// No labels.
  package static let none = Labels([])

  /// Labels from pairs, kept in the order given; names ought to be distinct.
  package init(_ pairs: [(name: String, value: String)]) {
    var writer = JSONWriter()
    writer.object { object in
      for pair in pairs { object.field(pair.name, string: pair.value) }
    }
    bytes = writer.bytes
    start = 0
  }

  /// The object that begins at `start` (its brace), which the scanner has checked.
  init(checkedObjectAt start: Int, in bytes: [UInt8]) {
    self.bytes = bytes
    self.start = start
  }

  /// The value of a label, or nil where the series does not have it; the last one wins if the
  /// server wrote it twice. Linear in the labels' length.
  package subscript(name: String) -> String? {
    var found: String?
    var name = name
    name.withUTF8 { wanted in
      forEachRawPair { nameRange, valueRange in
        if matches(nameRange, wanted) { found = decode(valueRange) }
      }
    }
    return found
  }

  /// Every label in the order of the answer (Prometheus sorts them by name).
  package var pairs: [(name: String, value: String)] {
    var result: [(name: String, value: String)] = []
    forEachRawPair { result.append((decode($0), decode($1))) }
    return result
  }

  /// How many labels there are.
  package var count: Int {
    var result = 0
    forEachRawPair { _, _ in result += 1 }
    return result
  }

  /// Calls back with the ranges between the quotes of each name and value.
  private func forEachRawPair(_ body: (Range<Int>, Range<Int>) -> Void) {
    var at = start + 1
    func nextString() -> Range<Int>? {
      while at < bytes.count, bytes[at] != JSON.quote {
        if bytes[at] == JSON.closeBrace { return nil }
        at += 1
      }
      let from = at + 1
      at = from
      while at < bytes.count, bytes[at] != JSON.quote {
        at += bytes[at] == JSON.backslash ? 2 : 1
      }
      guard at < bytes.count else { return nil }
      at += 1
      return from..<(at - 1)
    }
    while let name = nextString(), let value = nextString() { body(name, value) }
  }

  /// Whether the raw text is this name; decodes only where there is an escape.
  private func matches(_ range: Range<Int>, _ wanted: UnsafeBufferPointer<UInt8>) -> Bool {
    if bytes[range].contains(JSON.backslash) {
      return decode(range).utf8.elementsEqual(wanted)
    }
    guard range.count == wanted.count else { return false }
    return bytes[range].elementsEqual(wanted)
  }

  private func decode(_ range: Range<Int>) -> String { JSON.decodeString(bytes[range]) }
}

extension Labels: Hashable {
  /// Equal when the same names have the same values, whatever their order and escapes.
  package static func == (one: Labels, other: Labels) -> Bool {
    let (first, second) = (one.sorted, other.sorted)
    return first.elementsEqual(second) { $0.name == $1.name && $0.value == $1.value }
  }

  /// Hashes what `==` compares.
  package func hash(into hasher: inout Hasher) {
    for pair in sorted {
      hasher.combine(pair.name)
      hasher.combine(pair.value)
    }
  }

  private var sorted: [(name: String, value: String)] {
    pairs.sorted { ($0.name, $0.value) < ($1.name, $1.value) }
  }
}

extension Labels: ExpressibleByDictionaryLiteral, CustomStringConvertible {
  /// Labels as a literal: `["pod": "a"]`.
  package init(dictionaryLiteral elements: (String, String)...) {
    self.init(elements.map { (name: $0.0, value: $0.1) })
  }

  /// As PromQL writes them: `{pod="a"}`.
  package var description: String {
    "{" + pairs.map { "\($0.name)=\"\($0.value)\"" }.joined(separator: ", ") + "}"
  }
}
