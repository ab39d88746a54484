import Foundation

extension ScalerProcess {
  /// Starts `serve` by a shell line in which `"$@"` is the program with its arguments: behind a limit,
  /// under another clock, or with its log at another place. Its ports are told beforehand, since its
  /// log may not be readable.
  package static func start(
    shell: String, ports: (grpc: UInt16, admin: UInt16), _ arguments: [String],
    environment: [String: String] = [:]
  ) async throws -> LineProcess {
    let process = try LineProcess(
      "/bin/bash",
      [
        "-c", "set -euo pipefail; \(shell)", "scaler", executable, "serve", "--grpc-listen",
        "127.0.0.1:\(ports.grpc)", "--admin-listen", "127.0.0.1:\(ports.admin)",
      ] + arguments, environment: environment)
    do {
      try await eventually(within: .seconds(20)) {
        let answer = try? await LoopbackSocket.get(port: ports.admin, target: "/readyz")
        return answer?.hasPrefix("HTTP/1.1 200") == true || !process.isRunning
      }
    } catch {
      process.kill()
    }
    guard process.isRunning else {
      throw Failure(description: "it did not start: \(process.errors.suffix(5))")
    }
    return process
  }

  /// Two ports that nobody listens on at this moment.
  package static func freePorts() throws -> (grpc: UInt16, admin: UInt16) {
    (try LoopbackSocket.freePort(), try LoopbackSocket.freePort())
  }
}

extension LineProcess {
  /// Sends a signal.
  package func send(_ signal: Int32) { _ = Foundation.kill(processIdentifier, signal) }
}
