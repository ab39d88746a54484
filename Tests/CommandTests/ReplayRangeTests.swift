import Foundation
import Testing

/// `replay --prometheus`: against a real Prometheus whose past was written for the test.
@Suite struct ReplayRangeTests {
  /// 2026-01-01T00:00:00Z; the range of most tests is the hour after it.
  private static let start = 1_767_225_600
  private static let hour = ["--from", "2026-01-01T00:00:00Z", "--to", "2026-01-01T01:00:00Z"]

  /// An hour before the range and four after its start: 35 requests wait for half an hour and 95
  /// from then on; four replicas run, ten from 00:40 on.
  private static func prometheus(_ arguments: [String] = []) async throws -> RecordedPrometheus {
    let (past, jump, late, end) = (start - 3600, start + 1800, start + 2400, start + 14_400)
    var stretches: [RecordedPrometheus.Stretch] = [
      .init(series: "queue_depth{service=\"llm\"}", seconds: past..<jump, value: 35),
      .init(series: "queue_depth{service=\"llm\"}", seconds: jump..<end, value: 95),
      .init(series: "ready{deployment=\"llm\"}", seconds: past..<late, value: 4),
      .init(series: "ready{deployment=\"llm\"}", seconds: late..<end, value: 10),
    ]
    for pod in 0..<3 {
      stretches.append(
        .init(series: "busy{pod=\"llm-\(pod)\"}", seconds: past..<end, value: 40 + 10 * Double(pod))
      )
    }
    return try await RecordedPrometheus(stretches, arguments: arguments)
  }

  private static let plain = [
    "--set", "queueDepthQuery=sum(queue_depth)", "--set", "queueDepthThreshold=10", "--set",
    "replicasQuery=ready", "--set", "forecast=off",
  ]

  private struct Document: Decodable {
    struct Replicas: Decodable {
      var replicaHours: Double
      var max: Int
      var changes: Int
      var knownShare: Double
      var series: [Int?]?
    }
    struct Note: Decodable {
      var text: String
      var count: Int
    }
    struct Row: Decodable {
      var configuration: String
      var wanted: Replicas
      var undecidedSeconds: Int
      var waitingSeconds: Int?
      var queueKnownSeconds: Int?
      var notes: [Note]
      var triggers: [String: [Double?]]?
    }
    var openLoop: Bool
    var ran: Replicas
    var configurations: [Row]
  }

  private func json(_ run: ReplayRun) throws -> Document {
    #expect(run.exitCode == 0, "\(run.errors)")
    return try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
  }

