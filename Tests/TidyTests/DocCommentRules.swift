/// Every declaration that others can see says what it is.
enum DocCommentRules {
  /// Declarations below private ones, extensions and `deinit` need no comment; the members that a
  /// standard protocol prescribes are documented by that protocol.
  static let prescribed: Set<String> = [
    "body", "description", "debugDescription", "hash", "encode", "errorDescription", "run",
    "configuration", "rawValue", "validate", "next", "makeIterator", "makeAsyncIterator",
  ]

  /// Declarations without a doc comment that at least those of `access` can see.
  static func findings(in source: SwiftSource, from access: Declaration.Access) -> [Finding] {
    source.declarations.compactMap { declaration in
      guard declaration.access >= access,
        !["extension", "deinit"].contains(declaration.keyword), !isPrescribed(declaration),
        !source.docCommentLines.contains(declaration.firstLine - 1)
      else { return nil }
      return source.finding(
        declaration.firstLine,
        "\(declaration.keyword) \(declaration.name) has no doc comment; say what it is")
    }
  }

  private static func isPrescribed(_ declaration: Declaration) -> Bool {
    let isOperator = declaration.name.allSatisfy { !$0.isLetter && $0 != "_" && $0 != "(" }
    return prescribed.contains(declaration.name) && declaration.keyword != "case"
      || (declaration.keyword == "func" && isOperator)
  }
}
