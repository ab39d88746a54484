/// Where things lie, and what must not be written into any file.
enum PlaceRules {
  /// All that may stand at the top level.
  static let topLevel: Set<String> = [
    ".ci", ".dockerignore", ".editorconfig", ".github", ".gitignore", ".swift-format",
    "Dockerfile", "LICENSE", "Makefile", "Package.swift", "README.md", "Sources", "Tests", "chart",
    "docs", "proto",
  ]

  /// Top-level names that belong beside what they explain or make.
  static func findings(atTopLevel names: [String]) -> [Finding] {
    names.filter { !topLevel.contains($0) }.map {
      Finding(path: $0, line: 0, message: "not at the top level: put it beside what it is for")
    }
  }

  /// Directories of `Sources` without a target, and targets that the map does not name.
  static func findings(
    sourceDirectories: [String], map: String, manifest: PackageManifest
  ) -> [Finding] {
    sourceDirectories.flatMap { name in
      var found: [Finding] = []
      if manifest.target(name) == nil {
        found.append(Finding(path: "Sources/\(name)", line: 0, message: "Package.swift lacks it"))
      }
      if !map.contains(name) {
        found.append(Finding(path: "Sources/README.md", line: 0, message: "lacks \(name)"))
      }
      return found
    }
  }

  /// Directories of one machine; they mean nothing on another.
  static let machineDirectories = ["/wo" + "rk", "/ro" + "ot", "/ho" + "me"]

  /// Hosts of package registries: the package tools know theirs.
  static let registries = [
    "py" + "pi.org", "pythonhosted" + ".org", "registry.npm" + "js.org", "crates" + ".io",
    "proxy.golang" + ".org", "deb.debian" + ".org", "rubygems" + ".org",
  ]

  /// Paths of one machine and hosts of package registries.
  static func findings(in file: TextFile) -> [Finding] {
    guard file.path != "LICENSE" else { return [] }
    return file.lines.enumerated().flatMap { index, line -> [Finding] in
      let registry = registries.first { line.contains($0) }
      let directory = line.contains("/") ? machineDirectories.first { isPath($0, in: line) } : nil
      return [registry, directory].compactMap { $0 }.map {
        Finding(path: file.path, line: index + 1, message: "\($0) holds on one machine only")
      }
    }
  }

  /// True where `directory` stands as an absolute path, not as the tail of a longer one.
  private static func isPath(_ directory: String, in line: Substring) -> Bool {
    line.ranges(of: directory).contains { range in
      let isPartOfWord = range.upperBound < line.endIndex && isNameCharacter(line[range.upperBound])
      let before =
        range.lowerBound > line.startIndex ? line[line.index(before: range.lowerBound)] : " "
      return !isPartOfWord && !isNameCharacter(before) && before != "/" && before != "."
        && before != "}"
    }
  }

  private static func isNameCharacter(_ character: Character) -> Bool {
    character.isLetter || character.isNumber || character == "_" || character == "-"
  }

  /// Scripts that would go on after a failure or hide one.
  static func findings(inScript file: TextFile) -> [Finding] {
    let isScript = file.text.hasPrefix("#!") && file.lines[0].hasSuffix("bash")
    guard isScript || file.name == "Makefile" || file.path.hasPrefix(".github/workflows/") else {
      return []
    }
    var found: [Finding] = []
    if isScript, !file.lines.contains("set -euo pipefail") {
      found.append(Finding(path: file.path, line: 1, message: "needs `set -euo pipefail`"))
    }
    for (index, line) in file.lines.enumerated()
    where line.contains("|| " + "true") || line.contains("continue-" + "on-error") {
      found.append(Finding(path: file.path, line: index + 1, message: "hides a failure"))
    }
    return found
  }
}
