import ScalingEngine
import Testing
import TriggerConfiguration

/// What only the whole of the metadata can tell: outputs, formulas, warnings, metric names.
@Suite struct SpecTests {
  @Test func `With output replicas KEDA is told of one metric with target 1`() throws {
    let spec = try TriggerSpec(metadata: readmeMetadata)
    #expect(
      spec.metricPlan
        == MetricPlan(metrics: [
          PlannedMetric(name: "desired-replicas", target: 1, trigger: nil, scale: 1)
        ]))
  }

  @Test func `With output metrics KEDA is told of one per trigger in the user's unit`() throws {
    var map = readmeMetadata
    map["output"] = "metrics"
    let plan = try TriggerSpec(metadata: map).metricPlan
    #expect(
      plan.metrics == [
        PlannedMetric(name: "gpu-utilization", target: 70, trigger: 0, scale: 100),
        PlannedMetric(name: "queue-depth", target: 50, trigger: 1, scale: 1),
      ])
    #expect(plan.metric(named: "gpu-utilization")?.value(ofTotal: 1.4) == 140)
    #expect(plan.metric(named: "other") == nil)
  }

  @Test func `Metric names stay apart where triggers' names become the same`() throws {
    let plan = try TriggerSpec(metadata: [
      "output": "metrics",
      "triggers": """
      - {name: GPU_Use.a, kind: utilization, unit: ratio, query: a, threshold: 0.7}
      - {name: gpuUseA, kind: rate, query: a, threshold: 3}
      - {name: gpu-use-a, kind: rate, query: a, threshold: 0.1}
      """,
    ]).metricPlan
    #expect(plan.metrics.map(\.name) == ["gpu-use-a", "gpu-use-a-2", "gpu-use-a-3"])
    #expect(plan.metrics.map(\.target) == [0.7, 3, 0.1])
  }

  @Test func `Output metrics needs numbers and takes the largest`() {
    #expect(
      refusal(of: metadata(["output": "metrics", "queueDepthThreshold": nil]))
        == "trigger metadata \"queueDepthThreshold\" is \"auto\" (or not written) with \"output: "
        + "metrics\"; write a number, or \"output: replicas\": an HPA's target has to be a number")
    #expect(
      refusal(of: metadata(["output": "metrics", "aggregation": "sum"]))
        == "trigger metadata \"aggregation\" is \"sum\", but with \"output: metrics\" the HPA "
        + "combines the metrics, and takes the largest; write \"output: replicas\", or remove it")
  }

  @Test func `A formula may name triggers only`() {
    let list = "- {name: my-queue, kind: rate, query: a}\n- {name: gpu, kind: rate, query: b}"
    #expect(
      refusal(of: ["triggers": list, "aggregation": "formula", "formula": "my-queue + gpu"])
        == "2 problems: (1) trigger metadata \"formula\" names \"my\", which is no trigger; use "
        + "the names \"my-queue\", \"gpu\"; a name in a formula has only letters, digits and "
        + "\"_\"; (2) trigger metadata \"formula\" names \"queue\", which is no trigger; use the "
        + "names \"my-queue\", \"gpu\"; a name in a formula has only letters, digits and \"_\"")
  }

  @Test func `Bounds must leave room`() {
    #expect(
      refusal(of: metadata(["minReplicas": "5", "maxReplicas": "4"]))
        == "trigger metadata \"minReplicas\" is \"5\", above maxReplicas \"4\"; write a "
        + "minReplicas of at most 4")
  }

  @Test(arguments: [
    (
      ["gpuUtilizationQuery": "DCGM_FI_PROF_SM_ACTIVE", "gpuUtilizationThreshold": "70"],
      "trigger \"gpuUtilization\": DCGM_FI_PROF_… is published as 0 to 1, but its unit is percent; "
        + "write \"unit: ratio\" and a threshold such as \"0.7\""
    ),
    (
      [
        "gpuUtilizationQuery": "DCGM_FI_DEV_GPU_UTIL", "gpuUtilizationThreshold": "0.7",
        "unit": "ratio",
      ],
      "trigger \"gpuUtilization\": DCGM_FI_DEV_GPU_UTIL is published in percent, but its unit is "
        + "ratio; remove \"unit: ratio\" and write a threshold such as \"70\""
    ),
    (
      ["gpuUtilizationQuery": "avg(gpu)", "gpuUtilizationThreshold": "70"],
      "trigger \"gpuUtilization\": the query answers one average, which needs the number of ready "
        + "replicas to size a fleet; leave the series apart, one per replica or GPU, instead"
    ),
    (
      ["concurrencyQuery": "avg (running)"],
      "trigger \"concurrency\": the query answers an average, but concurrency is meant to be a "
        + "total; use sum(…)"
    ),
    (
      ["requestRateQuery": "sum(http_requests_total)"],
      "trigger \"requestRate\": a counter only ever grows; use rate(…[1m]) for arrivals per second"
    ),
    (
      ["gpuUtilizationQuery": "gpu", "gpuUtilizationThreshold": "70"],
      "utilization alone says that replicas are busy, never how overloaded they are; add a queue "
        + "depth or a concurrency"
    ),
    (
      ["concurrencyQuery": "sum(vllm:num_requests_running)"],
      "trigger \"concurrency\" has the threshold \"auto\", and what runs on an engine never exceeds "
        + "its slots: a queue in front of full replicas is not seen; add \"queueDepthQuery\""
    ),
    (
      ["gpuUtilizationQuery": "gpu"],
      "trigger \"gpuUtilization\" has the threshold \"auto\", and utilization alone tells busy "
        + "replicas from idle ones, never whether more are needed: add \"queueDepthQuery\" or "
        + "\"concurrencyQuery\", or write a threshold that is a number"
    ),
    (
      ["queueDepthQuery": "a", "timeout": "20s"],
      "\"timeout\" (20s) is not below \"staleAfter\" (15s): one slow answer makes the data stale"
    ),
  ])
  func `What is legal but most likely not meant is warned of`(
    map: [String: String], expected: String
  ) throws {
    #expect(try TriggerSpec(metadata: map).warnings.contains(expected))
  }

  @Test(arguments: [
    ["concurrencyQuery": "sum(vllm:num_requests_running)", "queueDepthQuery": "q"],
    ["concurrencyQuery": "sum(vllm:num_requests_running)", "concurrencyThreshold": "20"],
    ["triggers": "[{preset: envoy-active, selector: 'cluster=\"a\"'}]"],
    ["triggers": "[{preset: knative-concurrency, selector: 'a=\"b\"'}]"],
  ])
  func `What runs is enough beside a queue, with a number, or where it holds what waits`(
    map: [String: String]
  ) throws {
    let warnings = try TriggerSpec(metadata: map).warnings
    #expect(!warnings.contains { $0.contains("never exceeds") })
  }

  @Test func `An average per replica is nothing to warn of`() throws {
    let queries = ["avg by (pod) (gpu)", "avg(gpu) by (pod)", "average_gpu"]
    for query in queries {
      let spec = try TriggerSpec(metadata: metadata(["gpuUtilizationQuery": query]))
      #expect(spec.warnings.isEmpty, "\(query): \(spec.warnings)")
    }
  }

  @Test(arguments: [
    ("60s", 60.0), ("5m", 300), ("1h30m", 5400), ("500ms", 0.5), ("60", 60), ("1.5h", 5400),
    ("0", 0), ("2d", 172_800), ("250us", 0.00025), ("1m0.5s", 60.5),
  ])
  func `A duration is read as Go and Prometheus write it`(text: String, seconds: Double) {
    #expect(parseDuration(text) == .nanoseconds(Int64(seconds * 1e9)))
  }

  @Test(arguments: ["", "s", "-5s", "5 s", "1h30", "5x", "1..5s", "1e3s", "9999999h", "∞", "5S"])
  func `What is no duration is not guessed at`(text: String) {
    #expect(parseDuration(text) == nil)
  }
}
