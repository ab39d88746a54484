/// Names that say nothing, and names that shadow their module.
enum NamingRules {
  /// Endings of types and files that hide what a thing is.
  static let empty = ["Util", "Utils", "Helper", "Helpers", "Common", "Manager"]

  /// Type and file names that break the rules.
  static func findings(in source: SwiftSource) -> [Finding] {
    let stem = String(source.file.name.dropLast(".swift".count))
    var found: [Finding] = []
    if let word = emptyEnding(of: stem) {
      found.append(source.finding(0, "a file named \(word) says nothing; name what it holds"))
    }
    let module = source.target.replacing("-", with: "_")
    for declaration in source.declarations where declaration.isType {
      guard declaration.keyword != "extension" else { continue }
      if declaration.name == module {
        found.append(
          source.finding(
            declaration.firstLine, "\(module) is the module's name: it hides the module"))
      }
      if let word = emptyEnding(of: declaration.name) {
        found.append(
          source.finding(declaration.firstLine, "\(declaration.name): \(word) says nothing"))
      }
    }
    return found
  }

  private static func emptyEnding(of name: String) -> String? {
    empty.first { name == $0 || name.hasSuffix($0) }
  }
}
