/// A part of a manifest to be written, in the order in which it stands.
indirect enum ManifestValue: Equatable {
  /// A number, a truth value or null, as it stands in YAML.
  case plain(String)
  /// A text, quoted where YAML would take it for something else.
  case text(String)
  /// A list; its items have no keys.
  case list([ManifestItem])
  /// A map; only the items of lists should have comments where a list's item is a map.
  case map([ManifestItem])

  /// The entry under a key of a map.
  subscript(key: String) -> ManifestValue? {
    get {
      guard case .map(let items) = self else { return nil }
      return items.first { $0.key == key }?.value
    }
    set {
      guard case .map(var items) = self else { return }
      let index = items.firstIndex { $0.key == key }
      switch (index, newValue) {
      case (let index?, let value?): items[index].value = value
      case (let index?, nil): items.remove(at: index)
      case (nil, let value?): items.append(ManifestItem(key, value))
      case (nil, nil): break
      }
      self = .map(items)
    }
  }

  /// A map of texts.
  static func texts(_ pairs: [(String, String)]) -> ManifestValue {
    .map(pairs.map { ManifestItem($0.0, .text($0.1)) })
  }

  /// A whole number.
  static func count(_ number: Int) -> ManifestValue { .plain("\(number)") }
}

/// An entry of a map or an item of a list.
struct ManifestItem: Equatable {
  /// Its key; empty in a list.
  var key: String
  /// What stands there.
  var value: ManifestValue
  /// Sentences that stand above it as comments.
  var comments: [String]

  init(_ key: String = "", _ value: ManifestValue, comments: [String] = []) {
    self.key = key
    self.value = value
    self.comments = comments
  }
}

extension ManifestValue {
  /// The value as block YAML with a line end after each line.
  var yaml: String { lines.joined(separator: "\n") + "\n" }

  /// The lines of block YAML, from the left margin.
  private var lines: [String] {
    switch self {
    case .plain(let word): [word]
    case .text(let text): [yamlScalar(text)]
    case .list(let items):
      items.isEmpty ? ["[]"] : items.flatMap { $0.comments.flatMap(commentLines) + $0.listLines }
    case .map(let items):
      items.isEmpty ? ["{}"] : items.flatMap { $0.comments.flatMap(commentLines) + $0.mapLines }
    }
  }

  fileprivate static func linesOf(_ value: ManifestValue) -> [String] { value.lines }
}

extension ManifestItem {
  fileprivate var listLines: [String] {
    let lines = ManifestValue.linesOf(value)
    return ["- " + (lines.first ?? "")] + lines.dropFirst().map(indented)
  }

  fileprivate var mapLines: [String] {
    let name = yamlScalar(key)
    switch value {
    case .text(let text) where isBlock(text):
      let body = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
      let isEnded = text.hasSuffix("\n")
      return ["\(name): \(isEnded ? "|" : "|-")"]
        + (isEnded ? body.dropLast() : body).map(indented)
    case .plain, .text: return ["\(name): " + ManifestValue.linesOf(value).joined()]
    case .list(let items) where items.isEmpty: return ["\(name): []"]
    case .map(let items) where items.isEmpty: return ["\(name): {}"]
    case .list, .map: return ["\(name):"] + ManifestValue.linesOf(value).map(indented)
    }
  }

  /// Whether a text is written as a literal block: several lines, and nothing that such a block
  /// would change.
  private func isBlock(_ text: String) -> Bool {
    guard text.contains("\n"), !text.hasPrefix(" "), !text.hasPrefix("\n") else { return false }
    guard !text.hasSuffix("\n\n") else { return false }
    return text.unicodeScalars.allSatisfy { $0 == "\n" || ($0.value >= 0x20 && $0.value < 0x7f) }
  }

  private func indented(_ line: String) -> String { line.isEmpty ? "" : "  " + line }
}

/// A sentence as comment lines of at most 92 characters; the lines of an item of a list (`- `) stand
/// below its words.
func commentLines(_ sentence: String) -> [String] {
  var lines: [String] = []
  for paragraph in sentence.split(separator: "\n", omittingEmptySubsequences: false) {
    var margin = String(paragraph.prefix { $0 == " " })
    let isItem = paragraph.dropFirst(margin.count).hasPrefix("- ")
    var line = ""
    for word in paragraph.split(separator: " ") {
      if !line.isEmpty, line.count + word.count + 1 > 90 - margin.count {
        lines.append("# " + margin + line)
        if isItem, margin.isEmpty { margin = "  " }
        line = ""
      }
      line += (line.isEmpty ? "" : " ") + word
    }
    lines.append("# " + margin + line)
  }
  return lines
}
