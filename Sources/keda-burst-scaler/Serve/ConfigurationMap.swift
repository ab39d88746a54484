import TriggerConfiguration
import Yams

/// A map of the YAML configuration file, read key by key; what nobody reads is refused at the end.
///
/// Values are never repeated in errors: many of them are secrets.
struct ConfigurationMap {
  /// Where it stands, for errors: `profiles, "mimir"`.
  let place: String
  private var left: [String: Node]
  private var known: [String] = []

  /// - Throws: `SettingError` where the node is no map, or has a key twice.
  init(_ node: Node, at place: String) throws {
    self.place = place
    guard let mapping = node.mapping else {
      throw SettingError("\(place) is not a map; write its keys below it, indented")
    }
    left = [:]
    for (key, value) in mapping {
      guard let name = key.string, left.updateValue(value, forKey: name) == nil else {
        throw SettingError("\(place) has a key twice, or one that is no text; keep one")
      }
    }
  }

  /// The names of all keys that are not read yet, sorted.
  var names: [String] { left.keys.sorted() }

  /// The value of a key, whatever it is.
  mutating func node(_ key: String) -> Node? {
    known.append(key)
    return left.removeValue(forKey: key)
  }

  /// The text of a key.
  mutating func text(_ key: String) throws -> String? {
    guard let node = node(key) else { return nil }
    guard let scalar = node.scalar, !scalar.string.isEmpty else {
      throw SettingError("\(place): \"\(key)\" takes one value; write it on its line, or remove it")
    }
    return scalar.string
  }

  /// Whether a map stands below a key that is not read yet.
  func holdsMap(_ key: String) -> Bool { left[key]?.mapping != nil }

  /// A map below a key.
  mutating func map(_ key: String) throws -> ConfigurationMap? {
    try node(key).map { try ConfigurationMap($0, at: "\(place), \"\(key)\"") }
  }

  /// A list of texts below a key; a single text counts as a list of one.
  mutating func texts(_ key: String) throws -> [String]? {
    try node(key).map { try Self.texts($0, at: "\(place): \"\(key)\"") }
  }

  /// A list of texts.
  static func texts(_ node: Node, at place: String) throws -> [String] {
    if let scalar = node.scalar, !scalar.string.isEmpty { return [scalar.string] }
    guard let sequence = node.sequence else {
      throw SettingError("\(place) takes a list; write for example [one, two]")
    }
    return try sequence.map { entry in
      guard let scalar = entry.scalar, !scalar.string.isEmpty else {
        throw SettingError("\(place) takes a list of texts; write for example [one, two]")
      }
      return scalar.string
    }
  }

  /// A number above 0 below a key.
  mutating func number(_ key: String, example: String) throws -> Double? {
    guard let text = try text(key) else { return nil }
    guard let number = Double(text), number > 0, number <= 1_000_000 else {
      throw SettingError("\(place): \"\(key)\" is no number above 0; write for example \(example)")
    }
    return number
  }

  /// Refuses what was not read.
  func refuseRest() throws {
    guard let name = names.first else { return }
    let remedy =
      nearestName(to: name, among: known).map { "did you mean \"\($0)\"?" }
      ?? "known are \(known.joined(separator: ", "))"
    throw SettingError("\(place): key \"\(name.excerpt)\" is not known; \(remedy)")
  }
}
