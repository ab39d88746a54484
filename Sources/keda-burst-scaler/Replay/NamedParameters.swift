import TriggerConfiguration

/// A word with parameters, as `--load` and `--compare` take it:
/// `[LABEL:]NAME[=VALUE][,KEY=VALUE…][@PATH]`.
struct NamedParameters: Equatable {
  /// What reports are to call it; nil where nothing stands before a colon.
  var label: String?
  /// The word in front.
  var name: String
  /// What stands behind its `=`; nil without one.
  var value: String?
  /// The parameters in the order written.
  var parameters: [(key: String, value: String)] = []
  /// What stands behind the last `@`; nil without one.
  var path: String?

  /// Takes `text` apart.
  ///
  /// - Parameter option: named in errors, with its dashes.
  init(_ text: String, option: String) throws(ReplayError) {
    var rest = text[...]
    if let colon = rest.firstIndex(where: { ":=,@".contains($0) }), rest[colon] == ":" {
      label = String(rest[..<colon])
      rest = rest[rest.index(after: colon)...].drop { $0 == " " }
    }
    if let at = rest.lastIndex(of: "@") {
      path = String(rest[rest.index(after: at)...])
      rest = rest[..<at]
    }
    var parts = rest.split(separator: ",", omittingEmptySubsequences: false)[...]
    let head = parts.popFirst() ?? ""
    if let equals = head.firstIndex(of: "=") {
      name = String(head[..<equals])
      value = String(head[head.index(after: equals)...])
    } else {
      name = String(head)
    }
    for part in parts {
      guard let equals = part.firstIndex(of: "="), equals != part.startIndex else {
        throw .option(
          "\(option) \(quoted(text)): \(quoted(part)) is not KEY=VALUE; write for example "
            + "NAME,KEY=VALUE")
      }
      parameters.append((String(part[..<equals]), String(part[part.index(after: equals)...])))
    }
  }

  /// Equal when all parts are.
  static func == (one: NamedParameters, other: NamedParameters) -> Bool {
    one.name == other.name && one.value == other.value && one.path == other.path
      && one.label == other.label
      && one.parameters.elementsEqual(other.parameters, by: ==)
  }
}

/// The numbers among a word's parameters, taken out one by one so that what is left is a mistake.
struct ParameterNumbers {
  private let option: String
  private var left: [(key: String, value: String)]
  private var known: [String] = []

  /// The parameters of `text`, which `option` gave.
  init(_ text: NamedParameters, option: String) {
    self.option = "\(option) \(text.name)"
    left = text.parameters
  }

  /// The last value written for `key`, else `fallback`. Lengths of time may have a unit (`20m`).
  ///
  /// - Parameter lowest: the smallest number that makes sense.
  mutating func take(
    _ key: String, _ fallback: Double, from lowest: Double = 0
  ) throws(ReplayError) -> Double {
    known.append(key)
    var value = fallback
    for parameter in left where parameter.key == key {
      value = try number(parameter.value, key: key, lowest: lowest)
    }
    left.removeAll { $0.key == key }
    return value
  }

  /// A list of numbers, written with slashes: `6/15/35`.
  mutating func takeList(_ key: String, _ fallback: [Double]) throws(ReplayError) -> [Double] {
    known.append(key)
    var values = fallback
    for parameter in left where parameter.key == key {
      values = []
      for part in parameter.value.split(separator: "/", omittingEmptySubsequences: false) {
        values.append(try number(String(part), key: key, lowest: 0))
      }
    }
    left.removeAll { $0.key == key }
    return values
  }

  /// Refuses what nobody took.
  func end() throws(ReplayError) {
    guard let odd = left.first else { return }
    throw .option(
      "\(option) has no parameter \(quoted(odd.key)); it has \(known.joined(separator: ", "))")
  }

  private func number(
    _ text: String, key: String, lowest: Double
  ) throws(ReplayError) -> Double {
    let seconds = parseDuration(text).map { $0 / .seconds(1) }
    guard let value = Double(text) ?? seconds, value.isFinite, value >= lowest, value <= 1e9 else {
      throw .option(
        "\(option): \(key) is \(quoted(text)); use a number from \(lowest.brief), or a length of "
          + "time such as 20m")
    }
    return value
  }
}

extension Double {
  /// Without a fraction where it has none: `3`, `0.5`.
  var brief: String {
    self == rounded() && abs(self) < 1e15 ? "\(Int(self))" : "\(self)"
  }
}
