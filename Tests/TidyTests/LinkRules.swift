/// Links in Markdown lead somewhere.
enum LinkRules {
  /// Relative links whose file or heading is not there. `exists` and `text` look into the checkout.
  static func findings(
    in file: TextFile, exists: (String) -> Bool, text: (String) -> String
  ) -> [Finding] {
    guard file.path.hasSuffix(".md") else { return [] }
    return links(in: file).compactMap { line, target in
      guard !target.contains("://"), !target.hasPrefix("mailto:") else { return nil }
      let parts = target.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false)
      let path = parts[0].isEmpty ? file.path : resolve(String(parts[0]), from: file.path)
      guard exists(path) else {
        return Finding(path: file.path, line: line, message: "\(target) is not there")
      }
      guard parts.count == 2, path.hasSuffix(".md") else { return nil }
      let target = path == file.path ? file.text : text(path)
      guard !anchors(in: target).contains(String(parts[1])) else { return nil }
      return Finding(path: file.path, line: line, message: "\(path) has no heading #\(parts[1])")
    }
  }

  /// Link targets with their lines, outside fenced code.
  private static func links(in file: TextFile) -> [(line: Int, target: String)] {
    var isFenced = false
    return file.lines.enumerated().flatMap { index, line -> [(line: Int, target: String)] in
      if line.trimmingPrefix(while: { $0 == " " }).hasPrefix("```") { isFenced.toggle() }
      guard !isFenced, line.contains("](") else { return [] }
      return line.matches(of: #/\]\(([^)\s]+)[^)]*\)/#).map { (index + 1, String($0.1)) }
    }
  }

  private static func resolve(_ target: String, from path: String) -> String {
    var parts = path.split(separator: "/").dropLast().map(String.init)
    for part in target.split(separator: "/") where part != "." {
      if part == ".." { _ = parts.popLast() } else { parts.append(String(part)) }
    }
    return parts.joined(separator: "/")
  }

  /// The anchors that GitHub makes of a page's headings.
  private static func anchors(in text: String) -> Set<String> {
    Set(
      text.split(separator: "\n").filter { $0.hasPrefix("#") }.map { heading in
        heading.drop { $0 == "#" }.trimmingPrefix(" ").lowercased()
          .filter { $0.isLetter || $0.isNumber || $0 == " " || $0 == "-" || $0 == "_" }
          .replacing(" ", with: "-")
      })
  }
}
