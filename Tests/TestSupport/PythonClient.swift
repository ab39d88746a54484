import Foundation
import Synchronization

/// A grpcio client in a process of its own: runs a script, and talks with the test line by line.
///
/// The script sees `channel` (plaintext to the port, unless `prelude` makes another), `grpc`, and
/// `say`, `hear` for lines to and from the test; messages are bytes.
package final class PythonClient: Sendable {
  /// What went wrong with the client.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  private let process = ChildProcess()
  private let input = Pipe()
  private let lines: Mutex<[String]>
  private let ended: Mutex<Bool>

  /// Python of the repository's virtual environment.
  private static let python = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: ".venv/bin/python")

  private static let prelude = """
    import grpc, os, sys, threading, time
    def say(*words): print(*words, flush=True)
    def hear(): return sys.stdin.readline().strip()
    port = os.environ["TEST_PORT"]
    def plaintext(*options): return grpc.insecure_channel("127.0.0.1:" + port, options=options)
    def code(call):
        try: return call() or grpc.StatusCode.OK.name
        except grpc.RpcError as error: return error.code().name

    """

  /// Starts the client against a server on this port of 127.0.0.1.
  package init(port: Int, _ script: String, environment: [String: String] = [:]) throws {
    lines = Mutex([])
    ended = Mutex(false)
    process.executableURL = Self.python
    // Open streams would keep the interpreter from ending.
    process.arguments = ["-c", Self.prelude + script + "\nos._exit(0)\n"]
    process.environment = ProcessInfo.processInfo.environment
      .merging(["TEST_PORT": String(port), "GRPC_VERBOSITY": "NONE"]) { $1 }
      .merging(environment) { $1 }
    process.standardInput = input
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    Thread.detachNewThread { [self] in collect(output.fileHandleForReading) }
  }

  deinit {
    if process.isRunning { process.terminate() }
  }

  private func collect(_ handle: FileHandle) {
    var rest = Data()
    while case let data = handle.availableData, !data.isEmpty {
      rest.append(data)
      while let end = rest.firstIndex(of: UInt8(ascii: "\n")) {
        let line = String(decoding: rest[rest.startIndex..<end], as: UTF8.self)
        rest = Data(rest[(end + 1)...])
        lines.withLock { $0.append(line) }
      }
    }
    process.waitUntilExit()
    ended.withLock { $0 = true }
  }

  /// Says a line to the script.
  package func say(_ line: String) {
    input.fileHandleForWriting.write(Data((line + "\n").utf8))
  }

  /// The script's next line.
  package func line(within seconds: Double = 120) async throws -> String {
    let deadline = ContinuousClock.now + .seconds(seconds)
    while ContinuousClock.now < deadline {
      let over = ended.withLock { $0 }
      if let line = lines.withLock({ $0.isEmpty ? nil : $0.removeFirst() }) { return line }
      if over { throw Failure(description: "the client ended without another line") }
      try await Task.sleep(for: .milliseconds(2))
    }
    throw Failure(description: "the client said nothing for \(seconds) s")
  }

  /// All lines until the script ends.
  package func allLines(within seconds: Double = 120) async throws -> [String] {
    try await eventually(within: .seconds(seconds)) { ended.withLock { $0 } }
    return lines.withLock { $0 }
  }
}
