/// A document of a file as it stands there, with what stands around it.
struct ManifestSegment {
  /// The line that it starts at, from 1.
  let line: Int
  /// Everything of it, the `---` in front included.
  let text: String

  /// A file's documents; joined they are the file. A `---` at the start of a line always begins one,
  /// even inside a text of several lines (YAML 1.2, section 9.1).
  static func all(of file: String) -> [ManifestSegment] {
    var segments: [ManifestSegment] = []
    var text = ""
    var (start, number) = (1, 0)
    for line in lines(of: file) {
      number += 1
      if isSeparator(line), !text.isEmpty {
        segments.append(ManifestSegment(line: start, text: text))
        (text, start) = ("", number)
      }
      text += line + "\n"
    }
    // The last piece has no line end of its own.
    text.removeLast()
    if !text.isEmpty { segments.append(ManifestSegment(line: start, text: text)) }
    return segments
  }

  /// The lines without their ends; a carriage return before one stays.
  private static func lines(of text: String) -> [Substring] {
    text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).map {
      Substring($0)
    }
  }

  private static func isSeparator(_ line: Substring) -> Bool {
    line.utf8.starts(with: "---".utf8) && (line.dropFirst(3).first.map(\.isWhitespace) ?? true)
  }

  /// It without a byte order mark, as the YAML library wants it.
  var yaml: String {
    text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  /// The `---` line, and the comments and empty lines before the document's first word.
  var head: String {
    var head = ""
    for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated()
    {
      let words = line.drop { $0.isWhitespace }
      if index == 0, Self.isSeparator(line) {
        head += "---\n"
        continue
      }
      guard words.isEmpty || words.hasPrefix("#") else { return head }
      head += line + "\n"
    }
    return head
  }

  /// Whether comments stand further down, which a rewritten document does not have.
  var hasInnerComments: Bool {
    Self.lines(of: text).dropFirst(Self.lines(of: head).count - 1).contains { line in
      line.drop { $0.isWhitespace }.hasPrefix("#") || line.contains(" #")
    }
  }
}
