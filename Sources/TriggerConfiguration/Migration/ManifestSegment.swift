internal import Yams

/// A document of a file as it stands there, with what stands around it.
struct ManifestSegment {
  /// The line that it starts at, from 1.
  let line: Int
  /// Everything of it, the `---` in front included.
  let text: String

  /// A file's documents; joined they are the file. A `---` at the start of a line always begins one,
  /// even inside a text of several lines (YAML 1.2, section 9.1), unless directives (`%YAML 1.2`)
  /// stand in front of it.
  static func all(of file: String) -> [ManifestSegment] {
    var segments: [ManifestSegment] = []
    var text = ""
    var (start, number) = (1, 0)
    for line in lines(of: file) {
      number += 1
      if isSeparator(line), !text.isEmpty, !isDirectives(text) {
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

  /// Whether directives, comments and empty lines are all there is.
  private static func isDirectives(_ text: String) -> Bool {
    var hasDirective = false
    for line in lines(of: text) {
      let first = line.first { !$0.isWhitespace }
      if line.hasPrefix("%") { hasDirective = true }
      guard first == nil || first == "#" || line.hasPrefix("%") else { return false }
    }
    return hasDirective
  }

  private static func isSeparator(_ line: Substring) -> Bool {
    line.utf8.starts(with: "---".utf8) && (line.dropFirst(3).first.map(\.isWhitespace) ?? true)
  }

  /// It without a byte order mark, as the YAML library wants it.
  var yaml: String {
    text.unicodeScalars.first == "\u{feff}" ? String(text.unicodeScalars.dropFirst()) : text
  }

  /// Why a file is not looked at, however its documents may be; nil where it is.
  static func problem(ofFile text: String) -> ManifestProblem? {
    guard text.utf8.count > TriggerLimits.fileBytes else { return nil }
    return ManifestProblem(
      .unreadable, line: 0, "the file is longer than \(TriggerLimits.fileBytes) bytes; split it")
  }

  /// What is written in it, with the lines of the file: one node, none where there are comments only,
  /// and several where a `...` line ends one before the next.
  /// - Throws: why it cannot be read; a key written twice weighs less outside ScaledObjects.
  func documents() throws(ManifestProblem) -> [ManifestNode] {
    if let fault = yamlStructureFault(in: text, isTrusted: true, fromLine: line) {
      throw ManifestProblem(
        .unreadable, line: line,
        "the document \(fault.found); write manifests as kubectl takes them")
    }
    do {
      var documents: [ManifestNode] = []
      let parser = try Parser(yaml: yaml)
      while let root = try parser.nextRoot() {
        documents.append(ManifestNode(root, path: "", linesBefore: line - 1))
      }
      return documents
    } catch {
      throw problem(error)
    }
  }

  private func problem(_ error: any Error) -> ManifestProblem {
    let place = line - 1 + max(1, yamlFaultLine(error))
    let fault = yamlFault(error, linesBefore: line - 1)
    if case .duplicatedKeysInMapping? = error as? YamlError, !mayHold(["ScaledObject"]) {
      return ManifestProblem(
        .keyTwice, line: place,
        "\(fault); kubectl takes the last one, and the document is passed over here: write it once")
    }
    return ManifestProblem(.unreadable, line: place, "the document is no YAML: \(fault)")
  }

  /// Whether it may hold an object of one of these kinds, told without reading it: by its `kind:`
  /// line, and where there is none, or it is a List, by the word alone.
  func mayHold(_ kinds: [String]) -> Bool {
    let name = Self.lines(of: text).first { $0.hasPrefix("kind:") }.map { line in
      line.dropFirst("kind:".count).prefix { $0 != "#" }.filter { !"\"' \t\r".contains($0) }
    }
    guard let name, !name.hasSuffix("List") else { return kinds.contains { text.contains($0) } }
    return kinds.contains(name)
  }

  /// The `---` line with the directives before it, and the comments and empty lines before the
  /// document's first word.
  var head: String {
    var head = ""
    var isBegun = false
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      let words = line.drop { $0.isWhitespace }
      if !isBegun, Self.isSeparator(line) {
        head += "---\n"
        isBegun = true
        continue
      }
      guard words.isEmpty || words.hasPrefix("#") || (!isBegun && line.hasPrefix("%")) else {
        return head
      }
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
