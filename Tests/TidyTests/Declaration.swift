/// Something declared at file level or in a type, never inside a function body.
struct Declaration {
  /// Who may see it.
  enum Access: Comparable { case `private`, `internal`, exported }

  /// `func`, `struct`, `case` and so on.
  var keyword: String
  /// The token after the keyword.
  var name: String
  /// Who may see it, with its enclosing types taken into account.
  var access: Access
  /// The first line, attributes included, from 1.
  var firstLine: Int
  /// The last line of its body, or of its header where it has none.
  var lastLine: Int
  /// The words of its signature: from the keyword to the body or the initial value.
  var signature: [String] = []

  /// True for what opens a scope of members.
  var isType: Bool { Declaration.typeKeywords.contains(keyword) }

  fileprivate static let typeKeywords: Set = [
    "struct", "enum", "class", "actor", "protocol", "extension",
  ]
  private static let keywords = typeKeywords.union([
    "func", "var", "let", "init", "deinit", "case", "typealias", "subscript", "associatedtype",
  ])
  private static let modifiers: Set = [
    "package", "public", "open", "internal", "fileprivate", "private", "static", "class", "final",
    "nonisolated", "mutating", "override", "indirect", "required", "convenience", "lazy", "weak",
    "unowned", "consuming", "borrowing", "isolated", "prefix", "postfix", "infix",
  ]

  /// Finds the declarations in a file's tokens.
  static func all(in tokens: [Token]) -> [Declaration] {
    var found: [Declaration] = []
    // One entry per open brace: the type whose members follow, or nil in a body.
    var scopes: [Int?] = []
    var parentheses = 0
    var pending: Int?
    for (index, token) in tokens.enumerated() {
      guard token.kind == .word || token.kind == .sign else { continue }
      let isMemberLevel = hasMembers(scopes)
      switch token.text {
      case "(", "[": parentheses += 1
      case ")", "]": parentheses -= 1
      case "{":
        let opensType = isMemberLevel && pending.map { found[$0].isType } == true
        scopes.append(opensType ? pending : nil)
        if opensType { pending = nil }
      case "}":
        let type = scopes.popLast() ?? nil
        if let closed = type ?? (hasMembers(scopes) ? pending : nil) {
          found[closed].lastLine = token.line
        }
      default: break
      }
      guard isMemberLevel, parentheses == 0, isStart(index, tokens) else { continue }
      found.append(declaration(at: index, tokens, in: scopes.last.flatMap { $0 }.map { found[$0] }))
      pending = found.count - 1
    }
    return found
  }

  /// True at file level and directly inside a type.
  private static func hasMembers(_ scopes: [Int?]) -> Bool {
    scopes.last.map { $0 != nil } ?? true
  }

  private static func isStart(_ index: Int, _ tokens: [Token]) -> Bool {
    let token = tokens[index]
    guard token.kind == .word, keywords.contains(token.text), index + 1 < tokens.count else {
      return false
    }
    if token.text == "class", modifiers.union(keywords).contains(tokens[index + 1].text) {
      return false
    }
    return index == 0 || ![".", "import", ":"].contains(tokens[index - 1].text)
  }

  private static func declaration(
    at index: Int, _ tokens: [Token], in parent: Declaration?
  ) -> Declaration {
    let start = firstToken(of: index, tokens)
    let own = Set(tokens[start..<index].filter { $0.kind == .word }.map(\.text))
    let keyword = tokens[index].text
    var access = Access.internal
    if !own.isDisjoint(with: ["package", "public", "open"]) { access = .exported }
    let inherits = keyword == "case" || ["protocol", "extension"].contains(parent?.keyword)
    if inherits, let parent { access = max(access, parent.access) }
    // `private(set)` restricts the setter only.
    let isPrivate = (start..<index).contains {
      ["private", "fileprivate"].contains(tokens[$0].text) && tokens[$0 + 1].text != "("
    }
    if isPrivate || parent?.access == .private { access = .private }
    let signature = signature(at: index, tokens)
    return Declaration(
      keyword: keyword, name: tokens[index + 1].text, access: access,
      firstLine: tokens[start].line, lastLine: signature.last?.line ?? tokens[index].line,
      signature: signature.map(\.text))
  }

  /// Walks back over modifiers and attributes with their arguments.
  private static func firstToken(of index: Int, _ tokens: [Token]) -> Int {
    var start = index
    while start > 0 {
      var before = start - 1
      if tokens[before].text == ")" {
        var depth = 1
        while depth > 0, before > 0 {
          before -= 1
          if tokens[before].text == ")" { depth += 1 }
          if tokens[before].text == "(" { depth -= 1 }
        }
        before -= 1
      }
      guard before >= 0, tokens[before].kind == .word else { return start }
      if before > 0, tokens[before - 1].text == "@" {
        start = before - 1
      } else if modifiers.contains(tokens[before].text) {
        start = before
      } else {
        return start
      }
    }
    return start
  }

  private static func signature(at index: Int, _ tokens: [Token]) -> [Token] {
    var depth = 0
    var end = index
    while end < tokens.count {
      let token = tokens[end]
      if token.text == "(" || token.text == "[" { depth += 1 }
      if token.text == ")" || token.text == "]" { depth -= 1 }
      if depth < 0 { break }
      if depth == 0, end > index {
        if token.text == "{" || token.text == "}" || token.text == "@" { break }
        let isAssignment =
          token.text == "=" && end + 1 < tokens.count && tokens[end + 1].text != "="
          && tokens[end - 1].text != "="
        if isAssignment, ["var", "let"].contains(tokens[index].text) { break }
        if token.kind == .word, keywords.union(modifiers).contains(token.text),
          token.line > tokens[end - 1].line, tokens[end - 1].text != "."
        {
          break
        }
      }
      end += 1
    }
    return Array(tokens[index..<end])
  }
}
