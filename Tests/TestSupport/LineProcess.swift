package import Foundation

/// A program as a process of its own, whose lines can be read while it runs.
///
/// It writes to files, not to pipes: nothing has to be read in time.
package final class LineProcess: Sendable {
  private let process: ChildProcess
  private let directory: URL

  /// Starts the program at `path`, in the checkout's root; `environment` is added to this process's own.
  package init(
    _ path: String, _ arguments: [String], environment: [String: String] = [:],
    input: String? = nil
  ) throws {
    directory = FileManager.default.temporaryDirectory.appending(
      path: "process-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    for (name, text) in [("in", input ?? ""), ("out", ""), ("err", "")] {
      try Data(text.utf8).write(to: directory.appending(path: name))
    }
    process = ChildProcess()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = arguments
    process.currentDirectoryURL = Self.root
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: directory.appending(path: "in"))
    process.standardOutput = try FileHandle(forWritingTo: directory.appending(path: "out"))
    process.standardError = try FileHandle(forWritingTo: directory.appending(path: "err"))
    try process.run()
  }

  deinit { try? FileManager.default.removeItem(at: directory) }

  /// The checkout's root.
  package static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The whole lines of its standard output so far.
  package var output: [String] { lines(of: "out") }

  /// The whole lines of its standard error so far.
  package var errors: [String] { lines(of: "err") }

  /// Whether it still runs.
  package var isRunning: Bool { process.isRunning }

  /// Its process, for signals and measurements.
  package var processIdentifier: Int32 { process.processIdentifier }

  /// Waits for its end, and returns its exit code.
  ///
  /// - Throws: `ConditionNotMet` after `limit`; it is killed then.
  package func exitCode(within limit: Duration = .seconds(60)) async throws -> Int32 {
    do {
      try await eventually(within: limit) { !self.process.isRunning }
    } catch {
      kill()
      throw error
    }
    return process.terminationStatus
  }

  /// Sends SIGTERM.
  package func askToEnd() { process.terminate() }

  /// Ends it at once (SIGKILL), if it still runs.
  package func kill() {
    if process.isRunning { _ = Foundation.kill(process.processIdentifier, SIGKILL) }
  }

  /// The whole lines of a file, without what follows the last line's end.
  private func lines(of file: String) -> [String] {
    guard let data = try? Data(contentsOf: directory.appending(path: file)) else { return [] }
    let parts = data.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
    return parts.dropLast().map { String(decoding: $0, as: UTF8.self) }
  }
}