  /// By hand: ⌈35 ÷ 10⌉ = 4 replicas for half an hour and ⌈95 ÷ 10⌉ = 10 for the other half are
  /// 7.00 replica-hours; 4 ran for 40 minutes and 10 for 20, which are 6.00.
  @Test func `what would have been asked for stands next to what really ran`() async throws {
    let prometheus = try await Self.prometheus()
    let run = try ReplayRun(["--prometheus", prometheus.address] + Self.hour + Self.plain)
    #expect(run.exitCode == 0 && run.errors.isEmpty, "\(run.errors)")
    #expect(
      run.row("what really ran") == [
        "what really ran", "6.00", "6.0", "10", "1", "0", "–", "100.0 %",
      ])
    let engine = run.row("engine")
    #expect(engine.count == 8 && Array(engine[0..<6]) == ["engine", "7.00", "7.0", "10", "1", "0"])
    #expect(run.output.contains("every 1s, from \(prometheus.address)"))
    #expect(run.output.contains("requests waited for 1h; in 10m of it this would have asked for"))
    #expect(run.output.contains("Open loop: the fleet of that time did not react"))
  }

  @Test func `a range too long for one answer is asked in parts`() async throws {
    // More values than this are refused by the server, so that parts have to be halved too.
    let prometheus = try await Self.prometheus(["--query.max-samples=4000"])
    let run = try ReplayRun(
      ["--prometheus", prometheus.address, "--from", "2026-01-01", "--to", "1767240000"]
        + Self.plain
        + ["--output", "json", "--series"])
    let document = try json(run)
    #expect(document.openLoop)
    #expect(document.ran.series?.count == 14_400)
    // Half an hour of 4 and three and a half of 10; 40 minutes of 4 and 200 of 10.
    #expect(abs((document.configurations.first?.wanted.replicaHours ?? 0) - 37) < 1e-9)
    #expect(abs(document.ran.replicaHours - 36) < 1e-9)
    #expect(document.configurations.first?.wanted.changes == 1)
    let queue = document.configurations.first?.triggers?["queueDepth"]
    #expect(queue?[1799] == .some(35) && queue?[1800] == .some(95))
  }

  @Test func `without replicasQuery the distinct series are what ran`() async throws {
    let prometheus = try await Self.prometheus()
    let run = try ReplayRun(
      ["--prometheus", prometheus.address] + Self.hour + [
        "--set", "gpuUtilizationQuery=busy", "--set", "gpuUtilizationThreshold=50", "--set",
        "forecast=off", "--output", "json", "--series",
      ])
    let document = try json(run)
    // 40 + 50 + 60 percent over 50 are three replicas, and three ran.
    #expect(document.ran.replicaHours == 3)
    #expect(document.configurations.first?.wanted.replicaHours == 3)
    #expect(document.configurations.first?.triggers?["gpuUtilization"]?.first == .some(50))
  }

  @Test func `a time without data is undecided and explained, never a number`() async throws {
    let prometheus = try await Self.prometheus()
    let run = try ReplayRun(
      ["--prometheus", prometheus.address, "--from", "2025-12-31T22:00:00Z", "--to"]
        + ["2026-01-01T00:00:00Z", "--step", "10s"] + Self.plain + ["--output", "json", "--series"])
    let document = try json(run)
    // The first of two hours holds nothing at all.
    let row = try #require(document.configurations.first)
    #expect(document.ran.knownShare == 0.5 && document.ran.replicaHours == 4)
    #expect(row.undecidedSeconds == 3600)
    #expect(row.wanted.replicaHours == 4)
    #expect(row.wanted.series?.first == .some(nil))
    #expect(row.notes.contains { $0.text.contains("no series matches") && $0.count == 360 })
    #expect(row.waitingSeconds == 3600 && row.queueKnownSeconds == 3600)
    let unknown = try ReplayRun(
      ["--prometheus", prometheus.address, "--from", "2025-12-31T22:00:00Z", "--to"]
        + ["2025-12-31T22:20:00Z", "--step", "10s"] + Self.plain)
    #expect(
      unknown.output.contains(
        "the queue depth is not known in this range: nothing can be said of waiting"))
  }

  @Test func `a ScaledObject brings its queries and bounds, and settings compare`() async throws {
    let prometheus = try await Self.prometheus()
    let folder = try ReplayFolder()
    try folder.write(
      "so.yaml",
      """
      apiVersion: keda.sh/v1alpha1
      kind: ScaledObject
      metadata: {name: llm}
      spec:
        scaleTargetRef: {name: llm}
        minReplicaCount: 2
        maxReplicaCount: 8
        triggers:
          - type: external-push
            metadata:
              scalerAddress: keda-burst-scaler.keda.svc:6000
              queueDepthQuery: sum(queue_depth)
              queueDepthThreshold: "10"
              replicasQuery: ready
              forecast: "off"
      """)
    let arguments =
      ["--prometheus", prometheus.address, "-f", "so.yaml"] + Self.hour + [
        "--compare", "engine", "--compare", "lazy:engine,queueDepthThreshold=50", "--html",
        "r.html",
      ]
    let run = try ReplayRun(arguments, in: folder)
    #expect(run.output.contains("; 2 to 8 replicas\n"), "\(run.errors)")
    // 4 and then 8 instead of 10: 6.00; one replica is cut up to 2, and 95 ÷ 50 are 2: 2.00.
    #expect(run.row("engine").dropFirst().first == "6.00")
    #expect(run.row("lazy").dropFirst().first == "2.00")
    let page = try folder.text("r.html")
    #expect(page.contains("Open loop: the fleet of that time"))
    #expect(page.ranges(of: "<figure").count == 5)
    let again = try ReplayRun(arguments, in: folder)
    #expect(again.output == run.output)
    #expect(try folder.text("r.html") == page)
  }

  @Test func `what a server refuses or is not is said with the query`() async throws {
    let prometheus = try await Self.prometheus()
    let refused = try ReplayRun(
      ["--prometheus", prometheus.address] + Self.hour + [
        "--set", "queueDepthQuery=rate(queue_depth)", "--set", "queueDepthThreshold=1",
      ])
    #expect(refused.exitCode == 1)
    #expect(refused.errors.contains("query \"rate(queue_depth)\": the server refused the query"))
    let elsewhere = try ReplayRun(
      ["--prometheus", prometheus.address + "/not/here"] + Self.hour + Self.plain)
    #expect(elsewhere.exitCode == 1)
    #expect(elsewhere.errors.contains("status 404; is this a Prometheus?"), "\(elsewhere.errors)")
    let nobody = try ReplayRun(
      ["--prometheus", "http://127.0.0.1:1"] + Self.hour + Self.plain)
    #expect(nobody.exitCode == 1)
    #expect(nobody.errors.contains("cannot connect to http://127.0.0.1:1"))
  }

  @Test(arguments: [
    (["--prometheus", "http://x"], "needs --from"), (["--from", "now-1h"], "--prometheus URL"),
    (["--prometheus", "x", "--from", "now-1h"], "--prometheus"),
    (["--prometheus", "http://x", "--from", "yesterday"], "\"yesterday\" is not a time"),
    (["--prometheus", "http://x", "--from", "2026-01-01T13:00:00"], "is not a time"),
    (["--prometheus", "http://x", "--from", "2026-01-01 13:00:00"], "is not a time"),
    (["--prometheus", "http://x", "--from", "2026-01-01T13:00Z"], "is not a time"),
    (["--prometheus", "http://x", "--from", "2026-01-01T13:00:00Zulu"], "is not a time"),
    (["--prometheus", "http://x", "--from", "2026-02-30"], "is not a time"),
    (["--prometheus", "http://x", "--from", "2026-02-30T01:00:00Z"], "is not a time"),
    (["--prometheus", "http://x", "--from", "20260101"], "is not a time"),
    (
      ["--prometheus", "http://x", "--from", "now-1h", "--set"]
        + ["triggers=[{name: q, preset: vllm-queue-depth}]", "--set"]
        + ["endpoints=http://10.0.0.1:8000/metrics"], "leave the key out"
    ),
    (["--prometheus", "http://x", "--from", "2026-01-02", "--to", "2026-01-01"], "is not before"),
    (
      ["--prometheus", "http://x", "--from", "2026-01-01T13:00:00.5+0200", "--to"]
        + ["2026-01-01T10:00:00Z"], "2026-01-01 11:00:00 is not before"
    ),
    (["--prometheus", "http://x", "--from", "now-40d"], "at most 31 days"),
    (["--prometheus", "http://x", "--from", "now-1d", "--step", "0.5s"], "--step \"0.5s\""),
    (["--prometheus", "http://x", "--from", "now-1d"], "give -f, --metadata or --set"),
    (["--prometheus", "http://x", "--from", "now-1d", "--load", "step"], "leave out --trace"),
    (["--prometheus", "http://x", "--from", "now-1d", "--header", "x"], "NAME: VALUE"),
    (
      ["--prometheus", "http://x", "--from", "now-1d", "--compare", "keda-queue=5"],
      "where nothing reacts"
    ),
  ])
  func `a wrong range is named with its remedy`(arguments: [String], words: String) throws {
    let run = try ReplayRun(arguments)
    #expect(run.exitCode == 64)
    #expect(run.errors.contains(words), "\(run.errors)")
  }
}
