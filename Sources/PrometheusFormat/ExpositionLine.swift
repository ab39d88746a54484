/// One line of an exposition, read strictly from left to right.
struct ExpositionLine {
  private let bytes: [UInt8]
  private let end: Int
  private var at: Int
  private let number: Int
  private let labelLimit: Int

  /// The line at `range`, its line feed not included; `number` is for errors.
  init(bytes: [UInt8], range: Range<Int>, number: Int, labelLimit: Int) {
    self.bytes = bytes
    self.number = number
    self.labelLimit = labelLimit
    var end = range.upperBound
    // A carriage return before the line feed is no part of a value.
    if end > range.lowerBound, bytes[end - 1] == 0x0D { end -= 1 }
    self.end = end
    at = range.lowerBound
  }

  /// Whether it says that OpenMetrics ends here.
  var isEnd: Bool { bytes[at..<end].elementsEqual("# EOF".utf8) }

  /// Whether nothing but a comment stands in it.
  var isComment: Bool {
    guard let first = bytes[at..<end].first(where: { $0 != 0x20 && $0 != 0x09 }) else {
      return true
    }
    return first == UInt8(ascii: "#")
  }

  /// Whether it begins like HTML or XML.
  var isMarkup: Bool {
    bytes[at..<end].first { $0 != 0x20 && $0 != 0x09 } == UInt8(ascii: "<")
  }

  /// The line's sample where its metric is wanted.
  mutating func sample(
    wanted: WantedNames, format: ExpositionFormat
  ) throws(ExpositionError) -> ExpositionSample? {
    skipBlanks()
    var name = bareName()
    var labels: [ExpositionLabel] = []
    // Read only as far as the name, to turn away what is not wanted before it can be malformed.
    if let name, !wanted.names.contains(name) { return nil }
    skipBlanks()
    if next == UInt8(ascii: "{") {
      at += 1
      try readBraces(&name, &labels, wanted: wanted)
    }
    guard let name else { return nil }
    guard wanted.names.contains(name) else { return nil }
    skipBlanks()
    guard let value = readNumber() else { throw unexpected("a number") }
    skipBlanks()
    var timestamp: Double?
    if let byte = next, byte != UInt8(ascii: "#") {
      guard let written = readNumber(), written.isFinite else { throw unexpected("a timestamp") }
      timestamp = format == .openMetrics ? written : written / 1000
      skipBlanks()
    }
    // An exemplar follows its "#"; what it says is not used.
    guard next == nil || (next == UInt8(ascii: "#") && format == .openMetrics) else {
      throw unexpected("the end of the line")
    }
    return ExpositionSample(
      name: name, labels: labels, value: value, timestampSeconds: timestamp)
  }

  private var next: UInt8? { at < end ? bytes[at] : nil }

  private mutating func skipBlanks() {
    while at < end, bytes[at] == 0x20 || bytes[at] == 0x09 { at += 1 }
  }

  private func unexpected(_ expected: String) -> ExpositionError {
    .malformed(line: number, expected: expected)
  }

  /// A name without quotes, up to a blank or a brace; `nil` where none stands.
  private mutating func bareName() -> String? {
    let start = at
    while at < end, bytes[at] != UInt8(ascii: "{"), bytes[at] != 0x20, bytes[at] != 0x09 { at += 1 }
    return at > start ? String(decoding: bytes[start..<at], as: UTF8.self) : nil
  }

  /// What stands between the braces: labels, and the metric's name where it is quoted.
  private mutating func readBraces(
    _ name: inout String?, _ labels: inout [ExpositionLabel], wanted: WantedNames
  ) throws(ExpositionError) {
    while true {
      skipBlanks()
      if next == UInt8(ascii: "}") {
        at += 1
        return
      }
      let isQuoted = next == UInt8(ascii: "\"")
      guard let word = isQuoted ? quoted() : labelName() else {
        throw unexpected("a label's name or a closing brace")
      }
      skipBlanks()
      if isQuoted, name == nil, next != UInt8(ascii: "=") {
        name = word
        // The rest of another metric's line is nobody's business.
        guard wanted.names.contains(word) else { return }
      } else {
        guard next == UInt8(ascii: "=") else { throw unexpected("\"=\" after a label's name") }
        at += 1
        skipBlanks()
        guard let value = quoted() else { throw unexpected("a label's value in quotes") }
        guard labels.count < labelLimit else {
          throw ExpositionError.tooManyLabels(line: number, limit: labelLimit)
        }
        labels.append(ExpositionLabel(name: word, value: value))
      }
      skipBlanks()
      if next == UInt8(ascii: ",") {
        at += 1
      } else if next != UInt8(ascii: "}") {
        throw unexpected("a comma or a closing brace")
      }
    }
  }

  private mutating func labelName() -> String? {
    let start = at
    while at < end, Self.isNameByte(bytes[at]) { at += 1 }
    return at > start ? String(decoding: bytes[start..<at], as: UTF8.self) : nil
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: ":"),
      UInt8(ascii: "."):
      true
    default: byte >= 0x80
    }
  }

  /// A text in quotes with `\\`, `\"` and `\n` undone; an unknown escape stands for itself.
  private mutating func quoted() -> String? {
    guard next == UInt8(ascii: "\"") else { return nil }
    let start = at + 1
    var stop = start
    var hasEscape = false
    while stop < end, bytes[stop] != UInt8(ascii: "\"") {
      let isEscape = bytes[stop] == UInt8(ascii: "\\")
      hasEscape = hasEscape || isEscape
      stop += isEscape ? 2 : 1
    }
    guard stop < end else { return nil }
    at = stop + 1
    guard hasEscape else { return String(decoding: bytes[start..<stop], as: UTF8.self) }
    var text: [UInt8] = []
    var from = start
    while from < stop {
      if bytes[from] == UInt8(ascii: "\\") {
        from += 1
        switch bytes[from] {
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "\\"), UInt8(ascii: "\""): text.append(bytes[from])
        default: text += [UInt8(ascii: "\\"), bytes[from]]
        }
      } else {
        text.append(bytes[from])
      }
      from += 1
    }
    return String(decoding: text, as: UTF8.self)
  }

  /// A number as Go's `ParseFloat` reads it, without hexadecimal: up to a blank or the end.
  private mutating func readNumber() -> Double? {
    if let (value, after) = Decimal.parse(bytes, from: at, to: end) {
      guard after == end || bytes[after] == 0x20 || bytes[after] == 0x09 else { return nil }
      at = after
      return value
    }
    let start = at
    while at < end, bytes[at] != 0x20, bytes[at] != 0x09, at - start < 10 { at += 1 }
    guard at == end || bytes[at] == 0x20 || bytes[at] == 0x09 else { return nil }
    switch String(decoding: bytes[start..<at], as: UTF8.self).lowercased() {
    case "nan": return .nan
    case "inf", "+inf", "infinity", "+infinity": return .infinity
    case "-inf", "-infinity": return -.infinity
    default: return nil
    }
  }
}
