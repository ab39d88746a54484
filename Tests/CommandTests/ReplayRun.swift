import Foundation
import TestSupport
import Testing

/// One run of the built `keda-burst-scaler replay`, to its end.
struct ReplayRun {
  /// What it printed.
  let output: String
  /// What it said on standard error.
  let errors: String
  /// Its exit code.
  let exitCode: Int32

  /// The executable beside this test's own.
  private static var executable: URL {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "keda-burst-scaler")
  }

  /// Runs `replay` with `arguments` in `folder`.
  init(_ arguments: [String], in folder: ReplayFolder? = nil, path: String? = nil) throws {
    let process = ChildProcess()
    process.executableURL = Self.executable
    process.arguments = ["replay"] + arguments
    if let folder { process.currentDirectoryURL = folder.url }
    if let path {
      process.environment = ProcessInfo.processInfo.environment.merging(["PATH": path]) { $1 }
    }
    // Files, because a full pipe that nobody reads would stop the other one.
    let scratch = try ReplayFolder()
    let standardOutput = try scratch.file("output")
    let standardError = try scratch.file("errors")
    process.standardOutput = standardOutput
    process.standardError = standardError
    process.standardInput = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    output = try scratch.text("output")
    errors = try scratch.text("errors")
    exitCode = process.terminationStatus
  }

  /// The cells of the table's row whose first cell is `name`, split where two spaces or more stand.
  func row(_ name: String) -> [String] {
    let line = output.split(separator: "\n").first { $0.hasPrefix(name + "  ") }
    return (line ?? "").split(separator: #/ {2,}/#).map(String.init)
  }
}

/// A folder of its own for one test's files; gone with it.
final class ReplayFolder {
  /// Where it is.
  let url: URL

  /// An empty folder.
  init() throws {
    url = FileManager.default.temporaryDirectory.appending(path: "replay-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: url)
    } catch {
      Issue.record("\(url.path) is left behind: \(error)")
    }
  }

  /// Writes a text file.
  func write(_ name: String, _ text: String) throws {
    try Data(text.utf8).write(to: url.appending(path: name))
  }

  /// A new file, open for writing.
  func file(_ name: String) throws -> FileHandle {
    let file = url.appending(path: name)
    try Data().write(to: file)
    return try FileHandle(forWritingTo: file)
  }

  /// A file's text.
  func text(_ name: String) throws -> String {
    String(decoding: try Data(contentsOf: url.appending(path: name)), as: UTF8.self)
  }

  /// Compresses a file: `name` becomes `name.gz`.
  func compress(_ name: String) throws {
    let process = ChildProcess()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", url.appending(path: name).path]
    try process.run()
    process.waitUntilExit()
    try #require(process.terminationStatus == 0)
  }
}
