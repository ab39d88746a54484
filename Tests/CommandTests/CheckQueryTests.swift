import Foundation
import TestSupport
import Testing

/// `check` with a real Prometheus: what matched, the decision now, and what only answers can show.
@Suite(.serialized) struct CheckQueryTests {
  /// A Prometheus that has scraped two full pods and 1000 requests waiting.
  private static func withPrometheus(
    _ body: (PrometheusProcess) async throws -> Void
  ) async throws {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    for pod in 0..<2 { exporter.set("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",pod=\"llm-\(pod)\"}", 100) }
    exporter.set("queue_depth{service=\"llm\"}", 1000)
    exporter.set("vllm:num_requests_waiting{pod=\"llm-0\",namespace=\"inference\"}", 5)
    exporter.set("vllm_num_requests_waiting{pod=\"llm-0\",namespace=\"inference\"}", 5)
    exporter.set(
      "kube_service_info{namespace=\"keda\",service=\"keda-burst-scaler\",cluster_ip=\"None\"}", 1)
    exporter.set(
      "kube_service_info{namespace=\"keda\",service=\"vip\",cluster_ip=\"10.96.0.7\"}", 1)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    let scraped = exporter.scrapeCount
    try await eventually { exporter.scrapeCount >= scraped + 2 }
    try await body(prometheus)
  }

  @Test func `Matched series, readings and the decision now are shown`() async throws {
    try await Self.withPrometheus { prometheus in
      let (code, file) = try await CheckedFile.checking(
        CheckManifest.clean, ["--prometheus", prometheus.address])
      #expect(code == 0)
      #expect(file.findings.isEmpty, "\(file.findings)")
      let trigger = try #require(file.scaledObjects.first?.triggers.first)
      #expect(trigger.queries.map(\.name) == ["gpuUtilization", "queueDepth"])
      #expect(trigger.queries.map(\.series) == [2, 1])
      #expect(
        trigger.queries.map(\.reading) == [
          "200.0 % summed over 2 replica(s), each the mean of its series", "a total of 1000.0",
        ])
      #expect(trigger.queries[0].examples[0].contains("llm-0"))
      #expect(trigger.decision?.desiredReplicas == 20)
      #expect(
        trigger.decision?.reasons.first == "\"queueDepth\" asks for 20 replicas at a target value "
          + "of 50")

      let text = try await CommandRun(
        ["check", "--prometheus", prometheus.address, "-f", "-"], input: CheckManifest.clean)
      #expect(text.code == 0)
      #expect(text.output.contains("    gpuUtilization: 2 series → 200.0 % summed over"))
      #expect(text.output.contains("    decision now: 20 replicas, active\n"))
      #expect(text.output.hasSuffix("1 checked, 0 error(s), 0 warning(s), 0 note(s)\n"))
    }
  }

  @Test func `What only answers can show is found`() async throws {
    try await Self.withPrometheus { prometheus in
      func findings(_ edits: [(String, String)]) async throws -> (Int32, [String: String]) {
        let (code, file) = try await CheckedFile.checking(
          CheckManifest.with(edits), ["--prometheus", prometheus.address])
        let found = file.findings.map { ($0.code, $0.message) }
        return (code, Dictionary(found, uniquingKeysWith: { first, _ in first }))
      }
      let typo = try await findings([("sum(queue_depth)", "queue_deep")])
      #expect(typo.0 == 0)
      #expect(typo.1["no-series"]?.contains("\"queueDepth\" matches no series") == true)
      #expect(typo.1["undecided"] == nil)

      let nothing = try await findings([
        ("sum(queue_depth)", "queue_deep"), ("DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_GPU_UTILS"),
      ])
      #expect(nothing.0 == 1)
      #expect(nothing.1["undecided"] != nil)

      let refused = try await findings([("sum(queue_depth)", "sum(queue_depth")])
      #expect(refused.0 == 1)
      #expect(refused.1["trigger-metadata"] != nil || refused.1["no-answer"] != nil)

      let clusterIP = try await findings([("keda-burst-scaler.keda.svc", "vip.keda.svc")])
      #expect(
        clusterIP.1["address-not-headless"]?.contains("keda/vip (ClusterIP 10.96.0.7)") == true)
    }
  }

  @Test func `A preset's metric under two names is told`() async throws {
    try await Self.withPrometheus { prometheus in
      let (_, file) = try await CheckedFile.checking(
        CheckManifest.with([
          ("gpuUtilizationQuery: DCGM_FI_DEV_GPU_UTIL{pod=~\"llm-.*\"}", "triggers: |"),
          (
            "gpuUtilizationThreshold: \"70\"",
            "  - {name: q, preset: vllm-queue-depth, selector: 'namespace=\"inference\"'}"
          ),
          ("        queueDepthQuery: sum(queue_depth)\n", ""),
          ("        queueDepthThreshold: \"50\"\n", ""),
        ]), ["--prometheus", prometheus.address])
      let found = try #require(
        file.findings.first { $0.code == "two-metrics" }, "\(file.findings)")
      #expect(found.message.contains("vllm:num_requests_waiting (1 series)"))
      #expect(found.message.contains("vllm_num_requests_waiting (1 series)"))
    }
  }

  @Test func `A server that is not there is an error, none at all a warning`() async throws {
    let port = try LoopbackSocket.freePort()
    let gone = try await CheckedFile.checking(
      CheckManifest.clean, ["--prometheus", "http://127.0.0.1:\(port)"])
    #expect(gone.code == 1)
    #expect(gone.file.findings.contains { $0.code == "no-answer" })
    let none = try await CheckedFile.checking(CheckManifest.clean, [])
    #expect(none.code == 0)
    #expect(none.file.findings.map(\.code) == ["queries-not-run"])
    let strict = try await CheckedFile.checking(CheckManifest.clean, ["--strict"])
    #expect(strict.code == 1)
  }

  @Test func `Several documents and files are checked together`() async throws {
    let files = try SourceServers.Files()
    let two =
      CheckManifest.clean + "---\n" + CheckManifest.clean.replacing("llm", with: "chat")
      + "---\n{apiVersion: v1, kind: ConfigMap, metadata: {name: other}}\n"
    let both = try files.write("both.yaml", two)
    let twice = try files.write(
      "twice.yaml", CheckManifest.clean.replacing("name: llm,", with: "name: again,"))
    let alone = try await CommandRun(["check", "--offline", "-f", both])
    #expect(alone.code == 0)
    #expect(alone.output.contains("ScaledObject inference/llm (\(both):1)\n"))
    #expect(alone.output.contains("ScaledObject inference/chat (\(both):27)\n"))
    #expect(alone.output.contains("passed over: ConfigMap other (\(both):53)\n"))
    #expect(alone.output.hasSuffix("2 checked, 0 error(s), 0 warning(s), 0 note(s)\n"))
    let together = try await CommandRun(["check", "--offline", "-f", both, "-f", twice])
    #expect(together.code == 1)
    #expect(
      together.output.contains(
        "error [another-autoscaler]: line 1: the ScaledObject \"again\" (line 1) scales the same "
          + "Deployment \"llm\""))
  }

  @Test func `A file without a ScaledObject of ours is exit code 1`() async throws {
    let run = try await CommandRun(
      ["check", "--offline", "-f", "-"], input: "{kind: ConfigMap, metadata: {name: a}}\n")
    #expect(run.code == 1)
    #expect(run.output.contains("no ScaledObject with an external or external-push trigger"))
  }
}
