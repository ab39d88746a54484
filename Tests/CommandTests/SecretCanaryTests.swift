import Foundation
import TestSupport
import Testing

/// Secrets of profiles are planted everywhere they may stand, and looked for in everything that the
/// program says.
@Suite(.serialized, .timeLimit(.minutes(3))) struct SecretCanaryTests {
  /// Part of every secret below.
  private static let canary = "k4n4ry"

  /// A server that complains in the words it was asked with, as some gateways do.
  private static func echo() throws -> ScriptedHTTPServer {
    try ScriptedHTTPServer { request, connection in
      let words = (request.headerLines + [request.target]).joined(separator: " ")
        .replacing("\"", with: "'")
      let status = request.target.contains("warn") ? 200 : 422
      connection.answer(
        status: status,
        text: status == 200
          ? #"{"status":"success","warnings":["\#(words)"],"data":{"resultType":"vector","result":[]}}"#
          : #"{"status":"error","errorType":"\#(request.header("X-Key") ?? "")","error":"\#(words)"}"#
      )
    }
  }

  private static func configuration(_ server: ScriptedHTTPServer, _ files: SourceServers.Files)
    throws -> String
  {
    let token = try files.write("token", "\(canary)-token-in-a-file\n")
    let nobody = try LoopbackSocket.freePort()
    return try files.write(
      "config.yaml",
      """
      profiles:
        basic:
          address: \(server.address)
          basic: {username: scaler, password: \(canary)-password}
          headers: {X-Key: \(canary)-header}
          parameters: {api_key: \(canary)-parameter}
        bearer: {address: "\(server.address)/bearer", bearer: {token: \(canary)-token}}
        file: {address: "\(server.address)/file", bearer: {tokenFile: \(token)}}
        proxy:
          address: http://prometheus.example.com
          proxy: http://user:\(canary)-proxy@127.0.0.1:\(nobody)
        gone: {address: "http://127.0.0.1:\(nobody)", bearer: {token: \(canary)-gone}}
        https: {address: "https://127.0.0.1:\(server.port)", bearer: {token: \(canary)-https}}
      """)
  }

  private static let profiles = ["basic", "bearer", "file", "proxy", "gone", "https"]

  private static func leaks(_ text: String) -> [String] {
    text.split(separator: "\n").filter { $0.contains(canary) }.map { String($0.prefix(300)) }
  }

  @Test func `No secret is in the log, an RPC's status, the status pages or the metrics`()
    async throws
  {
    let server = try Self.echo()
    defer { server.stop() }
    let files = try SourceServers.Files()
    let config = try Self.configuration(server, files)
    let scaler = try await ScalerProcess(["--config", config, "--log-level", "debug"])
    defer { scaler.kill() }
    let triggers = Self.profiles.flatMap { profile in
      ["fail", "warn"].map { query in
        [
          "name": "\(profile)-\(query)", "profile": profile, "queueDepthQuery": query,
          "queueDepthThreshold": "50",
        ]
      }
    }
    let json = String(decoding: try JSONEncoder().encode(triggers), as: UTF8.self)
    let client = try InteropProgram.python(
      "statuses.py", ["--address", scaler.address, "--metadata", json])
    defer { client.kill() }
    // Once the server's own words have come through, with what was secret in them taken out.
    try await eventually(within: .seconds(30)) {
      client.output.last.map { $0.contains("(hidden)") && $0.contains("cannot connect") } == true
    }
    let port = try #require(UInt16(scaler.adminAddress.split(separator: ":").last ?? ""))
    var pages = ["/", "/metrics", "/api/v1/scaledobjects", "/readyz"]
    pages += triggers.map { "/api/v1/scaledobjects/inference/\($0["name"] ?? "")" }
    for page in pages {
      let answer = try await LoopbackSocket.get(port: port, target: page)
      #expect(answer.hasPrefix("HTTP/1.1 200"), "\(page): \(answer.prefix(100))")
      #expect(Self.leaks(answer).isEmpty, "\(page)")
    }
    #expect(Self.leaks(client.output.joined(separator: "\n")).isEmpty)
    #expect(try await scaler.terminate().exitCode == 0)
    #expect(Self.leaks(scaler.log.joined(separator: "\n")).isEmpty)
    #expect(scaler.log.contains { $0.contains("a query has no answer") })
  }

  @Test func `A crash leaves no core dump, where memory with the secrets would be`() async throws {
    let server = try Self.echo()
    defer { server.stop() }
    let files = try SourceServers.Files()
    let config = try Self.configuration(server, files)
    let ports = try ScalerProcess.freePorts()
    let scaler = try await ScalerProcess.start(
      shell: "ulimit -c unlimited; cd \"$DUMPS\"; exec \"$@\"", ports: ports, ["--config", config],
      environment: ["DUMPS": files.path(""), "SWIFT_BACKTRACE": "enable=no"])
    defer { scaler.kill() }
    let process = "/proc/\(scaler.processIdentifier)"
    let limits = try String(contentsOfFile: "\(process)/limits", encoding: .utf8)
    let line = limits.split(separator: "\n").first { $0.hasPrefix("Max core file size") }
    #expect(line?.split(separator: " ").dropFirst(4).prefix(2).map(String.init) == ["0", "0"])
    // The kernel may hand dumps to a program instead: without anybody's memory in them.
    let filter = try String(contentsOfFile: "\(process)/coredump_filter", encoding: .utf8)
    #expect(filter == "00000000\n")
    scaler.send(SIGSEGV)
    #expect(try await scaler.exitCode(within: .seconds(30)) != 0)
    let left = try FileManager.default.contentsOfDirectory(atPath: files.path(""))
    #expect(Set(left) == ["config.yaml", "token"], "\(left)")
    #expect(Self.leaks(scaler.errors.joined(separator: "\n")).isEmpty)
  }

  @Test(arguments: ["text", "json"])
  func `No secret is in what check prints, which uses the profiles`(output: String) async throws {
    let server = try Self.echo()
    defer { server.stop() }
    let files = try SourceServers.Files()
    let config = try Self.configuration(server, files)
    let manifests = Self.profiles.map { profile in
      """
      apiVersion: keda.sh/v1alpha1
      kind: ScaledObject
      metadata: {name: \(profile), namespace: inference}
      spec:
        scaleTargetRef: {name: llm}
        triggers:
          - type: external
            metadata:
              scalerAddress: keda-burst-scaler.keda:6000
              profile: \(profile)
              queueDepthQuery: fail
              queueDepthThreshold: "50"
      """
    }
    let process = try LineProcess(
      ScalerProcess.executable,
      ["check", "--config", config, "--output", output, "-f", "-"],
      input: manifests.joined(separator: "\n---\n"))
    #expect(try await process.exitCode() == 1)
    let text = (process.output + process.errors).joined(separator: "\n")
    #expect(Self.leaks(text).isEmpty)
    #expect(text.contains("(hidden)"))
    #expect(text.contains("cannot connect"))
  }

  @Test func `check holds a ScaledObject to the profiles and addresses of the server`() async throws
  {
    let server = try ScriptedHTTPServer { request, connection in
      connection.answer(text: SourceServers.answer(request.header("X-Key") == "a" ? 100 : 0))
    }
    defer { server.stop() }
    let files = try SourceServers.Files()
    let config = try files.write(
      "config.yaml",
      """
      allowedServerAddresses: []
      profiles:
        main: {address: "\(server.address)", headers: {X-Key: a}, namespaces: [inference]}
      """)
    func check(_ namespace: String, _ key: String) async throws -> (Int32, String) {
      let manifest = """
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: {name: llm, namespace: \(namespace)}
        spec:
          scaleTargetRef: {name: llm}
          triggers:
            - type: external
              metadata:
                scalerAddress: keda-burst-scaler.keda:6000
                \(key)
                queueDepthQuery: queue_depth
                queueDepthThreshold: "50"
        """
      let process = try LineProcess(
        ScalerProcess.executable, ["check", "--config", config, "-f", "-"], input: manifest)
      let code = try await process.exitCode()
      return (code, (process.output + process.errors).joined(separator: "\n"))
    }
    let member = try await check("inference", "profile: main")
    #expect(member.0 == 0, "\(member.1)")
    #expect(member.1.contains("100"), "\(member.1)")
    let stranger = try await check("other", "profile: main")
    #expect(stranger.0 == 1)
    #expect(stranger.1.contains("may not be used from namespace \"other\""))
    let address = try await check("inference", "serverAddress: http://prometheus.monitoring")
    #expect(address.0 == 1)
    #expect(address.1.contains("permitted are: none"), "\(address.1)")
  }
}
