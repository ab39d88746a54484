import ScalingEngine
import TriggerConfiguration

/// A key, a value of it, and what the spec must then say.
struct GoodValue: Sendable, CustomStringConvertible {
  let key: String
  let text: String
  let others: [String: String?]
  let check: @Sendable (TriggerSpec) -> Bool

  init(
    _ key: String, _ text: String, with others: [String: String?] = [:],
    _ check: @escaping @Sendable (TriggerSpec) -> Bool
  ) {
    self.key = key
    self.text = text
    self.others = others
    self.check = check
  }

  var description: String { "\(key): \(text)" }
}

private let gpu = ["gpuUtilizationQuery": "gpu", "gpuUtilizationThreshold": "0.5"]
private let preset = [
  "queueDepthQuery": nil, "queueDepthThreshold": nil, "triggers": "- {preset: tgi-queue-depth}",
]

/// Good values, at least one per key.
let goodValues: [GoodValue] =
  [
    GoodValue("profile", " mimir ") { $0.profile == "mimir" && $0.serverAddress == nil },
    GoodValue("serverAddress", " HTTPS://Prom.example:9090/prefix/ ") {
      $0.serverAddress?.description == "https://prom.example:9090/prefix"
    },
    GoodValue("timeout", "800ms") { $0.timeout == .milliseconds(800) && $0.warnings.isEmpty },
    GoodValue("timeout", "5s") { $0.timeout == .seconds(5) && $0.warnings.count == 1 },
    GoodValue("replicasQuery", "sum(up)") { $0.replicasQuery == "sum(up)" },
    GoodValue("capacityQuery", "sum(free)") { $0.capacityQuery == "sum(free)" },
    GoodValue("replicasOf", "StatefulSet/llm") {
      $0.replicasQuery == "max(kube_statefulset_status_replicas_ready{statefulset=\"llm\"})"
    },
    GoodValue("capacityOf", "nvidia.com/gpu", with: ["replicasOf": "deployment/llm"]) {
      $0.capacityQuery?.contains("resource=\"nvidia_com_gpu\"") == true
    },
    GoodValue(
      "gpusPerReplica", "2", with: ["replicasOf": "deployment/llm", "capacityOf": "dra"]
    ) {
      $0.capacityQuery?.contains(" / 2)") == true
    },
    GoodValue("capacityOf", "cluster") { $0.isCappedByCluster && $0.capacityQuery == nil },
    GoodValue("autoscaled", "8", with: ["capacityOf": "cluster"]) { $0.autoscaledReplicas == 8 },
    GoodValue("directScaleUp", "true") { $0.directScaleUp == DirectScaleUpLimits() },
    GoodValue("directScaleUp", "false") { $0.directScaleUp == nil },
    GoodValue("directScaleUpLimit", "20", with: ["directScaleUp": "true"]) {
      $0.directScaleUp == DirectScaleUpLimits(perMinute: 20)
    },
    GoodValue("group", "pipeline-a") { $0.group == "pipeline-a" },
    GoodValue("staleAfter", "30") { $0.policy.staleAfter == .seconds(30) },
    GoodValue("onStale", "hold") { $0.policy.onStale == .hold },
    GoodValue("holdFor", "1h", with: ["onStale": "hold"]) { $0.policy.holdFor == .seconds(3600) },
    GoodValue("holdFor", "1h") { $0.warnings.count == 1 },
    GoodValue("selector", "{a=\"b\"}", with: preset) { $0.sources[0].query.contains("{a=\"b\"}") },
    GoodValue("endpoints", "http://a:1, DNS://b.C:8000 dns://d:9/x", with: preset) {
      $0.sources[0].scrape?.endpoints.map(\.description)
        == ["http://a:1/metrics", "dns://b.c:8000/metrics", "dns://d:9/x"] && !$0.asksServer
    },
    GoodValue("unit", "ratio", with: ["gpuUtilizationQuery": "g", "gpuUtilizationThreshold": ".5"])
    {
      $0.policy.triggers[0].target == .number(0.5) && $0.sources[0].unit == .ratio
    },
    GoodValue("replicaLabel", "instance") { $0.sources[0].replicaLabels == ["instance"] },
    GoodValue("aggregation", "sum") { $0.policy.aggregation == .sum },
    GoodValue("aggregation", "mean") { $0.policy.aggregation == .mean },
    GoodValue("formula", "2*queueDepth", with: ["aggregation": "formula"]) {
      if case .formula(let formula) = $0.policy.aggregation {
        return formula.text == "2*queueDepth"
      }
      return false
    },
    GoodValue("stableWindow", "1m30s") { $0.policy.stableWindow == .seconds(90) },
    GoodValue("panicWindow", "60s") { $0.policy.panicWindow == .seconds(60) },
    GoodValue("panicThreshold", "150%") { $0.policy.panicThreshold == 1.5 },
    GoodValue("panicThreshold", "3") { $0.policy.panicThreshold == 3 },
    GoodValue("burstCoverage", "90%") { $0.policy.burstCoverage == 0.9 },
    GoodValue("burstCoverage", "0.5") { $0.policy.burstCoverage == 0.5 },
    GoodValue("scaleDownDelay", "auto") { $0.policy.scaleDownDelay == nil },
    GoodValue("scaleDownDelay", "0s") { $0.policy.scaleDownDelay == .zero },
    GoodValue("coldStart", "auto") { $0.policy.coldStart == nil },
    GoodValue("coldStart", "2.5m") { $0.policy.coldStart == .seconds(150) },
    GoodValue("latencyObjective", "500ms") { $0.policy.latencyObjective == .milliseconds(500) },
    GoodValue("headroom", "2") { $0.policy.headroom == .replicas(2) },
    GoodValue("headroom", "20 %") { $0.policy.headroom == .share(0.2) },
    GoodValue("headroom", "0") { $0.policy.headroom == .none },
    GoodValue("forecast", "off") { $0.policy.forecast == .off },
    GoodValue("forecast", "seasonal") { $0.policy.forecast == .seasonal },
    GoodValue("tolerance", "0") { $0.policy.tolerance == 0 },
    GoodValue("tolerance", "5%") { $0.policy.tolerance == 0.05 },
    GoodValue("output", "metrics") { $0.output == .metrics },
    GoodValue("minReplicas", "3") { $0.policy.minReplicas == 3 },
    GoodValue("maxReplicas", "50") { $0.policy.maxReplicas == 50 },
    GoodValue("queueDepthThreshold", "1e1") { $0.policy.triggers[0].target == .number(10) },
    GoodValue("queueDepthThreshold", "auto") { $0.policy.triggers[0].target == .learned },
    GoodValue("queueDepthActivationThreshold", "-1") {
      $0.policy.triggers[0].activationThreshold == -1 && $0.warnings.count == 1
    },
  ]
  + ["1", "t", "T", "TRUE", "true", "True"].map { text in
    GoodValue("ignoreNullValues", text) { $0.sources[0].ignoreNullValues }
  }
  + ["0", "f", "F", "FALSE", "false", "False"].map { text in
    GoodValue("ignoreNullValues", text) { !$0.sources[0].ignoreNullValues }
  }

