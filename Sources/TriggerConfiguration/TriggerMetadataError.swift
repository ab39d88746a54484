/// Everything that is wrong with one trigger's metadata: never empty, in the order of the keys
/// (then of the list's entries), the same whatever the dictionary's order was.
package struct TriggerMetadataError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The problems, each a sentence of its own.
  package var problems: [MetadataProblem]

  /// One sentence for one problem, a numbered line of them for several; at most
  /// `TriggerLimits.problemsShown` are spelled out.
  package var description: String {
    guard problems.count > 1 else { return problems.first?.description ?? "" }
    let shown = problems.prefix(TriggerLimits.problemsShown)
    let lines = shown.enumerated().map { "(\($0.offset + 1)) \($0.element)" }
    let rest = problems.count - shown.count
    return "\(problems.count) problems: " + lines.joined(separator: "; ")
      + (rest > 0 ? "; and \(rest) more" : "")
  }
}

/// One thing that is wrong with a trigger's metadata.
package struct MetadataProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// Where it was found.
  package var place: MetadataPlace
  /// What was found there, to be read after the place: `is "ten"`.
  package var found: String
  /// What to write instead.
  package var remedy: String
  /// The limit that was reached, where it was one.
  package var limit: TriggerLimit?

  /// `trigger metadata "queueDepthThreshold" is "ten"; use a number above 0, for example "50"`
  package var description: String { "\(place) \(found); \(remedy)" }
}

/// A place in a trigger's metadata.
package enum MetadataPlace: Sendable, Equatable, CustomStringConvertible {
  /// The map as a whole.
  case metadata
  /// A key of the map.
  case key(String)
  /// An entry of the `triggers` list, counted from 1, with its name where it has one, and a key
  /// in it where the problem is about one.
  case entry(Int, name: String?, key: String?)

  /// The place in words.
  package var description: String {
    switch self {
    case .metadata: return "trigger metadata"
    case .key(let key): return "trigger metadata \(quoted(key))"
    case .entry(let number, let name, let key):
      let name = name.map { " (\($0.excerpt))" } ?? ""
      let key = key.map { ": \(quoted($0))" } ?? ""
      return "trigger metadata \"triggers\", entry \(number)\(name)\(key)"
    }
  }
}

/// Why a value cannot be used; the caller knows where it stood.
struct Refusal: Error, Equatable {
  /// What was found: `is "ten"`.
  var found: String
  /// What to write instead.
  var remedy: String
  /// The limit that was reached, where it was one.
  var limit: TriggerLimit?

  init(_ found: String, _ remedy: String, limit: TriggerLimit? = nil) {
    self.found = found
    self.remedy = remedy
    self.limit = limit
  }
}

/// Text from outside as an error shows it, in double quotes: see `excerpt`.
package func quoted(_ text: some StringProtocol) -> String {
  "\"\(String(text).excerpt)\""
}

extension String {
  /// At most 80 characters of a text from outside, control characters and quotes escaped, so that
  /// a log line stays one line and short.
  package var excerpt: String {
    let limit = 80
    var result = ""
    var length = 0
    for scalar in unicodeScalars {
      let piece: String
      switch scalar {
      case "\"": piece = "\\\""
      case "\\": piece = "\\\\"
      case "\n": piece = "\\n"
      case "\t": piece = "\\t"
      case "\r": piece = "\\r"
      default:
        let isHidden =
          scalar.properties.generalCategory == .control
          || scalar.properties.generalCategory == .format
          || scalar.properties.generalCategory == .lineSeparator
          || scalar.properties.generalCategory == .paragraphSeparator
        piece = isHidden ? "\\u{\(String(scalar.value, radix: 16))}" : String(scalar)
      }
      guard length + piece.unicodeScalars.count <= limit - 1 else { return result + "…" }
      result += piece
      length += piece.unicodeScalars.count
    }
    return result
  }
}
