internal import Yams

/// A text as a YAML scalar on one line: plain where nobody can take it for anything else, else in
/// single quotes, else in double quotes with escapes.
func yamlScalar(_ text: String) -> String {
  if isPlainScalar(text) { return text }
  let isPrintable = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value < 0x7f }
  guard !isPrintable || text.contains("'") || !text.contains("\"") else { return "'\(text)'" }
  var result = "\""
  for scalar in text.unicodeScalars {
    switch scalar {
    case "\"": result += "\\\""
    case "\\": result += "\\\\"
    case "\n": result += "\\n"
    case "\t": result += "\\t"
    case "\r": result += "\\r"
    default:
      guard scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value) || isBreak(scalar) else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
  }
  return result + "\""
}

/// Line ends to YAML that are none to most people.
private func isBreak(_ scalar: Unicode.Scalar) -> Bool {
  ["\u{2028}", "\u{2029}", "\u{feff}"].contains(scalar)
}

/// Whether a text may stand without quotes, in YAML 1.1 and 1.2 alike.
private func isPlainScalar(_ text: String) -> Bool {
  guard let first = text.unicodeScalars.first, let last = text.unicodeScalars.last else {
    return false
  }
  guard first.properties.isAlphabetic || first == "_" || first == "/" || first == "(",
    last != ":", last != " ", !text.contains(": "), !text.contains(" #")
  else { return false }
  guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && $0.value < 0x7f }) else {
    return false
  }
  guard !["y", "n", "Y", "N"].contains(text) else { return false }
  return Resolver.default.resolveTag(of: .scalar(Node.Scalar(text))) == .str
}
