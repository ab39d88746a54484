import Foundation

/// The checkout under test: where it lies and which files people wrote in it.
enum Checkout {
  /// The checkout's root directory, three levels above this file.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// What tools make and git ignores, by name, at any depth.
  static let generatedNames: Set<String> = [
    ".build", ".git", ".swiftpm", ".venv", "Package.resolved", "__pycache__", "generated",
  ]

  /// Every written file, sorted by path; binary files are left out.
  static let files: [TextFile] = {
    let paths = writtenPaths(below: root, prefix: "").sorted()
    return paths.compactMap { path in
      guard let data = try? Data(contentsOf: root.appending(path: path)),
        let text = String(data: data, encoding: .utf8), !text.utf8.contains(0)
      else { return nil }
      return TextFile(path: path, text: text)
    }
  }()

  /// The package manifest, read as text.
  static let manifest = PackageManifest(text: text(of: "Package.swift"))

  /// Swift files of `Sources`, lexed.
  static let sources: [SwiftSource] = lexed(below: "Sources/")

  /// Swift files of `Tests`, lexed.
  static let tests: [SwiftSource] = lexed(below: "Tests/")

  /// One file's text; empty where there is none, which the rules then report.
  static func text(of path: String) -> String {
    files.first { $0.path == path }?.text ?? ""
  }

  /// True where a file or directory is there.
  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  /// Names at the top level, without what tools make.
  static func topLevelNames() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.path)
      .filter { !generatedNames.contains($0) }.sorted()
  }

  /// Names of the directories in one directory.
  static func directories(in path: String) -> [String] {
    let directory = root.appending(path: path)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return names.filter { isDirectory(directory.appending(path: $0)) }.sorted()
  }

  private static func lexed(below prefix: String) -> [SwiftSource] {
    files.filter { $0.path.hasPrefix(prefix) && $0.path.hasSuffix(".swift") }.map(SwiftSource.init)
  }

  private static func writtenPaths(below directory: URL, prefix: String) -> [String] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: directory.path)) ?? []
    return names.filter { !generatedNames.contains($0) }.flatMap { name in
      let url = directory.appending(path: name)
      return isDirectory(url)
        ? writtenPaths(below: url, prefix: prefix + name + "/") : [prefix + name]
    }
  }

  private static func isDirectory(_ url: URL) -> Bool {
    var isDirectory: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isDirectory)
    return exists && isDirectory.boolValue
  }
}

/// One text file by its path from the root.
struct TextFile {
  /// The path from the checkout's root, `/` between parts.
  var path: String
  /// The whole text.
  var text: String

  /// The lines, without line ends.
  var lines: [Substring] { text.split(separator: "\n", omittingEmptySubsequences: false) }

  /// The last part of the path.
  var name: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// One place that breaks a rule.
struct Finding: CustomStringConvertible, Equatable {
  /// The file's path from the root.
  var path: String
  /// The line, from 1; 0 where the whole file is meant.
  var line: Int
  /// What is wrong and what to do.
  var message: String

  var description: String { "\(path):\(line): \(message)" }
}
