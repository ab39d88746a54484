/// The targets that `Package.swift` declares, read from its text so that no build lock is taken.
struct PackageManifest {
  /// One target and the modules it may import.
  struct Target {
    /// The target's name as written.
    var name: String
    /// `target`, `testTarget`, `executableTarget` or `systemLibrary`.
    var kind: String
    /// The directory, where it is not the one of its name.
    var path: String?
    /// Names of the declared dependencies: targets and products.
    var dependencies: [String]

    /// The module name: `-` cannot stand in an identifier.
    var module: String { name.replacing("-", with: "_") }
  }

  /// The targets in order.
  let targets: [Target]

  /// Reads a manifest whose targets are written as literals and whose products are named by `let`.
  init(text: String) {
    let code = text.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !$0.trimmingPrefix { $0 == " " }.hasPrefix("//") }.joined(separator: "\n")
    var products: [String: String] = [:]
    let product = #/let\s+(\w+)\s*=\s*Target\.Dependency\.product\(\s*name:\s*"([^"]+)"/#
    for match in code.matches(of: product) { products[String(match.1)] = String(match.2) }

    let head = #/\.(target|testTarget|executableTarget|systemLibrary)\(\s*name:\s*"([^"]+)"/#
    targets = code.matches(of: head).map { match in
      let rest = PackageManifest.balanced(code[match.range.lowerBound...], "(", ")")
      let dependencies = rest.firstMatch(of: #/dependencies:\s*\[/#).map { list in
        PackageManifest.balanced(rest[list.range.lowerBound...], "[", "]")
      }
      let names = dependencies.map { list in
        list.matches(of: #/"([^"]+)"|\b([a-z]\w*)\b(?!:)/#).compactMap { item in
          item.1.map(String.init) ?? item.2.flatMap { products[String($0)] }
        }
      }
      return Target(
        name: String(match.2), kind: String(match.1),
        path: rest.firstMatch(of: #/path:\s*"([^"]+)"/#).map { String($0.1) },
        dependencies: names ?? [])
    }
  }

  /// The text from the first `open` to the `close` that ends it.
  private static func balanced(
    _ text: Substring, _ open: Character, _ close: Character
  ) -> Substring {
    var depth = 0
    for index in text.indices {
      if text[index] == open { depth += 1 }
      if text[index] == close {
        depth -= 1
        if depth == 0 { return text[...index] }
      }
    }
    return text
  }

  /// The target that a file belongs to.
  func target(of source: SwiftSource) -> Target? {
    targets.first { $0.path.map { source.file.path.hasPrefix($0 + "/") } ?? false }
      ?? target(source.target)
  }

  /// The target of that name.
  func target(_ name: String) -> Target? { targets.first { $0.name == name } }

  /// A path of dependencies that comes back to where it started, or nil.
  func circle() -> [String]? {
    for target in targets {
      if let path = path(from: target.name, to: target.name, seen: []) { return path }
    }
    return nil
  }

  private func path(from name: String, to goal: String, seen: [String]) -> [String]? {
    for next in target(name)?.dependencies ?? [] {
      if next == goal { return seen + [name, goal] }
      if seen.contains(next) { continue }
      if let path = path(from: next, to: goal, seen: seen + [name]) { return path }
    }
    return nil
  }
}
