import Foundation

/// docs/api.md, which says what the server answers.
enum APIDocument {
  static func text() throws -> String {
    let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    return try String(contentsOf: root.appending(path: "docs/api.md"), encoding: .utf8)
  }

  /// The names in the first column of the table below a heading.
  static func fields(below heading: String) throws -> Set<String> {
    let text = try text()
    guard let start = text.firstRange(of: "\n\(heading)\n") else { return [] }
    let section = text[start.upperBound...].split(separator: "\n## ")[0]
      .split(separator: "\n### ")[0]
    return Set(section.matches(of: #/(?m)^\| `(\w+)` \|/#).map { String($0.1) })
  }
}
