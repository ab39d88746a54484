/// How long files, functions and lines may be.
enum SizeRules {
  /// The longest file, in lines; the aim is 250.
  static let linesPerFile = 400
  /// Files above this have to be named in `longFiles`.
  static let linesWithoutReason = 300
  /// The longest function body with its header, in lines.
  static let linesPerFunction = 60
  /// The widest line, in characters.
  static let columns = 100

  /// Files of more than 300 lines, each with its reason. Empty on purpose.
  static let longFiles: [String: String] = [:]

  /// Names of written code: what the limits hold for.
  static func isCode(_ file: TextFile) -> Bool {
    [".swift", ".py", ".go", ".sh", ".h"].contains { file.path.hasSuffix($0) }
      || file.path.hasPrefix("Tests/Scripts/") || file.path == ".ci/run"
  }

  /// True for generated code, which nobody reads.
  static func isGenerated(_ file: TextFile) -> Bool {
    file.path.hasPrefix("Sources/CScalerProto/") || file.path.hasSuffix(".pb.go")
  }

  /// Files that are too long and lines that are too wide.
  static func findings(in file: TextFile) -> [Finding] {
    guard isCode(file), !isGenerated(file) else { return [] }
    let lines = file.lines
    let count = file.text.hasSuffix("\n") ? lines.count - 1 : lines.count
    var found: [Finding] = []
    if count > linesPerFile || (count > linesWithoutReason && longFiles[file.path] == nil) {
      found.append(
        Finding(path: file.path, line: 0, message: "\(count) lines; split it (aim at 250)"))
    }
    for (index, line) in lines.enumerated() where line.utf8.count > columns {
      guard line.count > columns, !mayBeWide(line, in: file) else { continue }
      found.append(
        Finding(
          path: file.path, line: index + 1, message: "\(line.count) columns; limit \(columns)"))
    }
    return found
  }

  /// The linter holds Swift code to its width, and knows which literals cannot be broken; a table's
  /// row cannot either, and comments of targets that are still being written may wait.
  private static func mayBeWide(_ line: Substring, in file: TextFile) -> Bool {
    guard file.path.hasSuffix(".swift") else { return false }
    let text = line.trimmingPrefix { $0 == " " }
    let parts = file.path.split(separator: "/")
    let target = parts.count > 2 ? String(parts[1].replacing(#/Tests$/#, with: "")) : ""
    return !text.hasPrefix("//") || text.hasPrefix("/// |") || Floors.settling.contains(target)
  }

  /// Functions that are too long.
  static func findings(in source: SwiftSource) -> [Finding] {
    source.declarations.compactMap { declaration in
      let count = declaration.lastLine - declaration.firstLine + 1
      guard !declaration.isType, count > linesPerFunction,
        ["func", "init", "deinit", "subscript", "var"].contains(declaration.keyword)
      else { return nil }
      return source.finding(
        declaration.firstLine,
        "\(declaration.keyword) \(declaration.name) has \(count) lines; limit \(linesPerFunction)")
    }
  }
}
