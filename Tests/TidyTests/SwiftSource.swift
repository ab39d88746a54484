/// A Swift file with its tokens and its declarations.
struct SwiftSource {
  /// Path and text.
  let file: TextFile
  /// The code, word by word.
  let tokens: [Token]
  /// Lines that hold a comment of any kind.
  let commentLines: Set<Int>
  /// Lines that hold a doc comment.
  let docCommentLines: Set<Int>
  /// What the file declares outside function bodies.
  let declarations: [Declaration]

  /// Lexes one file.
  init(_ file: TextFile) {
    self.file = file
    let lexer = SwiftLexer(file.text)
    tokens = lexer.tokens
    commentLines = lexer.commentLines
    docCommentLines = lexer.docCommentLines
    declarations = Declaration.all(in: lexer.tokens)
  }

  /// A file that a test makes up.
  init(path: String = "Sources/Some/File.swift", _ text: String) {
    self.init(TextFile(path: path, text: text))
  }

  /// The name of the target that the file belongs to, unless `Package.swift` gives it a path.
  var target: String {
    let parts = file.path.split(separator: "/")
    return parts.count > 2 ? String(parts[1]) : ""
  }

  /// One `import` line.
  struct Import {
    /// The module, without a member.
    var module: String
    /// The one member imported, or nil for the whole module.
    var member: String?
    /// True for `internal import`.
    var isInternal: Bool
    /// The line, from 1.
    var line: Int
  }

  /// The imports, in order.
  var imports: [Import] {
    let kinds: Set = ["struct", "class", "enum", "protocol", "func", "var", "let", "typealias"]
    return tokens.indices.compactMap { index in
      guard tokens[index].kind == .word, tokens[index].text == "import",
        index == 0 || tokens[index - 1].text != "."
      else { return nil }
      var name = index + 1
      let isMember = name < tokens.count && kinds.contains(tokens[name].text)
      if isMember { name += 1 }
      guard name < tokens.count, tokens[name].kind == .word else { return nil }
      let isInternal = index > 0 && tokens[index - 1].text == "internal"
      let member = isMember && name + 2 < tokens.count ? tokens[name + 2].text : nil
      return Import(
        module: tokens[name].text, member: member, isInternal: isInternal, line: tokens[index].line)
    }
  }

  /// Lines on which these tokens follow one another; names in backticks and literals never match,
  /// and a sign has to touch what stands before it: `try !isOver` is not `try!`.
  func lines(of sequence: [String]) -> [Int] {
    guard let first = sequence.first else { return [] }
    return tokens.indices.filter { start in
      tokens[start].text == first && start + sequence.count <= tokens.count
        && zip(tokens[start...].indices, sequence).allSatisfy { index, text in
          let token = tokens[index]
          return token.text == text
            && (token.kind == .word
              || (token.kind == .sign && (token.isAdjacent || index == start)))
        }
    }.map { tokens[$0].line }
  }

  /// A finding in this file.
  func finding(_ line: Int, _ message: String) -> Finding {
    Finding(path: file.path, line: line, message: message)
  }
}
