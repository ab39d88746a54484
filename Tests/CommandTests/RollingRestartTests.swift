import Foundation
import TestSupport
import Testing

/// An upgrade as a Deployment does it: one replica after the other is told to end and replaced.
@Suite(.serialized, .timeLimit(.minutes(3))) struct RollingRestartTests {
  private struct Seen: Decodable {
    var values: [String: Int]
    var failures: [String: Int]
    var streamEnds: [String: Int]
    var streamOpens: Int
    var longestGap: Double
  }

  private static func newest(_ client: LineProcess) -> Seen? {
    client.output.last.flatMap { try? JSONDecoder().decode(Seen.self, from: Data($0.utf8)) }
  }

  @Test func `A rolling restart fails no call, ends streams with OK and changes no decision`()
    async throws
  {
    let queue = try await ScrapedQueue(500)
    defer { queue.remove() }
    let ports = [try ScalerProcess.freePorts(), try ScalerProcess.freePorts()]
    func start(_ index: Int) async throws -> LineProcess {
      try await ScalerProcess.start(
        shell: "exec \"$@\"", ports: ports[index], ["--prometheus", queue.prometheus.address])
    }
    var replicas = [try await start(0), try await start(1)]
    defer { for one in replicas { one.kill() } }
    let client = try InteropProgram.python(
      "rolling.py",
      [
        "--address", ports.map { "127.0.0.1:\($0.grpc)" }.joined(separator: ","), "--metadata",
        """
        {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
         "stableWindow": "30s", "scaleDownDelay": "120s"}
        """,
      ])
    defer { client.kill() }
    try await eventually(within: .seconds(30)) { Self.newest(client)?.values["10"] ?? 0 > 20 }
    try await queue.hold(500, scrapes: 4)
    let before = try #require(Self.newest(client))
    // Only the windows of the old replicas know of the burst from here on.
    queue.set(50)
    for index in replicas.indices {
      replicas[index].askToEnd()
      #expect(try await replicas[index].exitCode(within: .seconds(30)) == 0)
      replicas[index] = try await start(index)
      let count = Self.newest(client)?.values["10"] ?? 0
      try await eventually(within: .seconds(30)) {
        Self.newest(client)?.values["10"] ?? 0 > count + 40
      }
    }
    let opens = before.streamOpens
    try await eventually(within: .seconds(30)) { Self.newest(client)?.streamOpens ?? 0 > opens }
    let after = try #require(Self.newest(client))
    print("rolling restart: \(after)")
    let known = Set(before.values.keys)
    #expect(Set(after.values.keys).subtracting(known).isEmpty, "\(after.values)")
    // What a client shows in one reconnect to each of two replicas, and no more.
    let failed = after.failures.values.reduce(0, +) - before.failures.values.reduce(0, +)
    #expect(failed <= 2, "\(after.failures)")
    #expect(Set(after.streamEnds.keys).isSubset(of: ["OK"]), "\(after.streamEnds)")
    #expect(!after.streamEnds.isEmpty)
  }
}
