import Foundation
import TestSupport
import Testing

@testable import keda_burst_scaler

/// Every limit that somebody outside can reach is reached: what they are told, what is counted and
/// logged, and that another trigger sees nothing of it.
@Suite(.serialized, .timeLimit(.minutes(5))) struct LimitTests {
  private struct Told: Decodable {
    var metadataKeys, metadataBytes, triggersPerList, endpointsPerTrigger, queryBytes: String
    var listDepth, grpcMessageBytes, grpcHeaderBytes, rememberedRefusals: String
    var externalTriggers, grpcStreams: [String: Int]
    var grpcConnections: Int
  }

  private struct Report: Decodable {
    var told: Told
    var good: [String: Int]
  }

  /// The counts of `keda_burst_scaler_limit_reached_total` by limit.
  private static func reached(_ scaler: ScalerProcess) async throws -> [String: Int] {
    let port = try #require(UInt16(scaler.adminAddress.split(separator: ":").last ?? ""))
    let page = try await LoopbackSocket.get(port: port, target: "/metrics")
    let prefix = "keda_burst_scaler_limit_reached_total{limit=\""
    return page.split(whereSeparator: \.isNewline).filter { $0.hasPrefix(prefix) }
      .reduce(into: [:]) { counts, line in
        let parts = line.dropFirst(prefix.count).split(separator: "\"} ")
        if parts.count == 2 { counts[String(parts[0])] = Int(parts[1]) }
      }
  }

  private static let trigger = """
    {"queueDepthQuery": "vector(120)", "queueDepthThreshold": "50", "forecast": "off"}
    """

  @Test func `A caller that goes beyond a limit is told, counted and logged once, and alone`()
    async throws
  {
    let prometheus = try await PrometheusProcess()
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess([
      "--prometheus", prometheus.address, "--max-connections", "20", "--max-streams", "10",
      "--max-scaled-objects", "5", "--log-lines-per-second", "5",
    ])
    defer { scaler.kill() }
    let client = try InteropProgram.python(
      "limits.py",
      [
        "--address", scaler.address, "--metadata", Self.trigger, "--connections", "30",
        "--streams", "12", "--triggers", "8",
      ])
    defer { client.kill() }
    #expect(try await client.exitCode() == 0, "\(client.errors)")
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    let line = try #require(client.output.last, "\(client.errors)")
    let report = try decoder.decode(Report.self, from: Data(line.utf8))
    Self.check(report.told)
    #expect(Set(report.good.keys) == ["3"], "\(report.good)")
    let counts = try await Self.reached(scaler)
    let names = [
      "metadata_keys", "metadata_bytes", "triggers_per_list", "endpoints_per_trigger",
      "query_bytes", "list_depth", "grpc_message_bytes", "external_triggers", "grpc_streams",
      "grpc_connections", "remembered_refusals", "log_lines_per_second",
    ]
    for name in names { #expect(counts[name, default: 0] > 0, "\(name): \(counts)") }
    #expect(counts["grpc_streams"] == 2)
    #expect(counts["external_triggers"] == 4)
    try await eventually(within: .seconds(20)) {
      names.allSatisfy { name in scaler.log.contains { $0.contains("limit=\(name) ") } }
    }
    for name in names {
      #expect(scaler.log.count { $0.contains("limit=\(name) ") } == 1, "\(name)")
    }
    #expect(try await scaler.terminate().exitCode == 0)
  }

  private static func check(_ told: Told) {
    #expect(told.metadataKeys.hasPrefix("RESOURCE_EXHAUSTED: "))
    #expect(told.metadataBytes.hasPrefix("INVALID_ARGUMENT: trigger metadata has 140"))
    #expect(
      told.triggersPerList.hasPrefix(
        "INVALID_ARGUMENT: trigger metadata \"triggers\" has 33 entries; use at most 32"))
    #expect(told.endpointsPerTrigger.contains("names 65 addresses; use at most 64"))
    #expect(told.queryBytes.contains("is longer than 16384 bytes"))
    #expect(told.listDepth.contains("is nested deeper than 64 in line 1"))
    #expect(told.grpcMessageBytes.hasPrefix("RESOURCE_EXHAUSTED: "))
    #expect(told.grpcHeaderBytes != "OK")
    #expect(told.rememberedRefusals.hasPrefix("INVALID_ARGUMENT: "))
    #expect(
      told.externalTriggers == [
        "OK": 4, "RESOURCE_EXHAUSTED: 5 triggers are served already; raise --max-scaled-objects": 4,
      ])
    #expect(told.grpcStreams == ["OPEN": 10, "RESOURCE_EXHAUSTED": 2])
    // One connection is the caller's own, and another may be.
    #expect((18...19).contains(told.grpcConnections))
  }

  @Test func `A source that answers too much or too slowly reaches a limit, and others are asked`()
    async throws
  {
    let servers = try LimitedSources()
    defer { servers.stop() }
    let triggers = servers.triggers
    let files = try SourceServers.Files()
    let config = try files.write("config.yaml", "allowedServerAddresses: [127.0.0.1]\n")
    let scaler = try await ScalerProcess(["--config", config])
    defer { scaler.kill() }
    let json = String(decoding: try JSONEncoder().encode(triggers), as: UTF8.self)
    let client = try InteropProgram.python(
      "statuses.py", ["--address", scaler.address, "--metadata", json])
    defer { client.kill() }
    let names = triggers.compactMap { $0["name"] }.filter { $0 != "good" }
    do {
      try await eventually(within: .seconds(60)) {
        names.allSatisfy { name in scaler.log.contains { $0.contains("limit=\(name) ") } }
          && Self.rounds(client).last?.values.filter { $0[0] == "UNAVAILABLE" }.count == names.count
      }
    } catch {
      Issue.record("\(try await Self.reached(scaler)) \(client.output.last ?? "")")
    }
    let counts = try await Self.reached(scaler)
    for name in names { #expect(counts[name, default: 0] > 0, "\(name)") }
    let rounds = Self.rounds(client)
    let told = rounds.compactMap { $0["good"] }.drop { $0.first != "OK" }
    #expect(!told.isEmpty && told.allSatisfy { $0 == ["OK", "2"] }, "\(told)")
    #expect(try await scaler.terminate().exitCode == 0)
  }

  /// What each trigger was told, round by round.
  private static func rounds(_ client: LineProcess) -> [[String: [String]]] {
    client.output.compactMap {
      try? JSONDecoder().decode([String: [String]].self, from: Data($0.utf8))
    }
  }

  @Test func `docs/limits.md lists every limit with its value`() throws {
    let file = LineProcess.root.appending(path: "docs/limits.md")
    let sources = try SettingSources(flags: [:], environment: [:], fileText: nil, fileName: nil)
    let catalogue = LimitCatalogue(try ServerSettings(sources, isDemo: false))
    let expected = LimitReference(catalogue: catalogue).text
    if ProcessInfo.processInfo.environment["UPDATE_DOCS"] == "1" {
      try Data(expected.utf8).write(to: file)
    }
    let written = try String(contentsOf: file, encoding: .utf8)
    #expect(
      written == expected, "not current: UPDATE_DOCS=1 swift test --filter LimitTests")
  }

  @Test func `A limit is told when it begins to be reached, and again after a quiet minute`() {
    var news = LimitNews(quietSeconds: 60)
    let seen = [("a", 0, 0), ("a", 1, 1), ("a", 1, 2), ("a", 9, 61), ("a", 9, 100), ("a", 10, 122)]
    let told = seen.map { name, count, second in news.isNews(name, count: count, at: second) }
    #expect(told == [false, true, false, false, false, true])
    let isOtherTold = news.isNews("b", count: 1, at: 122)
    #expect(isOtherTold)
  }

  @Test func `A flood of one sentence drops lines of that sentence, and says how many`() {
    var gate = LogGate(linesPerSecond: 2)
    let start = ContinuousClock.now
    func judge(_ sentence: String, after milliseconds: Int = 0) -> LogGate.Verdict {
      gate.judge(sentence, at: start + .milliseconds(milliseconds))
    }
    let flood = (0..<25).map { _ in judge("a") }
    #expect(flood.prefix(20).allSatisfy { $0 == .write(droppedBefore: 0) })
    #expect(flood.dropFirst(20).allSatisfy { $0 == .drop })
    #expect(judge("b") == .write(droppedBefore: 0))
    #expect(judge("a", after: 500) == .write(droppedBefore: 5))
    #expect(judge("a", after: 500) == .drop)
    #expect(gate.droppedCount == 6)
  }
}
