import Foundation
import TestSupport
import Testing

/// What becomes of a trigger whose server misbehaves, and of the others.
@Suite(.serialized, .timeLimit(.minutes(5))) struct HostileSourceTests {
  /// A way to misbehave, and one of the sentences that the status must hold then.
  private struct Fault {
    var name: String
    var words: [String]
    var script: ScriptedHTTPServer.Script
  }

  private static func status(_ code: Int, _ words: String, headers: [String] = []) -> Fault {
    Fault(name: "status-\(code)", words: ["HTTP \(code), \(words)"]) { _, connection in
      connection.answer(status: code, headers: headers, text: "")
    }
  }

  private static let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n"

  private static let faults: [Fault] = [
    Fault(
      name: "slow-headers",
      words: ["gave no whole answer within 900 ms; a longer \"timeout\" in the trigger metadata"]
    ) { _, connection in
      connection.waitUntilClosed(seconds: 60)
    },
    Fault(name: "slow-body", words: ["gave no whole answer within 900 ms"]) { _, connection in
      connection.send(head + "Content-Length: 100\r\n\r\n{\"status\":")
      connection.waitUntilClosed(seconds: 60)
    },
    Fault(
      name: "endless-body",
      words: ["longer than 8388608 bytes; aggregate in the query", "no whole answer within"]
    ) { _, connection in
      connection.send(head + "\r\n")
      while connection.send(Array(repeating: UInt8(ascii: " "), count: 100_000)) {}
    },
    Fault(
      name: "ten-megabytes",
      words: ["longer than 8388608 bytes; aggregate in the query", "no whole answer within"]
    ) { _, connection in
      connection.answer(body: Array(repeating: UInt8(ascii: " "), count: 10_000_000))
    },
    Fault(name: "wrong-length", words: ["broke"]) { _, connection in
      connection.send(head + "Content-Length: 1000\r\n\r\n" + SourceServers.answer(1))
      connection.end()
    },
    Fault(name: "truncated", words: ["not what the query API writes: at byte 63"]) {
      _, connection in
      connection.answer(text: String(SourceServers.answer(1).dropLast(5)))
    },
    Fault(name: "the-past", words: ["is that for 1700000000 (Unix seconds) again"]) {
      _, connection in
      connection.answer(
        text: #"{"status":"success","data":{"resultType":"scalar","result":[1700000000,"100"]}}"#)
    },
    Fault(name: "nested", words: ["not what the query API writes"]) { _, connection in
      connection.answer(text: "{\"data\":" + String(repeating: "[", count: 200_000))
    },
    Fault(name: "redirect", words: ["HTTP 302, the server redirects; give the final address"]) {
      _, connection in
      connection.answer(
        status: 302, headers: ["Location: http://169.254.169.254/latest/meta-data/"], text: "")
    },
    status(401, "the server wants other credentials; check the profile"),
    status(403, "the server wants other credentials; check the profile"),
    status(429, "the server has too many requests", headers: ["Retry-After: 3"]),
    status(500, "the server gave no reason"),
    status(503, "the server gave no reason", headers: ["Retry-After: 100000"]),
    Fault(name: "reset", words: ["broke", "no whole answer within"]) { _, connection in
      connection.reset()
    },
  ]

  private static func good() throws -> ScriptedHTTPServer {
    try ScriptedHTTPServer { _, connection in connection.answer(text: SourceServers.answer(100)) }
  }

  private static func trigger(_ name: String, _ more: [String: String]) -> [String: String] {
    [
      "name": name, "queueDepthQuery": "queue_depth", "queueDepthThreshold": "50",
      "forecast": "off",
    ].merging(more) { $1 }
  }

  private static func ask(
    _ scaler: ScalerProcess, _ triggers: [[String: String]]
  ) throws -> LineProcess {
    let json = String(decoding: try JSONEncoder().encode(triggers), as: UTF8.self)
    return try InteropProgram.python(
      "statuses.py", ["--address", scaler.address, "--metadata", json])
  }

  /// What each trigger was told in the newest round.
  private static func newest(_ client: LineProcess) -> [String: [String]] {
    guard let line = client.output.last else { return [:] }
    return (try? JSONDecoder().decode([String: [String]].self, from: Data(line.utf8))) ?? [:]
  }

  /// The status page's list.
  private static func shown(_ scaler: ScalerProcess) async throws -> [[String: Any]] {
    let port = try #require(UInt16(scaler.adminAddress.split(separator: ":").last ?? ""))
    let answer = try await LoopbackSocket.get(port: port, target: "/api/v1/scaledobjects")
    let body = answer.firstRange(of: "\r\n\r\n").map { answer[$0.upperBound...] } ?? ""
    let json = try JSONSerialization.jsonObject(with: Data(body.utf8))
    return ((json as? [String: Any])?["scaledObjects"] ?? json) as? [[String: Any]] ?? []
  }

  /// Waits until every trigger but `good` is told UNAVAILABLE for one of its reasons, and sees that
  /// `good` is never told anything but its value.
  private static func check(
    _ expected: [String: [String]], _ scaler: ScalerProcess, _ client: LineProcess
  ) async throws {
    var oldest = 0
    func isWellTold() -> [String] {
      let told = newest(client)
      return expected.filter { name, words in
        guard let one = told[name], one.first == "UNAVAILABLE" else { return true }
        return !words.contains { one.last?.contains($0) == true }
      }.keys.sorted()
    }
    do {
      try await eventually(within: .seconds(40)) {
        for object in try await shown(scaler) where object["name"] as? String == "good" {
          oldest = max(oldest, object["dataAgeSeconds"] as? Int ?? 0)
        }
        return isWellTold().isEmpty
      }
    } catch {
      Issue.record("not as expected: \(isWellTold()): \(newest(client)) \(client.errors)")
    }
    #expect(oldest < 2)
    let rounds = client.output.compactMap {
      try? JSONDecoder().decode([String: [String]].self, from: Data($0.utf8))
    }
    let good = rounds.compactMap { $0["good"] }.drop { $0.first != "OK" }
    #expect(!good.isEmpty)
    #expect(good.allSatisfy { $0 == ["OK", "2"] }, "\(good)")
    for name in expected.keys {
      #expect(rounds.allSatisfy { $0[name]?.first != "OK" }, "\(name) was told a number")
    }
    for object in try await shown(scaler) {
      guard let name = object["name"] as? String, let words = expected[name] else { continue }
      let remarks = (object["remarks"] as? [String] ?? []).joined(separator: "\n")
      #expect(words.contains { remarks.contains($0) }, "\(name): \(remarks)")
    }
  }

  private static func peakMegabytes(_ process: LineProcess) throws -> Int {
    let status = try String(
      contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)
    let line = status.split(separator: "\n").first {
      $0.hasPrefix("VmHWM:") || $0.hasPrefix("VmRSS:")
    }
    let kilobytes = line?.split(separator: " ").dropLast().last.flatMap { Int($0) }
    return try #require(kilobytes) / 1024
  }

  @Test
  func `Each fault has its reason, KEDA is told UNAVAILABLE, and another trigger sees nothing`()
    async throws
  {
    let good = try Self.good()
    defer { good.stop() }
    var triggers = [Self.trigger("good", [:])]
    var expected: [String: [String]] = [:]
    var servers: [ScriptedHTTPServer] = []
    defer { for server in servers { server.stop() } }
    for fault in Self.faults {
      let server = try ScriptedHTTPServer(script: fault.script)
      servers.append(server)
      triggers.append(Self.trigger(fault.name, ["serverAddress": server.address]))
      expected[fault.name] = fault.words
    }
    let nobody = try LoopbackSocket.freePort()
    triggers.append(Self.trigger("refused", ["serverAddress": "http://127.0.0.1:\(nobody)"]))
    expected["refused"] = ["is it running, and is the port right?"]
    triggers.append(Self.trigger("no-name", ["serverAddress": "http://no-such-service.nowhere"]))
    expected["no-name"] = ["cannot resolve the host", "no connection to"]
    let files = try SourceServers.Files()
    let config = try files.write(
      "config.yaml", "allowedServerAddresses: [in-cluster, 127.0.0.1]\n")
    let scaler = try await ScalerProcess(["--prometheus", good.address, "--config", config])
    defer { scaler.kill() }
    let client = try Self.ask(scaler, triggers)
    defer { client.kill() }
    try await Self.check(expected, scaler, client)
    let peak = try Self.peakMegabytes(scaler.process)
    print("peak memory beside \(expected.count) hostile servers: \(peak) MB")
    #expect(peak < 300)
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `A server's certificate is checked, and ours is shown where the profile has one`()
    async throws
  {
    let files = try SourceServers.Files()
    try await SourceServers.makeCertificates(in: files)
    let (process, ports) = try await SourceServers.startTLS(
      ["good", "other", "expired", "own"], in: files)
    defer { process.kill() }
    let plain = try Self.good()
    defer { plain.stop() }
    func profile(_ name: String, _ server: String, client: Bool = false) -> String {
      let shown =
        client
        ? ", certFile: \(files.path("client.crt")), keyFile: \(files.path("client.key"))" : ""
      return """
          \(name):
            address: https://127.0.0.1:\(ports[server] ?? 0)
            tls: {caFile: \(files.path("ca.crt"))\(shown)}

        """
    }
    let config = try files.write(
      "config.yaml",
      "profiles:\n" + profile("mutual", "good", client: true) + profile("nameless", "good")
        + profile("other", "other") + profile("expired", "expired") + profile("own", "own"))
    let scaler = try await ScalerProcess(["--prometheus", plain.address, "--config", config])
    defer { scaler.kill() }
    let names = ["mutual", "nameless", "other", "expired", "own"]
    let client = try Self.ask(
      scaler, [Self.trigger("good", [:])] + names.map { Self.trigger($0, ["profile": $0]) })
    defer { client.kill() }
    try await Self.check(
      [
        "nameless": ["certificate required", "TLS with", "broke"],
        "other": ["no alternative certificate subject name matches"],
        "expired": ["certificate has expired"], "own": ["self-signed", "self signed"],
      ], scaler, client)
    #expect(Self.newest(client)["mutual"] == ["OK", "1"])
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test
  func `A namespace that is not on the list is PERMISSION_DENIED, and so is a loopback address`()
    async throws
  {
    let good = try Self.good()
    defer { good.stop() }
    let other = try Self.good()
    defer { other.stop() }
    let files = try SourceServers.Files()
    let config = try files.write(
      "config.yaml",
      """
      prometheus: \(good.address)
      profiles:
        mimir: {address: "\(good.address)/mimir", namespaces: [team-*]}
      """)
    let scaler = try await ScalerProcess(["--config", config])
    defer { scaler.kill() }
    let triggers = [
      Self.trigger("good", [:]),
      Self.trigger("member", ["profile": "mimir", "namespace": "team-a"]),
      Self.trigger("stranger", ["profile": "mimir", "namespace": "other"]),
      Self.trigger("typo", ["profile": "mimr", "namespace": "team-a"]),
      Self.trigger("loopback", ["serverAddress": other.address]),
      Self.trigger("metadata", ["serverAddress": "http://169.254.169.254"]),
    ]
    let client = try Self.ask(scaler, triggers)
    defer { client.kill() }
    try await eventually(within: .seconds(20)) {
      let told = Self.newest(client)
      return told["member"]?.first == "OK" && told["good"]?.first == "OK"
    }
    let told = Self.newest(client)
    #expect(
      told["stranger"] == [
        "PERMISSION_DENIED",
        "profile \"mimir\" may not be used from namespace \"other\"; ask the operator of the scaler "
          + "to add the namespace to the profile's \"namespaces\"",
      ])
    #expect(told["typo"]?.first == "INVALID_ARGUMENT")
    #expect(told["typo"]?.last?.contains("did you mean \"mimir\"?") == true)
    #expect(told["loopback"]?.first == "PERMISSION_DENIED")
    #expect(told["loopback"]?.last?.contains("permitted are: in-cluster Service names") == true)
    #expect(told["metadata"]?.first == "PERMISSION_DENIED")
    #expect(other.acceptedCount == 0)
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
