import Foundation
import Synchronization
import TestSupport
import Testing

/// The scripts that the chart brings into pods, run as they stand, and the release workflow.
@Suite struct ScriptTests {
  private let connectionTest = "chart/files/connection-test.sh"
  private let warmUp = "chart/files/warm-up.sh"

  @Test func `The release workflow keeps to GitHub's schema, a misspelt key does not`() throws {
    let lint = ["--builtin-schema", "vendor.github-workflows"]
    let workflow = ".github/workflows/release.yml"
    let right = try ToolRun(".venv/bin/check-jsonschema", lint + [workflow])
    #expect(right.exitCode == 0, "\(right.output)")
    let misspelt = """
      directory=$(mktemp --directory)
      trap 'rm --recursive "$directory"' EXIT
      sed s/runs-on:/runs_on:/ \(workflow) >"$directory/release.yml"
      .venv/bin/check-jsonschema "$@" "$directory/release.yml"
      """
    let wrong = try ToolRun("bash", ["-c", misspelt, "lint"] + lint)
    #expect(wrong.exitCode == 1)
    #expect(wrong.output.contains("runs_on"))
  }

  @Test func `The connection test passes where the gRPC port is open and readyz says 200`() throws {
    let server = try ScriptedHTTPServer { _, connection in connection.answer(text: "ready\n") }
    defer { server.stop() }
    let run = try ToolRun(
      "bash", [connectionTest, "127.0.0.1", "\(server.port)", "\(server.port)"])
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output == "127.0.0.1 is ready\n")
  }

  @Test func `The connection test passes on the scaler itself`() async throws {
    let scaler = try RunningScaler()
    defer { scaler.stop() }
    _ = try await scaler.metrics()
    let port = "\(scaler.adminPort)"
    let run = try ToolRun("bash", [connectionTest, "127.0.0.1", port, port])
    #expect(run.exitCode == 0, "\(run.errors)")
  }

  @Test func `The connection test says what does not answer`() throws {
    let server = try ScriptedHTTPServer { _, connection in
      connection.answer(status: 503, text: "no\n")
    }
    let port = "\(server.port)"
    let unready = try ToolRun("bash", [connectionTest, "127.0.0.1", port, port])
    #expect(unready.exitCode == 1)
    #expect(unready.errors == "127.0.0.1 answers 503 to /readyz\n")
    server.stop()
    #expect(try ToolRun("bash", [connectionTest, "127.0.0.1", port, port]).exitCode == 1)
    let nobody = try ToolRun("bash", [connectionTest, "nobody.invalid", port, port])
    #expect(nobody.exitCode == 1)
    #expect(nobody.errors.hasPrefix("nobody.invalid resolves to no pod"))
  }

  private func warmUp(_ server: ScriptedHTTPServer, _ more: [String: String] = [:]) throws
    -> ToolRun
  {
    try ToolRun(
      "sh", [warmUp],
      environment: [
        "WARM_UP_URL": "http://127.0.0.1:\(server.port)/v1/completions", "WARM_UP_BODY": "{}",
        "WARM_UP_REQUESTS": "3",
      ].merging(more) { $1 })
  }

  @Test(arguments: [true, false])
  func `Warm-up is over when all its requests were answered`(hasCurl: Bool) throws {
    let requests = RequestCount()
    let server = try ScriptedHTTPServer { _, connection in
      requests.count.add(1, ordering: .relaxed)
      connection.answer(text: "{}")
    }
    defer { server.stop() }
    let run = try warmUp(server, hasCurl ? [:] : try pathWithoutCurl())
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output == "warm after 3 requests\n")
    #expect(requests.count.load(ordering: .relaxed) == 3)
  }

  @Test(arguments: [true, false])
  func `Warm-up fails while the engine answers with errors or not at all`(hasCurl: Bool) throws {
    let requests = RequestCount()
    let server = try ScriptedHTTPServer { _, connection in
      let number = requests.count.add(1, ordering: .relaxed).newValue
      connection.answer(status: number < 3 ? 200 : 503, text: "{}")
    }
    let path = hasCurl ? [:] : try pathWithoutCurl()
    let run = try warmUp(server, path)
    #expect(run.exitCode == 1)
    #expect(run.errors.contains("warm-up request 3 of 3 to http://127.0.0.1:"))
    server.stop()
    #expect(try warmUp(server, path).errors.contains("warm-up request 1 of 3"))
  }

  /// A directory with all the script may need but curl, as some engines' images are.
  private func pathWithoutCurl() throws -> [String: String] {
    let folder = ToolRun.root.appending(path: ".build/chart/without-curl")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for tool in ["sh", "cat", "dirname"] {
      let link = folder.appending(path: tool).path
      guard !FileManager.default.fileExists(atPath: link) else { continue }
      try FileManager.default.createSymbolicLink(
        atPath: link, withDestinationPath: "/bin/\(tool)")
    }
    let python = folder.appending(path: "python3").path
    if !FileManager.default.fileExists(atPath: python) {
      try FileManager.default.createSymbolicLink(
        atPath: python,
        withDestinationPath: ToolRun.root.appending(path: ".venv/bin/python").path)
    }
    return ["PATH": folder.path]
  }
}

/// How many requests a server has got.
private final class RequestCount: Sendable {
  let count = Atomic<Int>(0)
}