private func durations(_ range: String, _ example: String) -> String {
  "use a duration from \(range), such as \"90s\" or \"1h30m\"; a bare number counts seconds, "
    + "for example \"\(example)\""
}

/// Bad values, at least one per key, and the refusal after the key's name.
let badValues: [(String, String, String)] = [
  (
    "profile", " ",
    "is empty; use the name of a profile, at most 63 characters long, for example \"main\""
  ),
  (
    "serverAddress", "prometheus:9090",
    "is \"prometheus:9090\"; use a URL that starts with http:// or https://, for example "
      + "\"http://prometheus.monitoring:9090\""
  ),
  (
    "endpoints", "llm:8000",
    "has \"llm:8000\"; write URLs or dns://host:port/path, for example "
      + "\"dns://llm-headless.inference:8000/metrics\""
  ),
  (
    "endpoints", "dns://llm/metrics",
    "has no port in \"dns://llm/metrics\"; write the port the replicas listen on, for example "
      + "\"dns://llm:8000/metrics\""
  ),
  (
    "endpoints", "http://a:1/metrics",
    "goes with a preset, and no trigger has one; write a \"preset\" in place of a query, in an "
      + "entry of \"triggers\", or remove it"
  ),
  (
    "replicasOf", "llm",
    "is \"llm\"; write deployment/NAME or statefulset/NAME, for example \"deployment/llm\""
  ),
  (
    "capacityOf", "nvidia.com/gpu",
    "needs \"replicasOf\", whose GPUs are held already; write \"replicasOf: deployment/NAME\" "
      + "beside it, or a capacityQuery"
  ),
  ("autoscaled", "2", "goes with \"capacityOf: cluster\", which is not written; remove it"),
  (
    "directScaleUpLimit", "20", "goes with \"directScaleUp\", which is not written; remove it"
  ),
  (
    "directScaleUp", "yes",
    "is \"yes\"; use \"true\" or \"false\", for example \"true\""
  ),
  (
    "group", "7",
    "is \"7\"; use a name of letters, digits, \"_\", \"-\" and \".\" that starts with a letter and "
      + "has at most 63 characters, for example \"pipeline-a\""
  ),
  (
    "gpusPerReplica", "2",
    "goes with \"capacityOf\", which is not written; remove it"
  ),
  ("timeout", "1000", "is \"1000\", which has no unit; write \"1000ms\" or \"1000s\""),
  ("timeout", "1ms", "is \"1ms\"; \(durations("10ms to 30s", "800ms"))"),
  (
    "replicasQuery", "sum(up",
    "is \"sum(up\", which has a \"(\" at character 4 that is never closed; close it with \")\""
  ),
  ("capacityQuery", "", "is empty; write a PromQL query, or leave it out"),
  ("staleAfter", "1s", "is \"1s\"; \(durations("2s to 1h", "15s"))"),
  (
    "onStale", "fallback",
    "is \"fallback\"; use one of \"error\", \"hold\", for example \"error\""
  ),
  ("holdFor", "never", "is \"never\"; \(durations("1s to 24h", "5m"))"),
  (
    "selector", "namespace=inference",
    "is \"namespace=inference\"; use label matchers with commas between them, for example "
      + "\"namespace=\\\"inference\\\",pod=~\\\"llm-.*\\\"\""
  ),
  (
    "selector", "a=\"b\"",
    "goes with a preset, and no trigger has one; write the matchers into "
      + "the query's own braces"
  ),
  ("unit", "%", "is \"%\"; use one of \"percent\", \"ratio\", for example \"percent\""),
  ("unit", "ratio", "is for utilization, and no trigger is of that kind; remove it"),
  (
    "replicaLabel", "pod,node",
    "is \"pod,node\"; use one label name: letters, digits and \"_\", for example \"pod\""
  ),
  ("ignoreNullValues", "yes", "is \"yes\"; use \"true\" or \"false\", for example \"true\""),
  (
    "aggregation", "maximum",
    "is \"maximum\"; use one of \"max\", \"sum\", \"mean\", \"formula\", for example \"max\""
  ),
  (
    "aggregation", "formula",
    "is \"formula\", but there is no \"formula\"; write one, for example \"formula: "
      + "max(queueDepth, 0.5*gpuUtilization)\""
  ),
  (
    "formula", "queueDepth",
    "is written, but \"aggregation\" is \"max\"; write \"aggregation: formula\", or remove it"
  ),
  (
    "formula", "max(queueDepth",
    "is \"max(queueDepth\"; at character 15 it expected \")\", for example \"max(queueDepth, "
      + "0.5*gpuUtilization)\""
  ),
  (
    "stableWindow", "5s",
    "is \"5s\", shorter than the panic window of 6s; the panic window must not be longer than the "
      + "stable window"
  ),
  ("stableWindow", "-60s", "is \"-60s\"; \(durations("1s to 1h", "60s"))"),
  (
    "panicWindow", "61s",
    "is \"1m1s\", longer than the stable window of 1m; the panic window must not be longer than "
      + "the stable window"
  ),
  ("panicWindow", "500ms", "is \"500ms\"; \(durations("1s to 1h", "6s"))"),
  (
    "panicThreshold", "200",
    "is \"200\", which without a percent sign is a ratio of \"200\" to 1; write \"200%\""
  ),
  (
    "panicThreshold", "100%",
    "is \"100%\"; use a share above 100% and up to 1000%, for example \"200%\""
  ),
  (
    "burstCoverage", "80",
    "is \"80\", which without a percent sign is a ratio of \"80\" to 1; write \"80%\""
  ),
  (
    "burstCoverage", "100%",
    "is \"100%\"; use a share above 0% and below 100%, for example \"80%\""
  ),
  ("scaleDownDelay", "2 minutes", "is \"2 minutes\"; \(durations("0s to 24h", "2m"))"),
  ("coldStart", "7h", "is \"7h\"; \(durations("0s to 6h", "60s"))"),
  ("latencyObjective", "0s", "is \"0s\"; \(durations("1ms to 1h", "2s"))"),
  (
    "headroom", "-1",
    "is \"-1\"; use a number of replicas, or a percentage up to 1000%, for example \"20%\""
  ),
  (
    "forecast", "on",
    "is \"on\"; use one of \"off\", \"trend\", \"seasonal\", for example \"trend\""
  ),
  (
    "tolerance", "10",
    "is \"10\", which without a percent sign is a ratio of \"10\" to 1; write \"10%\""
  ),
  ("tolerance", "100%", "is \"100%\"; use a share from 0% to below 100%, for example \"0\""),
  (
    "output", "metric",
    "is \"metric\"; did you mean \"metrics\"? Use one of \"replicas\", \"metrics\""
  ),
  (
    "minReplicas", "1.5",
    "is \"1.5\"; use a whole number from 0 to 100000, for example \"2\""
  ),
  ("maxReplicas", "0", "is \"0\"; use a whole number from 1 to 100000, for example \"50\""),
  (
    "queueDepthThreshold", "0",
    "is \"0\"; use a number above 0 or \"auto\", for example \"50\""
  ),
  (
    "queueDepthThreshold", "nan",
    "is \"nan\"; use a number above 0 or \"auto\", for example \"50\""
  ),
  (
    "queueDepthThreshold", "0x10",
    "is \"0x10\"; use a number above 0 or \"auto\", for example \"50\""
  ),
  ("queueDepthActivationThreshold", "inf", "is \"inf\"; use a number, for example \"0\""),
  ("queueDepthQuery", "  ", "is empty; write a PromQL query, or leave it out"),
]
