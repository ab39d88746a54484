/// What would make reading a list costly, looked for before the YAML library sees it: anchors and
/// tags, brackets or block markers nested deeper than `TriggerLimits.listDepth`, lines indented by
/// more than `TriggerLimits.listIndentation`, line ends that are none to us. Quotes are not taken
/// into account, so the bounds are generous. With `isTrusted`, for a user's own file, only the
/// nesting is looked at (`TriggerLimits.fileDepth`). `line` is the number of its first line. `nil`
/// where nothing is found. O(n).
func yamlStructureFault(
  in text: String, isTrusted: Bool = false, fromLine line: Int = 1
) -> Refusal? {
  let oddBreaks: [Unicode.Scalar] = ["\u{85}", "\u{2028}", "\u{2029}", "\u{feff}"]
  if !isTrusted, let odd = text.unicodeScalars.first(where: { oddBreaks.contains($0) }) {
    return Refusal(
      "holds the character U+\(String(odd.value, radix: 16, uppercase: true))", "remove it")
  }
  var scan = YAMLStructureScan(isTrusted: isTrusted, line: line)
  let bytes = Array(text.utf8)
  for (index, byte) in bytes.enumerated() {
    let next = index + 1 < bytes.count ? bytes[index + 1] : UInt8(ascii: " ")
    if let fault = scan.fault(at: byte, next: next) { return fault }
  }
  return nil
}

/// Where in the structure the scan is.
private struct YAMLStructureScan {
  /// Brackets open.
  private var depth = 0
  /// Columns into the line, from 1.
  private var column = 0
  /// Line number, from 1.
  private var line: Int
  /// Block markers (`- `, `? `, `: `) at the line's start.
  private var markers = 0
  /// Whether only blanks and markers have been met in this line.
  private var isLineStart = true
  /// Whether a value can begin here.
  private var isValueStart = true
  /// Whether the text is the user's own file: anchors and tags are nothing to complain of, other
  /// people's scripts in it may have odd brackets, and only the stack's end is guarded.
  private let isTrusted: Bool
  private let depthLimit: Int
  private let indentationLimit: Int

  init(isTrusted: Bool, line: Int) {
    self.isTrusted = isTrusted
    self.line = line
    depthLimit = isTrusted ? TriggerLimits.fileDepth : TriggerLimits.listDepth
    indentationLimit = isTrusted ? TriggerLimits.fileDepth : TriggerLimits.listIndentation
  }

  mutating func fault(at byte: UInt8, next: UInt8) -> Refusal? {
    guard byte != UInt8(ascii: "\n"), byte != UInt8(ascii: "\r") else {
      (column, markers, isLineStart, isValueStart) = (0, 0, true, true)
      line += byte == UInt8(ascii: "\n") ? 1 : 0
      return nil
    }
    column += 1
    if isTrusted, column == 1, byte == UInt8(ascii: "-"), next == UInt8(ascii: "-") { depth = 0 }
    if !isTrusted, isValueStart, !isBlank(next) {
      if byte == UInt8(ascii: "&") {
        return Refusal(
          "has a YAML anchor (\"&\") in line \(line), column \(column)",
          "write the value out each time; if it is part of a query, put that in quotes")
      }
      if byte == UInt8(ascii: "!") {
        return Refusal(
          "has a YAML tag (\"!\") in line \(line), column \(column)",
          "remove it; if it is part of a query, put that in quotes")
      }
    }
    let isMarker =
      isBlank(next) && [UInt8(ascii: "-"), UInt8(ascii: "?"), UInt8(ascii: ":")].contains(byte)
    if isLineStart, isMarker { markers += 1 }
    if isLineStart, !isMarker, !isBlank(byte) {
      isLineStart = false
      guard column <= indentationLimit else {
        return Refusal(
          "is indented by more than \(indentationLimit) columns in line \(line)",
          listRemedy)
      }
    }
    switch byte {
    case UInt8(ascii: "["), UInt8(ascii: "{"):
      depth += 1
      isValueStart = true
    case UInt8(ascii: "]"), UInt8(ascii: "}"):
      depth = max(0, depth - 1)
      isValueStart = false
    case UInt8(ascii: ","), UInt8(ascii: ":"): isValueStart = true
    default: isValueStart = isMarker || (isValueStart && isBlank(byte))
    }
    guard max(depth, markers) <= depthLimit else {
      return Refusal(
        "is nested deeper than \(depthLimit) in line \(line)", listRemedy, limit: .listDepth)
    }
    return nil
  }

  private func isBlank(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
  }
}
