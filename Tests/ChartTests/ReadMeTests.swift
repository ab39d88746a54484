import Foundation
import Testing

/// The chart's README says what the chart does.
@Suite struct ReadMeTests {
  private let begin = "<!-- values -->"
  private let end = "<!-- end of values -->"

  /// `UPDATE_GOLDENS=1 swift test --filter ChartTests` writes the table anew.
  @Test func `The table of values is made of values.yaml`() throws {
    let file = ToolRun.root.appending(path: "chart/README.md")
    let text = try String(contentsOf: file, encoding: .utf8)
    let before = try #require(text.range(of: begin))
    let after = try #require(text.range(of: end))
    let table = "\n" + (try rows().joined(separator: "\n")) + "\n"
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
      let renewed = text[..<before.upperBound] + table + text[after.lowerBound...]
      try Data(renewed.utf8).write(to: file)
    } else {
      #expect(text[before.upperBound..<after.lowerBound] == table)
    }
  }

  @Test func `Every value is described`() throws {
    let described = Set(try descriptions().map(\.path))
    var missing: [String] = []
    func walk(_ value: JSONValue, _ path: String) {
      if described.contains(path) { return }
      let parts = value.map()
      if parts.isEmpty { missing.append(path) }
      for (key, part) in parts { walk(part, path.isEmpty ? key : "\(path).\(key)") }
    }
    try walk(defaults(), "")
    #expect(missing.sorted() == [])
  }

  private func defaults() throws -> JSONValue {
    let text = try Renderer.shared.get().text(.init(), "values")
    return try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
  }

  private func rows() throws -> [String] {
    let defaults = try defaults()
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try ["| Value | Default | What it is |", "|---|---|---|"]
      + descriptions().map { path, text in
        let value = try encoder.encode(find(path, in: defaults))
        return "| `\(path)` | `\(String(decoding: value, as: UTF8.self))` | \(text) |"
      }
  }

  /// The value at a path whose last keys may have dots in them.
  private func find(_ path: String, in values: JSONValue) throws -> JSONValue {
    try #require(values.at(path), "\(path) is described, but not there")
  }

  /// The paths of values.yaml that a `# --` comment stands above, with its text.
  private func descriptions() throws -> [(path: String, text: String)] {
    let file = ToolRun.root.appending(path: "chart/values.yaml")
    var parents: [(indent: Int, key: String)] = []
    var comment: String?
    var found: [(path: String, text: String)] = []
    for line in try String(contentsOf: file, encoding: .utf8).split(separator: "\n") {
      let text = line.drop { $0 == " " }
      let indent = line.count - text.count
      if text.hasPrefix("# -- ") {
        comment = String(text.dropFirst(5))
      } else if text.hasPrefix("# "), let open = comment {
        comment = open + " " + text.dropFirst(2)
      } else if let match = text.firstMatch(of: #/^([A-Za-z][A-Za-z0-9-]*):/#) {
        parents.removeAll { $0.indent >= indent }
        parents.append((indent, String(match.1)))
        if let comment { found.append((parents.map(\.key).joined(separator: "."), comment)) }
        comment = nil
      }
    }
    return found
  }
}
