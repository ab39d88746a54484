import Foundation
import TestSupport
import Testing

/// What the pages name is there: other pages, their headings, the alerts.
@Suite struct DocumentedNamesTests {
  private static func text(_ path: String) throws -> String {
    try String(contentsOf: LineProcess.root.appending(path: path), encoding: .utf8)
  }

  private static func pages() throws -> [String] {
    let docs = try FileManager.default.contentsOfDirectory(
      atPath: LineProcess.root.appending(path: "docs").path)
    return [
      "README.md", "chart/README.md", "Sources/README.md", "Tests/Interop/README.md",
      ".github/CONTRIBUTING.md", ".github/SECURITY.md",
    ] + docs.filter { $0.hasSuffix(".md") }.map { "docs/\($0)" }
  }

  /// A heading as GitHub writes it behind `#`.
  private static func anchor(_ heading: Substring) -> String {
    heading.lowercased().compactMap { character in
      if character == " " { return "-" }
      return character.isLetter || character.isNumber || character == "-" || character == "_"
        ? String(character) : nil
    }.joined()
  }

  @Test func `Every link to a file of the repository leads to it, and to its heading`() throws {
    var count = 0
    for page in try Self.pages() {
      let text = try Self.text(page).replacing(#/(?s)```.*?```/#, with: "")
      for link in text.matches(of: #/\]\(([^)\s]+)\)/#).map({ String($0.1) })
      where !link.contains("://") {
        let parts = link.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
        let base = LineProcess.root.appending(path: page).deletingLastPathComponent()
        let file =
          parts[0].isEmpty
          ? LineProcess.root.appending(path: page)
          : base.appending(path: String(parts[0])).standardizedFileURL
        guard FileManager.default.fileExists(atPath: file.path) else {
          Issue.record("\(page): \(link) leads nowhere")
          continue
        }
        count += 1
        guard parts.count == 2, file.pathExtension == "md" else { continue }
        let headings = try String(contentsOf: file, encoding: .utf8)
          .matches(of: #/(?m)^#+ (.+)$/#).map { Self.anchor($0.1) }
        #expect(headings.contains(String(parts[1])), "\(page): \(link) has no such heading")
      }
    }
    #expect(count > 30)
  }

  @Test func `The operating guide lists every alert with its severity`() throws {
    let rules = try Self.text("chart/files/alerts.yaml")
    let severities = rules.matches(of: #/(?s)- alert: (\w+).*?severity: (\w+)/#)
      .map { "\($0.1) \($0.2)" }
    var listed: [String] = []
    for row in try Self.text("docs/operating.md").split(separator: "\n")
    where row.hasPrefix("| `KedaBurstScaler") {
      let cells = row.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
      listed += cells[0].matches(of: #/`(\w+)`/#).map { "\($0.1) \(cells[1])" }
    }
    #expect(listed.sorted() == severities.sorted())
  }
}
