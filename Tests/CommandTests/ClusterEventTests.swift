import Foundation
import TestSupport
import Testing

/// What the built server writes on a ScaledObject while a burst and an outage go by.
@Suite(.serialized, .timeLimit(.minutes(4))) struct ClusterEventTests {
  private static let metadata = """
    {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
     "directScaleUp": "true", "stableWindow": "6s", "staleAfter": "3s", "onStale": "hold",
     "holdFor": "6s", "scalerAddress": "scaler.keda:4317"}
    """

  @Test
  func `A burst, held decisions and a silent source are each told once, as they begin and end`()
    async throws
  {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    exporter.set("queue_depth", 60)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    // Else the first answer is empty, which would be told, too.
    try await eventually(within: .seconds(20)) {
      try await LoopbackSocket.get(port: prometheus.port, target: "/api/v1/query?query=queue_depth")
        .contains("\"60\"")
    }
    let cluster = try FakeCluster(["--ready-after", "0.5"])
    defer { cluster.stop() }
    try await cluster.addWorkload(metadata: Self.metadata)
    let scaler = try await cluster.scaler(fedBy: prometheus)
    defer { scaler.kill() }
    let client = try cluster.watch(scaler, metadata: Self.metadata)
    defer { client.kill() }
    try await eventually(within: .seconds(30)) {
      client.output.contains("2") && scaler.log.contains { $0.contains(" leads ") }
    }
    #expect(try await cluster.events() == [:])
    exporter.set("queue_depth", 1000)
    try await eventually(within: .seconds(30)) {
      try await cluster.events()["BurstEntered"]?.hasPrefix("20 replicas wanted: ") == true
    }
    // The replicas are there: what was a burst is now within their capacity.
    try await eventually(within: .seconds(40)) {
      try await cluster.events()["BurstLeft"] == "demand is back within ready capacity"
    }
    prometheus.stop()
    try await eventually(within: .seconds(30)) {
      try await cluster.events()["DecisionHeld"]
        == "newer data are missing: 20 replicas as before (onStale: hold)"
    }
    try await eventually(within: .seconds(30)) {
      try await cluster.events()["SourceStale"]?.hasPrefix("no usable value for \"queueDepth\"")
        == true
    }
    try await prometheus.start()
    try await eventually(within: .seconds(30)) {
      try await cluster.events()["SourceBack"] == "the sources answer again"
    }
    let told = try await cluster.kubectl(
      "get", "events", "-n", "inference", "-o",
      "jsonpath={range .items[*]}{.reason}={.count}{\"\\n\"}{end}")
    #expect(
      Set(told.split(separator: "\n")).isSuperset(
        of: ["BurstEntered", "BurstLeft", "DecisionHeld", "SourceStale", "SourceBack"].map {
          "\($0)=1"[...]
        }), "\(told)")
    #expect(try await scaler.terminate().exitCode == 0)
  }
}
