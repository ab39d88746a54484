import Foundation
import PrometheusFormat
import TestSupport
import Testing

/// The same numbers as the Python client library reads, on expositions at full size.
@Suite("Expositions as prometheus_client reads them")
struct ExpositionOracleTests {
  /// An exposition, and the sample names that are compared.
  struct Case: Sendable, CustomStringConvertible {
    var description: String
    var text: String
    var names: [String]
    var seriesCount: Int
    var format = ExpositionFormat.text
  }

  private static let cases = [
    Case(
      description: "DCGM exporter", text: ExpositionShapes.dcgm(),
      names: ["DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_PROF_GR_ENGINE_ACTIVE", "DCGM_FI_DEV_FB_USED"],
      seriesCount: 48),
    Case(
      description: "vLLM", text: ExpositionShapes.vllm(),
      names: [
        "vllm:num_requests_waiting", "vllm:kv_cache_usage_perc", "vllm:request_success_total",
        "vllm:request_queue_time_seconds_bucket", "vllm:request_queue_time_seconds_sum",
        "process_virtual_memory_bytes",
      ], seriesCount: 4 + 4 + 12 + 92 + 4 + 1),
    Case(
      description: "Triton", text: ExpositionShapes.triton(),
      names: [
        "nv_inference_pending_request_count", "nv_inference_queue_duration_us",
        "nv_gpu_utilization",
      ], seriesCount: 24 + 24 + 8),
    Case(
      description: "kube-state-metrics", text: ExpositionShapes.kubeStateMetrics(),
      names: [
        "kube_deployment_status_replicas_ready", "kube_pod_annotations", "kube_pod_info",
        "kube_node_status_allocatable",
      ], seriesCount: 200 + 2000 + 2000 + 7),
    Case(
      description: "OpenMetrics with exemplars", text: openMetrics,
      names: ["latency_seconds_bucket", "requests_total", "load"], seriesCount: 6,
      format: .openMetrics),
  ]

  private static let openMetrics = """
    # TYPE latency_seconds histogram
    # UNIT latency_seconds seconds
    latency_seconds_bucket{le="0.1"} 3 1700000001.5 # {trace_id="ab"} 0.05 1700000000.25
    latency_seconds_bucket{le="1.0"} 8 1700000001.5 # {trace_id="c"} 0.7
    latency_seconds_bucket{le="+Inf"} 9 1700000001.5
    latency_seconds_count 9 1700000001.5
    latency_seconds_sum 4.25 1700000001.5
    # TYPE requests counter
    requests_total{code="200"} 12.0 1700000001.125 # {} 1.0
    requests_total{code="500"} 3 1700000002
    # TYPE load gauge
    load NaN
    # EOF

    """

  /// Prints one line per sample: name, sorted labels as JSON, value, timestamp.
  private static let oracle = """
    import json
    if os.environ["FORMAT"] == "openMetrics":
        from prometheus_client.openmetrics.parser import text_string_to_metric_families as parse
    else:
        from prometheus_client.parser import text_string_to_metric_families as parse
    names = set(os.environ["NAMES"].split(" "))
    for family in parse(open(os.environ["FILE"], encoding="utf-8").read()):
        for sample in family.samples:
            name = sample.name
            if family.type == "counter" and name not in names:
                name = name.removesuffix("_total")
            if name in names:
                time = "-" if sample.timestamp is None else float(sample.timestamp).hex()
                value = float(sample.value).hex()
                labels = json.dumps(sorted(sample.labels.items()))
                print(name, value, time, labels)
    """

  @Test(arguments: cases)
  func `The same series with the same numbers`(example: Case) async throws {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "exposition-\(UUID().uuidString).txt")
    try example.text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let client = try PythonClient(
      port: 0, Self.oracle,
      environment: [
        "FILE": file.path(), "NAMES": example.names.joined(separator: " "),
        "FORMAT": "\(example.format)",
      ])
    let theirs = try await client.allLines()
    #expect(theirs.count == example.seriesCount, "\(theirs.suffix(2))")

    let kept = try ExpositionParser.samples(
      of: Array(example.text.utf8), wanted: WantedNames(example.names), format: example.format)
    let ours = kept.map { sample in
      let time = sample.timestampSeconds.map(Self.hexadecimal) ?? "-"
      return "\(sample.name) \(Self.hexadecimal(sample.value)) \(time) \(Self.json(sample.labels))"
    }
    #expect(ours.count == theirs.count)
    let pairs = zip(ours.sorted(), theirs.map(Self.canonical).sorted())
    if let (our, their) = pairs.first(where: { $0 != $1 }) {
      Issue.record("we read \(our), prometheus_client \(their)")
    }
  }

  /// The number as its bits: Python's notation of them is read back. It reads -0 as a whole number.
  private static func hexadecimal(_ value: Double) -> String {
    value.isNaN ? "nan" : String((value + 0).bitPattern, radix: 16)
  }

  private static func canonical(_ line: String) -> String {
    let words = line.split(separator: " ", maxSplits: 3).map(String.init)
    guard words.count == 4 else { return line }
    func bits(_ word: String) -> String { Double(word).map(hexadecimal) ?? word }
    let json = Data(words[3].utf8)
    let pairs = (try? JSONDecoder().decode([[String]].self, from: json)) ?? []
    let labels = pairs.map { ExpositionLabel(name: $0[0], value: $0[1]) }
    return "\(words[0]) \(bits(words[1])) \(bits(words[2])) \(Self.json(labels))"
  }

  private static func json(_ labels: [ExpositionLabel]) -> String {
    labels.sorted { $0.name < $1.name }.map { "\($0.name)=\($0.value.debugDescription)" }
      .joined(separator: ",")
  }
}
