/// Who may import what.
enum ImportRules {
  /// Declared dependencies that the plan does not allow, targets missing from it, and circles.
  static func findings(in manifest: PackageManifest) -> [Finding] {
    var found: [Finding] = []
    func report(_ message: String) {
      found.append(Finding(path: "Package.swift", line: 0, message: message))
    }
    for target in manifest.targets
    where target.kind != "testTarget" && target.path?.hasPrefix("Tests/") != true {
      if Floors.floorOf[target.name] == nil {
        report("\(target.name) has no floor; give it one in Tests/TidyTests/Floors.swift")
      }
      for other in target.dependencies where !Floors.allows(target.name, on: other) {
        report("\(target.name) must not depend on \(other)")
      }
    }
    if let circle = manifest.circle() {
      report("the dependencies run in a circle: " + circle.joined(separator: " → "))
    }
    return found
  }

  /// Imports that are not declared, not allowed, or not internal where they must be.
  static func findings(in source: SwiftSource, manifest: PackageManifest) -> [Finding] {
    guard let target = manifest.target(of: source) else {
      return [source.finding(0, "belongs to no target of Package.swift")]
    }
    let declared = Set(target.dependencies.map { $0.replacing("-", with: "_") })
    let system = Floors.systemModules(of: target.name)
    return source.imports.compactMap { line in
      if let owner = Floors.ownerOfC[line.module] {
        if owner != target.name {
          return source.finding(line.line, "only \(owner) imports \(line.module)")
        }
        if !line.isInternal {
          return source.finding(line.line, "write `internal import \(line.module)`")
        }
      }
      if declared.contains(line.module) || system.contains(line.module) { return nil }
      if Floors.arithmetic.contains(line.member ?? "") { return nil }
      return source.finding(line.line, advice(line.module, for: target.name))
    }
  }

  private static func advice(_ module: String, for target: String) -> String {
    if ["Glibc", "Musl", "Darwin"].contains(module) {
      return "\(target) is pure: import single functions, as `internal import func Glibc.exp`"
    }
    return "Package.swift does not declare \(module) for \(target), or its floor must not have it"
  }
}
