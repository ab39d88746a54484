import Foundation
import TestSupport
import Testing

/// The built server in a cluster, fed by a real Prometheus.
@Suite(.serialized, .timeLimit(.minutes(4))) struct DirectPathTests {
  private static let metadata = """
    {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
     "directScaleUp": "true", "scalerAddress": "scaler.keda:4317"}
    """

  @Test func `A burst in Prometheus is written to the scale target by one of two replicas`()
    async throws
  {
    let queue = try await ScrapedQueue(60)
    defer { queue.remove() }
    let cluster = try FakeCluster(["--ready-after", "0.5"])
    defer { cluster.stop() }
    try await cluster.addWorkload(metadata: Self.metadata)
    var scalers: [ScalerProcess] = []
    var clients: [LineProcess] = []
    defer {
      for client in clients { client.kill() }
      for scaler in scalers { scaler.kill() }
    }
    for _ in 0..<2 {
      let scaler = try await cluster.scaler(fedBy: queue.prometheus)
      scalers.append(scaler)
      clients.append(try cluster.watch(scaler, metadata: Self.metadata))
    }
    try await eventually(within: .seconds(30)) {
      clients.allSatisfy { $0.output.contains("2") }
        && scalers.contains { $0.log.contains { $0.contains(" leads ") } }
    }
    queue.set(1000)
    try await eventually(within: .seconds(30)) { try await cluster.replicas() == 20 }
    let patches = try await cluster.requests().filter { $0.resource == "deployments/scale" }
    #expect(patches.count { $0.verb == "patch" } == 1)
    let written = scalers.flatMap(\.log).filter { $0.contains("replicas written") }
    #expect(written.count == 1)
    print("from the decision to the API server's answer: \(written)")
    // Both tell KEDA the same, so that the HPA agrees.
    try await eventually(within: .seconds(10)) { clients.allSatisfy { $0.output.contains("20") } }
    try await eventually(within: .seconds(20)) {
      try await cluster.events().keys.contains("DirectScaleUp")
    }
    for scaler in scalers { #expect(try await scaler.terminate().exitCode == 0) }
  }

  @Test func `A burst is written up to the room there is, and the rest is a shortfall`()
    async throws
  {
    let queue = try await ScrapedQueue(60)
    defer { queue.remove() }
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    let metadata = Self.metadata.replacing(
      "}", with: #", "capacityOf": "cluster", "autoscaled": "1", "staleAfter": "3s"}"#)
    try await cluster.addWorkload(gpus: 1, metadata: metadata)
    try await cluster.send(
      "POST", "/api/v1/nodes",
      """
      {"metadata": {"name": "a"}, "status": {"allocatable": {"nvidia.com/gpu": "4", "pods": "110"},
       "conditions": [{"type": "Ready", "status": "True"}]}}
      """)
    let scaler = try await cluster.scaler(fedBy: queue.prometheus)
    defer { scaler.kill() }
    let client = try cluster.watch(scaler, metadata: metadata)
    defer { client.kill() }
    try await eventually(within: .seconds(30)) {
      client.output.contains("2") && scaler.log.contains { $0.contains(" leads ") }
    }
    queue.set(1000)
    // Nobody has placed the pods: four GPUs are free, and one node may still come.
    try await eventually(within: .seconds(30)) { try await cluster.replicas() == 5 }
    try await eventually(within: .seconds(30)) {
      try await cluster.events()["Shortfall"] == "no place for 15 replicas beyond 5"
    }
    queue.prometheus.remove()
    try await eventually(within: .seconds(30)) {
      try await cluster.events().keys.contains("SourceStale")
    }
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `A caller whose trigger the ScaledObject does not have moves nothing`() async throws {
    let queue = try await ScrapedQueue(1000)
    defer { queue.remove() }
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.addWorkload(
      metadata: Self.metadata.replacing(#""directScaleUp": "true""#, with: #""output": "replicas""#)
    )
    let scaler = try await cluster.scaler(fedBy: queue.prometheus)
    defer { scaler.kill() }
    try await eventually(within: .seconds(30)) { scaler.log.contains { $0.contains(" leads ") } }
    let stranger = try cluster.watch(scaler, metadata: Self.metadata)
    defer { stranger.kill() }
    try await eventually(within: .seconds(30)) {
      stranger.output.contains("20")
        && scaler.log.contains { $0.contains("no external trigger of the ScaledObject has this") }
    }
    #expect(try await cluster.replicas() == 2)
    #expect(
      try await !cluster.requests().contains {
        $0.verb == "patch" && $0.resource == "deployments/scale"
      })
    #expect(scaler.log.count { $0.contains("replicas not written") } == 1)
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `A server that may not write refuses a trigger that wants it to`() async throws {
    let prometheus = try await PrometheusProcess()
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address])
    defer { scaler.kill() }
    let client = try InteropProgram.python(
      "watch.py",
      ["--address", scaler.address, "--metadata", Self.metadata, "--seconds", "5"])
    defer { client.kill() }
    try await eventually(within: .seconds(20)) {
      client.output.contains("GetMetricSpec PERMISSION_DENIED")
    }
    #expect(scaler.log.contains { $0.contains("start it with --kubernetes scale") })
    #expect(try await scaler.terminate().exitCode == 0)
  }

  @Test func `Members of a group wake together, with no right in a cluster`() async throws {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    exporter.set("prefill_queue", 0)
    exporter.set("decode_queue", 0)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address])
    defer { scaler.kill() }
    func watch(_ pool: String, group: String) throws -> LineProcess {
      try InteropProgram.python(
        "watch.py",
        [
          "--address", scaler.address, "--seconds", "60", "--name", pool, "--active",
          "--metadata",
          """
          {"queueDepthQuery": "\(pool)_queue", "queueDepthThreshold": "5", "group": "\(group)",
           "forecast": "off", "scaleDownDelay": "0s", "stableWindow": "6s"}
          """,
        ])
    }
    let prefill = try watch("prefill", group: "pair")
    let decode = try watch("decode", group: "pair")
    let alone = try watch("decode", group: "alone")
    defer { for client in [prefill, decode, alone] { client.kill() } }
    try await eventually(within: .seconds(30)) {
      [prefill, decode, alone].allSatisfy { $0.output.last == "False" }
    }
    exporter.set("prefill_queue", 30)
    try await eventually(within: .seconds(20)) {
      prefill.output.last == "True" && decode.output.last == "True"
    }
    exporter.set("prefill_queue", 0)
    try await eventually(within: .seconds(40)) {
      prefill.output.last == "False" && decode.output.last == "False"
    }
    #expect(!alone.output.contains("True"))
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
