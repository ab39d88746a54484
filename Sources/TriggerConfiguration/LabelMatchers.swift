/// One condition on a label, as it stands between the braces of a PromQL selector.
package struct LabelMatcher: Sendable, Equatable, CustomStringConvertible {
  /// The label's name.
  package var label: String
  /// `=`, `!=`, `=~` or `!~`.
  package var operation: String
  /// The value with its quotes, exactly as the user wrote it.
  package var quotedValue: String

  /// The matcher as PromQL: `namespace="inference"`.
  package var description: String { label + operation + quotedValue }

  /// A label that has one value, which needs no escapes.
  static func equal(_ label: String, _ value: String) -> LabelMatcher {
    LabelMatcher(label: label, operation: "=", quotedValue: "\"\(value)\"")
  }
}

extension MetadataValue {
  /// Label matchers such as `namespace="inference",pod=~"llm-.*"`, with or without braces around
  /// them. Nothing but matchers can pass, so a selector cannot smuggle in other PromQL.
  func labelMatchers() throws(Refusal) -> [LabelMatcher] {
    guard text.utf8.count <= TriggerLimits.queryBytes else {
      throw Refusal(
        "is longer than \(TriggerLimits.queryBytes) bytes", "use fewer matchers", limit: .queryBytes
      )
    }
    var rest = text[...]
    if rest.hasPrefix("{"), rest.hasSuffix("}") { rest = rest.dropFirst().dropLast() }
    var matchers: [LabelMatcher] = []
    while true {
      skipBlanks(&rest)
      guard !rest.isEmpty else { break }
      matchers.append(try matcher(&rest))
      skipBlanks(&rest)
      guard !rest.isEmpty else { break }
      guard rest.removeFirst() == "," else { throw malformed() }
    }
    guard !matchers.isEmpty else { throw malformed() }
    return matchers
  }

  private func matcher(_ rest: inout Substring) throws(Refusal) -> LabelMatcher {
    let label = rest.prefix { $0.isASCII && $0.utf8.allSatisfy(\.isWordByte) }
    guard isLabelName(label) else { throw malformed() }
    guard label != "__name__" else {
      throw refusal("leave the metric's name to the preset, and match other labels")
    }
    rest.removeFirst(label.count)
    skipBlanks(&rest)
    guard let operation = ["=~", "!~", "!=", "="].first(where: { rest.hasPrefix($0) }) else {
      throw malformed()
    }
    rest.removeFirst(operation.count)
    skipBlanks(&rest)
    guard let quote = rest.first, quote == "\"" || quote == "'" || quote == "`" else {
      throw malformed()
    }
    var end = rest.index(after: rest.startIndex)
    while end < rest.endIndex, rest[end] != quote {
      guard !rest[end].isNewline else { throw malformed() }
      if rest[end] == "\\", quote != "`" {
        end = rest.index(after: end)
        guard end < rest.endIndex else { throw malformed() }
      }
      end = rest.index(after: end)
    }
    guard end < rest.endIndex else { throw malformed() }
    let value = rest[...end]
    rest = rest[rest.index(after: end)...]
    return LabelMatcher(label: String(label), operation: operation, quotedValue: String(value))
  }

  private func malformed() -> Refusal {
    Refusal(
      text.isEmpty ? "is empty" : "is \(quoted(text))",
      "use label matchers with commas between them, for example "
        + "\"namespace=\\\"inference\\\",pod=~\\\"llm-.*\\\"\"")
  }

  private func skipBlanks(_ rest: inout Substring) {
    while let first = rest.first, first.isWhitespace { rest.removeFirst() }
  }
}
