import AdminServer
import Foundation
import ScalingEngine
import Synchronization
import TestSupport
import Testing

struct MetricsTests {
  private static let odd = "we\\ird \"name\"\nwith a line"

  private static func shown() -> Shown {
    let busy = FakeTrigger("inference", "llm")
    busy.publish(.success(FakeTrigger.panic), journalAt: 1000)
    let second = FakeTrigger("inference", "llm", spec: FakeTrigger.spec(queue: odd))
    second.publish(.success(FakeTrigger.calm))
    let failing = FakeTrigger("search", odd)
    failing.publish(
      .failure(Undecided(kind: .noData, explanation: "none")), ready: nil, journalAt: 1000)
    let shown = Shown([busy, second, failing, FakeTrigger("waiting", "new")])
    shown.counters.withLock {
      $0.calls = [
        .init(method: "/externalscaler.ExternalScaler/GetMetrics", started: 7, finished: ["OK": 6]),
        .init(method: "", started: 1, finished: ["UNIMPLEMENTED": 1]),
      ]
      $0.sourceRequestsFailed = ["timeout": 3]
      $0.sourceRequestsSkipped = ["stillRunning": 1]
    }
    return shown
  }

  @Test func `the decision of each external trigger is there, and what is unknown is absent`()
    async throws
  {
    try await withStatusServer(Self.shown()) { client in
      let llm =
        #"{scaledobject_namespace="inference",scaledobject="llm",external_trigger="1""#
      var text = ""
      try await eventually {
        text = try await client.get("/metrics").body
        return text.contains("decision_changes_total{")
      }
      func has(_ line: String) -> Bool { text.contains("\nkeda_burst_scaler_\(line)\n") }
      #expect(has("desired_replicas\(llm)} 20"))
      #expect(has("ready_replicas\(llm)} 2"))
      #expect(has("active\(llm)} 1"))
      #expect(has("undecided\(llm)} 0"))
      #expect(has("mode\(llm),mode=\"panic\"} 1"))
      #expect(has("mode\(llm),mode=\"stable\"} 0"))
      #expect(has("trigger_demand_replicas\(llm),trigger=\"queue\"} 20"))
      #expect(has("decision_changes_total\(llm),reason=\"panic\"} 1"))
      #expect(has(#"desired_replicas\#(llm.replacing("\"1\"", with: "\"2\""))} 2"#))
      #expect(!text.contains(#"current_replicas{"#))
      #expect(!text.contains(#"desired_replicas{scaledobject_namespace="search""#))
      #expect(
        text.contains(
          #"undecided{scaledobject_namespace="search",scaledobject="we\\ird \"name\"\nwith a line""#
        ))
      #expect(has("external_triggers 4"))
      #expect(has(#"grpc_calls_started_total{method="unknown"} 1"#))
    }
  }

  @Test func `promtool finds nothing wrong`() async throws {
    try await withStatusServer(Self.shown()) { client in
      let text = try await client.get("/metrics").body
      let promtool = ChildProcess()
      promtool.executableURL = URL(filePath: "/usr/bin/promtool")
      promtool.arguments = ["check", "metrics"]
      let (input, output) = (Pipe(), Pipe())
      promtool.standardInput = input
      promtool.standardOutput = output
      promtool.standardError = output
      try promtool.run()
      input.fileHandleForWriting.write(Data(text.utf8))
      try input.fileHandleForWriting.close()
      let words = try output.fileHandleForReading.readToEnd() ?? Data()
      promtool.waitUntilExit()
      #expect(String(decoding: words, as: UTF8.self) == "")
      #expect(promtool.terminationStatus == 0)
    }
  }

  @Test func `OpenMetrics is given to who asks for it`() async throws {
    try await withStatusServer(Self.shown()) { client in
      let answer = try await client.get(
        "/metrics", ["Accept: application/openmetrics-text;version=1.0.0,text/plain;q=0.5"])
      #expect(
        answer.headers["content-type"]
          == "application/openmetrics-text; version=1.0.0; charset=utf-8")
      #expect(answer.body.hasSuffix("\n# EOF\n"))
      #expect(answer.body.contains("# TYPE keda_burst_scaler_grpc_calls_started counter\n"))
      #expect(answer.body.contains("\nkeda_burst_scaler_grpc_calls_started_total{"))
      let plain = try await client.get("/metrics")
      #expect(plain.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
      #expect(!plain.body.contains("# EOF"))
    }
  }

  @Test func `a real Prometheus scrapes it`() async throws {
    try await withStatusServer(Self.shown()) { client in
      let prometheus = try await PrometheusProcess(scraping: [client.port])
      defer { prometheus.remove() }
      let query = "keda_burst_scaler_desired_replicas%7Bscaledobject=%22llm%22%7D"
      let reader = AdminClient(port: prometheus.port)
      try await eventually {
        let body = try await reader.get("/api/v1/query?query=\(query)").body
        return body.contains(#""external_trigger":"1""#) && body.contains(#""20"]"#)
      }
      let up = try await reader.get("/api/v1/query?query=up").body
      #expect(up.contains(#""1"]"#))
    }
  }

  @Test func `triggers beyond the limit have no series and are counted`() async throws {
    let triggers = (1...5).map { FakeTrigger("inference", "llm-\($0)") }
    for trigger in triggers { trigger.publish(.success(FakeTrigger.calm)) }
    var limits = StatusServerConfiguration.Limits()
    limits.triggersWithSeries = 2
    try await withStatusServer(Shown(triggers), limits: limits) { client in
      let text = try await client.get("/metrics").body
      #expect(text.contains("\nkeda_burst_scaler_external_triggers_without_series 3\n"))
      #expect(text.contains("llm-2"))
      #expect(!text.contains("llm-3"))
    }
  }

  @Test func `docs/api.md names every metric and no other`() async throws {
    try await withStatusServer(Self.shown()) { client in
      let text = try await client.get("/metrics").body
      let served = Set(
        text.split(separator: "\n").filter { $0.hasPrefix("# TYPE ") }
          .map { String($0.split(separator: " ")[2]) })
      let documented = Set(
        try APIDocument.text().matches(of: #/\| `((?:keda_burst_scaler|process)_\w+)` \|/#)
          .map { String($0.1) })
      #expect(served == documented)
    }
  }
}
