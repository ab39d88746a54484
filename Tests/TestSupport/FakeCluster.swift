package import Foundation
import Synchronization

/// The fake API server of Tests/Cluster as a process of its own; it ends with this value.
package final class FakeCluster: Sendable {
  private let process: ChildProcess
  private let input = Pipe()
  /// The port it listens on.
  package let port: Int
  private let scheme: String
  private let host: String

  /// Why there is none.
  package struct Failure: Error, CustomStringConvertible {
    package let description: String
  }

  /// Starts it on a free port, or on `port`.
  ///
  /// - Parameter arguments: as `Tests/Cluster/api_server.py --help` says.
  /// - Parameter host: by which others reach it in a network namespace; it listens on all there.
  package init(_ arguments: [String] = [], port: Int = 0, host: String = "127.0.0.1") throws {
    self.host = host
    process = ChildProcess()
    process.executableURL = LineProcess.root.appending(path: ".venv/bin/python")
    process.arguments =
      [
        "-B", LineProcess.root.appending(path: "Tests/Cluster/api_server.py").path, "--port",
        "\(port)", "--listen", host == "127.0.0.1" ? host : "0.0.0.0",
      ] + arguments
    process.standardInput = input
    let output = Pipe()
    process.standardOutput = output
    try process.run()
    var line = ""
    while !line.hasSuffix("\n"), case let data = output.fileHandleForReading.availableData,
      !data.isEmpty
    {
      line += String(decoding: data, as: UTF8.self)
    }
    guard let port = line.split(separator: " ").last.flatMap({ Int($0.dropLast()) }) else {
      throw Failure(description: "the fake API server said \"\(line)\"")
    }
    self.port = port
    scheme = arguments.contains("--certificate") ? "https" : "http"
  }

  deinit { stop() }

  /// Ends it.
  package func stop() {
    // It ends with its standard input; the kill is for one that hangs in a request.
    try? input.fileHandleForWriting.close()
    if process.isRunning { process.terminate() }
    process.waitUntilExit()
  }

  /// `http://127.0.0.1:PORT`, or with the host that was given.
  package var address: String { "\(scheme)://\(host):\(port)" }

  /// Runs kubectl against it; its output.
  /// - Throws: `Failure` with what it wrote where it fails.
  @discardableResult
  package func kubectl(_ arguments: String..., input: String? = nil) async throws -> String {
    let cache = FileManager.default.temporaryDirectory.appending(path: "kubectl-\(port)").path
    let one = try LineProcess(
      "/usr/bin/env",
      ["kubectl", "--server", address, "--cache-dir", cache, "--token", "admin"] + arguments,
      environment: ["KUBECONFIG": "/dev/null"], input: input)
    guard try await one.exitCode() == 0 else {
      throw Failure(
        description: "kubectl \(arguments.joined(separator: " ")): "
          + (one.errors + one.output).joined(separator: "\n"))
    }
    return one.output.joined(separator: "\n")
  }

  /// Sends JSON to a path as its administrator; the answer.
  @discardableResult
  package func send(
    _ method: String, _ path: String, _ json: String = "",
    contentType: String = "application/json"
  ) async throws -> (status: Int, body: Data) {
    guard let url = URL(string: "http://127.0.0.1:\(port)\(path)") else {
      throw Failure(description: "no path: \(path)")
    }
    return try await Self.exchange(method, url, json, contentType)
  }

  /// What is to go wrong from now on: see `Faults` in Tests/Cluster/api_server.py.
  package func faults(_ json: String) async throws { try await send("POST", "/fake/faults", json) }

  /// The requests so far.
  package func requests() async throws -> [Request] {
    try JSONDecoder().decode([Request].self, from: try await send("GET", "/fake/requests").body)
  }

  /// A request as it came.
  package struct Request: Decodable, Sendable {
    /// `get`, `list`, `watch`, `create`, `update`, `patch` or `delete`.
    package var verb: String
    /// `deployments/scale`.
    package var resource: String
    /// Of which object.
    package var name: String?
    /// Unix seconds.
    package var at: Double
    /// The query.
    package var query: [String: String]
    /// The bearer token.
    package var token: String?
  }

  private static func exchange(
    _ method: String, _ url: URL, _ json: String, _ contentType: String
  ) async throws -> (status: Int, body: Data) {
    let body = FileManager.default.temporaryDirectory.appending(path: "body-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: body) }
    var arguments = [
      "--silent", "--request", method, "--header", "Authorization: Bearer admin", "--output",
      body.path, "--write-out", "%{http_code}\n", url.absoluteString,
    ]
    if !json.isEmpty {
      arguments += ["--header", "Content-Type: \(contentType)", "--data-binary", json]
    }
    let curl = try LineProcess("/usr/bin/curl", arguments)
    guard try await curl.exitCode() == 0, let status = curl.output.first.flatMap({ Int($0) }) else {
      throw Failure(description: "\(method) \(url) failed")
    }
    return (status, (try? Data(contentsOf: body)) ?? Data())
  }
}
