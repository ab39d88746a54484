import ScalingEngine
import Testing
import TriggerConfiguration

/// The README's trigger, as KEDA hands it over.
let readmeMetadata = [
  "scalerAddress": "keda-burst-scaler.keda.svc.cluster.local:6000",
  "serverAddress": "http://prometheus.monitoring:9090",
  "gpuUtilizationQuery": "DCGM_FI_DEV_GPU_UTIL{pod=~\"inference-.*\"}",
  "gpuUtilizationThreshold": "70",
  "queueDepthQuery": "sum(queue_depth{service=\"llm-inference\"})",
  "queueDepthThreshold": "50",
  "coldStart": "60s",
]

/// A map that is in order, with some keys replaced or, where `nil`, taken out.
func metadata(_ changes: [String: String?]) -> [String: String] {
  var result = ["queueDepthQuery": "sum(queue_depth)", "queueDepthThreshold": "50"]
  for (key, value) in changes { result[key] = value }
  return result
}

/// What reading `metadata` is refused with.
func refusal(of metadata: [String: String]) -> String {
  do {
    let spec = try TriggerSpec(metadata: metadata)
    return "accepted: \(spec)"
  } catch {
    return error.description
  }
}

@Suite struct ShortFormTests {
  @Test func `The README's trigger gives two triggers with the thresholds written`() throws {
    let spec = try TriggerSpec(metadata: readmeMetadata)
    #expect(
      spec.policy.triggers == [
        TriggerPolicy(name: "gpuUtilization", kind: .utilization, target: .number(0.7)),
        TriggerPolicy(name: "queueDepth", kind: .queueDepth, target: .number(50)),
      ])
    #expect(
      spec.sources == [
        TriggerSource(
          name: "gpuUtilization", kind: .utilization,
          query: "DCGM_FI_DEV_GPU_UTIL{pod=~\"inference-.*\"}", unit: .percent),
        TriggerSource(
          name: "queueDepth", kind: .queueDepth,
          query: "sum(queue_depth{service=\"llm-inference\"})"),
      ])
    #expect(spec.serverAddress?.description == "http://prometheus.monitoring:9090")
    #expect(spec.output == .replicas)
    #expect(spec.timeout == nil)
    #expect(spec.warnings == [])
  }

  @Test func `What is not written has the product's default`() throws {
    let spec = try TriggerSpec(metadata: readmeMetadata)
    #expect(spec.policy == ScalingPolicy(triggers: spec.policy.triggers))
  }

  @Test func `Each prefix stands for its kind, and a missing threshold is learned`() throws {
    let spec = try TriggerSpec(metadata: [
      "requestRateQuery": "sum(rate(http_requests_total[1m]))", "concurrencyQuery": "sum(running)",
      "queueDepthQuery": "sum(waiting)", "gpuUtilizationQuery": "gpu",
    ])
    #expect(
      spec.policy.triggers == [
        TriggerPolicy(name: "gpuUtilization", kind: .utilization, target: .learned),
        TriggerPolicy(name: "queueDepth", kind: .queueDepth, target: .learned),
        TriggerPolicy(name: "concurrency", kind: .concurrency, target: .learned),
        TriggerPolicy(name: "requestRate", kind: .rate, target: .learned),
      ])
    #expect(spec.serverAddress == nil)
  }

  @Test func `An activation threshold is in the metric's unit`() throws {
    let spec = try TriggerSpec(metadata: [
      "gpuUtilizationQuery": "gpu", "gpuUtilizationThreshold": "70",
      "gpuUtilizationActivationThreshold": "5", "queueDepthQuery": "sum(waiting)",
      "queueDepthThreshold": "50", "queueDepthActivationThreshold": "3",
    ])
    #expect(spec.policy.triggers.map(\.activationThreshold) == [0.05, 3])
  }

  @Test(arguments: [
    ("70", nil, 0.7), ("70%", nil, 0.7), ("100", nil, 1), ("0.7%", nil, 0.007),
    ("0.7", "ratio", 0.7), ("1", "ratio", 1), ("70%", "ratio", 0.7), ("85", "percent", 0.85),
  ])
  func `A utilization's threshold is a share inside`(
    text: String, unit: String?, expected: Double
  ) throws {
    var map = ["gpuUtilizationQuery": "gpu", "gpuUtilizationThreshold": text]
    map["unit"] = unit
    guard case .number(let target) = try TriggerSpec(metadata: map).policy.triggers[0].target else {
      Issue.record("no number")
      return
    }
    #expect(abs(target - expected) < 1e-12)
  }

  @Test(arguments: [
    (
      "0.7", nil,
      "trigger metadata \"gpuUtilizationThreshold\" is \"0.7\", which means percent here; "
        + "write \"70\", or \"unit: ratio\" if the metric is published as 0 to 1"
    ),
    (
      "170", nil,
      "trigger metadata \"gpuUtilizationThreshold\" is \"170\" percent, which no utilization can "
        + "exceed; write a number up to 100, or use kind \"gauge\" for a metric that goes beyond"
    ),
    (
      "70", "ratio",
      "trigger metadata \"gpuUtilizationThreshold\" is \"70\", but with \"unit: ratio\" full use "
        + "is 1; write \"0.7\", or remove \"unit: ratio\" if the metric is published in percent"
    ),
  ])
  func `A utilization's threshold in the wrong unit is refused with what to write`(
    text: String, unit: String?, expected: String
  ) {
    var map = ["gpuUtilizationQuery": "gpu", "gpuUtilizationThreshold": text]
    map["unit"] = unit
    #expect(refusal(of: map) == expected)
  }

  @Test func `A key ending in FromEnv is read under its own name`() throws {
    let map = metadata(["queueDepthThreshold": nil, "queueDepthThresholdFromEnv": "12"])
    #expect(try TriggerSpec(metadata: map).policy.triggers[0].target == .number(12))
    #expect(
      refusal(of: metadata(["queueDepthThresholdFromEnv": "12"]))
        == "trigger metadata \"queueDepthThresholdFromEnv\" and \"queueDepthThreshold\" say the "
        + "same; keep one of them")
  }

  @Test func `Equal maps give equal specs whatever their order`() throws {
    let expected = try TriggerSpec(metadata: readmeMetadata)
    let pairs = readmeMetadata.sorted { $0.key < $1.key }
    for shift in 0..<pairs.count {
      let rotated = Array(pairs[shift...] + pairs[..<shift])
      var map = Dictionary<String, String>(minimumCapacity: 1 << shift)
      for (key, value) in rotated { map[key] = value }
      #expect(try TriggerSpec(metadata: map) == expected)
    }
  }

  @Test func `Several problems are reported together in the order of the keys`() {
    let map = metadata([
      "zebra": "1", "queueDepthThreshold": "ten", "coldStart": "soon", "burstCoverage": "0%",
    ])
    let expected = refusal(of: map)
    #expect(
      expected
        == "4 problems: (1) trigger metadata \"zebra\" is not a key of this scaler; remove it; "
        + "(2) trigger metadata \"burstCoverage\" is \"0%\"; use a share above 0% and below 100%, "
        + "for example \"80%\"; (3) trigger metadata \"coldStart\" is \"soon\"; use a duration "
        + "from 0s to 6h, such as \"90s\" or \"1h30m\"; a bare number counts seconds, for example "
        + "\"60s\"; (4) trigger metadata \"queueDepthThreshold\" is \"ten\"; use a number above 0 "
        + "or \"auto\", for example \"50\"")
    for shift in 0..<4 {
      var copy = Dictionary<String, String>(minimumCapacity: 1 << (4 + shift))
      for (key, value) in map { copy[key] = value }
      #expect(refusal(of: copy) == expected)
    }
  }
}
