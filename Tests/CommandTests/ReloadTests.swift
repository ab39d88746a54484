import Foundation
import TestSupport
import Testing

/// Files that change under a running server: its configuration and its certificate.
@Suite(.serialized, .timeLimit(.minutes(3))) struct ReloadTests {
  private static let trigger = """
    {"profile": "main", "queueDepthQuery": "q", "queueDepthThreshold": "50", "forecast": "off"}
    """

  private static func profiles(_ server: ScriptedHTTPServer, namespaces: String = "[inference]")
    -> String
  {
    "profiles:\n  main: {address: \"\(server.address)\", namespaces: \(namespaces)}\n"
  }

  private static func server(_ value: Int) throws -> ScriptedHTTPServer {
    try ScriptedHTTPServer { _, connection in connection.answer(text: SourceServers.answer(value)) }
  }

  private static func lines(_ scaler: ScalerProcess, _ words: String) -> [String] {
    scaler.log.filter { $0.contains(words) }
  }

  @Test func `A changed file takes effect, a broken one is told once and the old one stays`()
    async throws
  {
    let (old, new) = (try Self.server(100), try Self.server(500))
    defer { for one in [old, new] { one.stop() } }
    let files = try SourceServers.Files()
    let config = try files.write("config.yaml", Self.profiles(old))
    let scaler = try await ScalerProcess(["--config", config])
    defer { scaler.kill() }
    let client = try FaultTests.watch(scaler.address, Self.trigger, seconds: 120)
    defer { client.kill() }
    let streams = try InteropProgram.python(
      "rolling.py", ["--address", scaler.address, "--metadata", Self.trigger])
    defer { streams.kill() }
    func told() -> [String] { FaultTests.told(client).map(\.value) }
    try await eventually(within: .seconds(20)) { told().last == "2" }
    try await eventually(within: .seconds(20)) {
      streams.output.last?.contains("\"streamOpens\": 1") == true
    }
    _ = try files.write("config.yaml", "profiles: [\n")
    try await eventually(within: .seconds(20)) {
      !Self.lines(scaler, "cannot be used; the old one stays").isEmpty
    }
    _ = try files.write("config.yaml", Self.profiles(new) + "max-streams: 7\n")
    try await eventually(within: .seconds(20)) { told().last == "10" }
    #expect(Self.lines(scaler, "cannot be used; the old one stays").count == 1)
    let reloaded = Self.lines(scaler, "configuration file reloaded")
    #expect(reloaded.count == 1)
    #expect(reloaded.first?.contains("triggersBegunAnew=1") == true, "\(reloaded)")
    #expect(reloaded.first?.contains("waitingForNextStart=max-streams") == true, "\(reloaded)")
    // Its streams were ended with OK, so that KEDA opens them again.
    try await eventually(within: .seconds(20)) {
      streams.output.last?.contains("\"streamEnds\": {\"OK\": 1}, \"streamOpens\": 2") == true
    }
    // A namespace that is not on the list any more is not served any more.
    _ = try files.write("config.yaml", Self.profiles(new, namespaces: "[other]"))
    try await eventually(within: .seconds(20)) {
      told().last?.contains("PERMISSION_DENIED") == true
    }
    _ = try files.write("config.yaml", Self.profiles(new))
    try await eventually(within: .seconds(20)) { told().last == "10" }
    try FileManager.default.removeItem(atPath: config)
    try await eventually(within: .seconds(20)) {
      Self.lines(scaler, "cannot be used; the old one stays").count == 2
    }
    #expect(told().last == "10")
    scaler.process.send(SIGHUP)
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `A certificate replaced by rubbish is told once, and the old one stays`() async throws
  {
    let server = try Self.server(100)
    defer { server.stop() }
    let files = try SourceServers.Files()
    try await SourceServers.makeCertificates(in: files)
    func copy(_ name: String) throws {
      for end in ["crt", "key"] {
        _ = try files.write(
          "server.\(end)",
          String(contentsOfFile: files.path("\(name).\(end)"), encoding: .utf8))
      }
    }
    try copy("good")
    let scaler = try await ScalerProcess([
      "--prometheus", server.address, "--tls-cert", files.path("server.crt"), "--tls-key",
      files.path("server.key"),
    ])
    defer { scaler.kill() }
    let trigger = """
      {"queueDepthQuery": "q", "queueDepthThreshold": "50", "forecast": "off"}
      """
    // Each of its own connection, so of its own handshake.
    func value() async throws -> String? {
      let client = try FaultTests.watch(
        scaler.address, trigger, seconds: 1, ["--ca", files.path("ca.crt")])
      _ = try await client.exitCode()
      return FaultTests.told(client).last?.value
    }
    #expect(try await value() == "2")
    _ = try files.write("server.crt", "rubbish\n")
    try await eventually(within: .seconds(20)) {
      !Self.lines(scaler, "changed certificate files cannot be used").isEmpty
    }
    #expect(try await value() == "2")
    try copy("client")
    try await eventually(within: .seconds(20)) {
      Self.lines(scaler, "certificate reloaded").count == 1
    }
    #expect(try await value() == "2")
    #expect(Self.lines(scaler, "changed certificate files cannot be used").count == 1)
    // An expired one is what the files say; clients refuse it until there is another.
    try copy("expired")
    try await eventually(within: .seconds(20)) {
      Self.lines(scaler, "certificate reloaded").count == 2
    }
    #expect(try await value()?.contains("UNAVAILABLE") == true)
    try copy("good")
    try await eventually(within: .seconds(20)) {
      Self.lines(scaler, "certificate reloaded").count == 3
    }
    #expect(try await value() == "2")
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
