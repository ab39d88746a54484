internal import ScalingEngine

/// One value as it stands in the metadata, and the forms it can be read in. KEDA hands over
/// strings only, and a YAML list's scalars are read the same way, so `70` and `"70"` are equal.
struct MetadataValue {
  /// The text without the blanks around it.
  let text: String
  /// What to show as an example of a good value: the key's.
  let example: String

  init(_ text: String, example: String = "") {
    self.text = text.trimmed
    self.example = example
  }

  /// A refusal that shows the value and the key's example.
  func refusal(_ remedy: String) -> Refusal {
    let example = example.isEmpty ? "" : ", for example \(quoted(example))"
    return Refusal(text.isEmpty ? "is empty" : "is \(quoted(text))", remedy + example)
  }

  /// A finite number in `range`; `what` names it: `a number above 0`.
  func number(_ what: String, where isGood: (Double) -> Bool) throws(Refusal) -> Double {
    guard let number = plainNumber(text), isGood(number) else { throw refusal("use \(what)") }
    return number
  }

  /// A number above 0, or `nil` for `auto`.
  func numberOrAuto() throws(Refusal) -> Double? {
    if text == "auto" { return nil }
    return try number("a number above 0 or \"auto\"") { $0 > 0 }
  }

  /// A whole number within `range`.
  func count(in range: ClosedRange<Int>) throws(Refusal) -> Int {
    guard let count = Int(text), range.contains(count) else {
      throw refusal("use a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return count
  }

  /// A share: `80%` is 0.8, and so is `0.8`. The text must satisfy `isGood` as a ratio. `what`
  /// names it: `a share above 0% and below 100%`.
  func share(_ what: String, where isGood: (Double) -> Bool) throws(Refusal) -> Double {
    if let percent = percentage(text) {
      guard isGood(percent / 100) else { throw refusal("use \(what)") }
      return percent / 100
    }
    guard let ratio = plainNumber(text) else { throw refusal("use \(what)") }
    guard isGood(ratio) else {
      let isPercentMeant = ratio > 1 && isGood(ratio / 100)
      throw isPercentMeant
        ? Refusal(
          "is \(quoted(text)), which without a percent sign is a ratio of \(quoted(text)) to 1",
          "write \"\(text)%\"")
        : refusal("use \(what)")
    }
    return ratio
  }

  /// A length of time within `range`; a bare number counts seconds.
  func duration(in range: ClosedRange<Duration>) throws(Refusal) -> Duration {
    guard let duration = parseDuration(text), range.contains(duration) else {
      throw refusal(
        "use a duration from \(range.lowerBound.text) to \(range.upperBound.text), such as "
          + "\"90s\" or \"1h30m\"; a bare number counts seconds")
    }
    return duration
  }

  /// A length of time within `range`, or `nil` for `auto`.
  func durationOrAuto(in range: ClosedRange<Duration>) throws(Refusal) -> Duration? {
    text == "auto" ? nil : try duration(in: range)
  }

  /// A truth value in any form that Go's `strconv.ParseBool`, and so KEDA, accepts.
  func bool() throws(Refusal) -> Bool {
    switch text {
    case "1", "t", "T", "TRUE", "true", "True": return true
    case "0", "f", "F", "FALSE", "false", "False": return false
    default: throw refusal("use \"true\" or \"false\"")
    }
  }

  /// One of a list of words, with the nearest suggested.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ type: Choice.Type
  ) throws(Refusal) -> Choice where Choice.RawValue == String {
    if let choice = Choice(rawValue: text) { return choice }
    let words = Choice.allCases.map(\.rawValue)
    let list = words.map { "\"\($0)\"" }.joined(separator: ", ")
    if let nearest = nearestName(to: text, among: words) {
      throw Refusal("is \(quoted(text))", "did you mean \"\(nearest)\"? Use one of \(list)")
    }
    throw refusal("use one of \(list)")
  }

  /// A PromQL query that the light check of `promQLFault` finds nothing wrong with.
  func query() throws(Refusal) -> String {
    guard let fault = promQLFault(in: text) else { return text }
    throw Refusal(
      text.isEmpty ? "is empty" : "is \(quoted(text)), which \(fault.found)", fault.remedy,
      limit: fault.limit)
  }

  /// `name` as Prometheus spells labels: letters, digits and `_`, not starting with a digit.
  func labelName() throws(Refusal) -> String {
    guard isLabelName(text) else {
      throw refusal("use one label name: letters, digits and \"_\"")
    }
    return text
  }
}

/// A finite number in plain decimal or exponent form. Swift's own reader also takes hexadecimal,
/// "inf" and "nan", which no user of KEDA means.
func plainNumber(_ text: String) -> Double? {
  let allowed = text.utf8.allSatisfy { byte in
    (byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")) || byte == UInt8(ascii: ".")
      || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "+") || byte | 0x20 == UInt8(ascii: "e")
  }
  guard allowed, text.utf8.count <= 64, let number = Double(text), number.isFinite else {
    return nil
  }
  return number
}

/// The number before a percent sign: `80%` is 80.
func percentage(_ text: String) -> Double? {
  text.hasSuffix("%") ? plainNumber(String(text.dropLast()).trimmed) : nil
}

/// Whether `text` can be a Prometheus label name.
func isLabelName(_ text: some StringProtocol) -> Bool {
  guard let first = text.utf8.first, first < UInt8(ascii: "0") || first > UInt8(ascii: "9") else {
    return false
  }
  return text.utf8.allSatisfy(\.isWordByte)
}

extension UInt8 {
  /// An ASCII letter, a digit or `_`.
  var isWordByte: Bool {
    (self >= UInt8(ascii: "0") && self <= UInt8(ascii: "9")) || self == UInt8(ascii: "_")
      || (self | 0x20 >= UInt8(ascii: "a") && self | 0x20 <= UInt8(ascii: "z"))
  }
}

extension String {
  /// The text without spaces, tabs and line ends around it.
  var trimmed: String {
    var rest = self[...]
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
    while let last = rest.last, last.isWhitespace { rest.removeLast() }
    return String(rest)
  }
}
