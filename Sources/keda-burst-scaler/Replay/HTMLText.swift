/// Text for HTML, escaped, so that a configuration's name cannot become markup.
enum HTMLText {
  /// `text` with the five characters that mean something in HTML written as entities.
  static func escaped(_ text: some StringProtocol) -> String {
    var result = ""
    for character in text {
      switch character {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      default: result.append(character)
      }
    }
    return result
  }

  /// A JSON string that is safe inside a `script` element too.
  static func jsonString(_ text: some StringProtocol) -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      let needsEscape =
        scalar.value < 0x20 || ["\"", "\\", "<", ">", "&", "\u{2028}", "\u{2029}"].contains(scalar)
      guard needsEscape else {
        result.unicodeScalars.append(scalar)
        continue
      }
      let digits = String(scalar.value, radix: 16)
      result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
    }
    return result + "\""
  }
}
