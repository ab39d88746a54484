import Foundation

/// The built `keda-burst-scaler serve` as a process of its own.
package final class ScalerProcess: Sendable {
  /// The process.
  package let process: LineProcess

  /// Why there is no scaler.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// The executable beside this test's own.
  package static var executable: String {
    URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
      .appending(path: "keda-burst-scaler").path
  }

  /// Starts `serve` on free ports of 127.0.0.1 and waits until it says that it serves.
  package init(_ arguments: [String] = [], environment: [String: String] = [:]) async throws {
    let process = try LineProcess(
      Self.executable,
      ["serve", "--grpc-listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"] + arguments,
      environment: environment)
    self.process = process
    do {
      try await eventually(within: .seconds(20)) {
        Self.address(after: " serving ", in: process.errors) != nil || !process.isRunning
      }
    } catch {
      process.kill()
    }
    guard process.isRunning else {
      throw Failure(description: "it did not start: \(process.errors.suffix(5))")
    }
  }

  /// What it has logged, oldest line first.
  package var log: [String] { process.errors }

  /// `127.0.0.1:PORT` of its gRPC listener.
  package var address: String { Self.address(after: " serving ", in: log) ?? "" }

  /// The port of its gRPC listener.
  package var port: Int { Int(address.split(separator: ":").last ?? "") ?? 0 }

  /// `127.0.0.1:PORT` of its admin listener.
  package var adminAddress: String { Self.address(after: " status page ", in: log) ?? "" }

  /// `http://127.0.0.1:PORT` of its admin listener.
  package var adminURL: String { "http://" + adminAddress }

  private static func address(after words: String, in log: [String]) -> String? {
    log.first { $0.contains(words) }?.split(separator: " ")
      .first { $0.hasPrefix("address=") }.map { String($0.dropFirst("address=".count)) }
  }

  /// Asks it to end with SIGTERM; its exit code and how long that took.
  package func terminate() async throws -> (exitCode: Int32, took: Duration) {
    let start = ContinuousClock.now
    process.askToEnd()
    let code = try await process.exitCode(within: .seconds(30))
    return (code, ContinuousClock.now - start)
  }

  /// Ends it at once, if it still runs.
  package func kill() { process.kill() }
}

/// A program of this repository's checks (Tests/Interop).
package enum InteropProgram {
  /// Starts a Python program of Tests/Interop in the repository's virtual environment.
  package static func python(_ program: String, _ arguments: [String]) throws -> LineProcess {
    try LineProcess(
      LineProcess.root.appending(path: ".venv/bin/python").path,
      [LineProcess.root.appending(path: "Tests/Interop/\(program)").path] + arguments)
  }
}
