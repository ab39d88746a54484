import Foundation
import TestSupport
import Testing

/// Files that are pipes, as the shell's `<(…)` makes them.
@Suite struct PipedFileTests {
  /// What `line` gives, in which `"$0"` is the program and `$FILE` holds `text`.
  private static func shell(_ line: String, _ text: String) async throws -> (Int32, String) {
    let files = try SourceServers.Files()
    let process = try LineProcess(
      "/bin/bash", ["-c", line, ScalerProcess.executable],
      environment: ["FILE": try files.write("file", text)])
    let code = try await process.exitCode()
    return (code, (process.output + process.errors).joined(separator: "\n"))
  }

  @Test(arguments: [
    (#""$0" check --offline -f <(cat "$FILE")"#, "1 checked, 0 error(s)"),
    (#""$0" check --offline -f - <"$FILE""#, "1 checked, 0 error(s)"),
    (#""$0" migrate -f <(cat "$FILE")"#, "nothing to translate"),
    (#""$0" replay --load step -f <(cat "$FILE") --output json"#, "gpuHours"),
  ])
  func `A ScaledObject is read from a pipe`(line: String, words: String) async throws {
    let (code, said) = try await Self.shell(line, CheckManifest.clean)
    #expect(code == 0, "\(said)")
    #expect(said.contains(words), "\(said)")
  }

  @Test(arguments: [
    #""$0" decide --metadata <(cat "$FILE")"#,
    #""$0" replay --load step --metadata <(cat "$FILE")"#,
  ])
  func `Trigger metadata are read from a pipe`(line: String) async throws {
    let (code, said) = try await Self.shell(line, "queueDepthQuery: q\nqueueDepthThreshold: ten\n")
    #expect(code != 0)
    #expect(said.contains("\"ten\""), "\(said)")
  }

  @Test func `A pipe without an end is read up to a limit`() async throws {
    let (code, said) = try await Self.shell(#""$0" check --offline -f <(yes)"#, "")
    #expect(code == 1)
    #expect(said.contains("it is longer than 8388608 bytes"), "\(said)")
  }

  @Test func `The configuration is read from a pipe, and not looked for there again`() async throws
  {
    let ports = try ScalerProcess.freePorts()
    let scaler = try await ScalerProcess.start(
      shell: "exec \"$@\" --config <(echo 'profiles: {main: {address: \"http://a:1\"}}')",
      ports: ports, [])
    defer { scaler.kill() }
    scaler.send(SIGHUP)
    try await eventually(within: .seconds(20)) {
      scaler.errors.contains { $0.contains("no configuration file to reload") }
    }
    #expect(!scaler.errors.contains { $0.contains("configuration file reloaded") })
  }
}
