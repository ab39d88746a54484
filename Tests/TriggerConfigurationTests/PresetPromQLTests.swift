import Foundation
import ScalingEngine
import TestSupport
import Testing
import TriggerConfiguration

/// The presets' PromQL as Prometheus' own parser and evaluator see it (Debian's `promtool`).
@Suite struct PresetPromQLTests {
  @Test func `Prometheus accepts every preset, with and without a selector`() throws {
    var rules = "groups:\n- name: presets\n  rules:\n"
    for preset in Preset.catalogue {
      for selector in ["", ", selector: 'namespace=\"a\",pod=~\"b-.*\",x!=\"\"'"] {
        let list = "- {preset: \(preset.name)\(Self.threshold(preset))\(selector)}"
        let query = try TriggerSpec(metadata: ["triggers": list]).sources[0].query
        rules += "  - {record: preset, expr: \(singleQuoted(query)), labels: "
        rules += "{name: \(preset.name)\(selector.isEmpty ? "" : "-selected")}}\n"
      }
    }
    let output = try promtool("check", ["rules"], rules)
    #expect(output.contains("SUCCESS: \(Preset.catalogue.count * 2) rules found"), "\(output)")
  }

  private static let evaluations =
    presetEvaluations + devicePresetEvaluations + enginePresetEvaluations

  @Test func `Every preset has an answer worked out by hand`() {
    let evaluated = Set(Self.evaluations.map(\.preset))
    #expect(evaluated == Set(Preset.catalogue.map(\.name)))
  }

  @Test(arguments: evaluations)
  func `Prometheus gives a preset the value worked out by hand`(evaluation: Evaluation) throws {
    let selector = evaluation.selector.isEmpty ? "" : ", selector: '\(evaluation.selector)'"
    let preset = try #require(Preset.named(evaluation.preset))
    let list = "- {preset: \(preset.name)\(Self.threshold(preset))\(selector)}"
    let query = try TriggerSpec(metadata: ["triggers": list]).sources[0].query
    try evaluate(query, evaluation.series, evaluation.expected)
  }

  /// Expects an expression to give samples two minutes into series of values every 15 s.
  private func evaluate(
    _ query: String, _ given: [(String, String)], _ expected: [(String, Double)]
  ) throws {
    let series = given.map {
      "  - {series: \(singleQuoted($0.0)), values: '\($0.1)'}"
    }
    let samples = expected.map {
      "    - {labels: \(singleQuoted($0.0)), value: \($0.1)}"
    }
    let test = """
      tests:
      - interval: 15s
        input_series:
      \(series.joined(separator: "\n"))
        promql_expr_test:
        - expr: \(singleQuoted(query))
          eval_time: 2m
          exp_samples:
      \(samples.joined(separator: "\n"))
      """
    let output = try promtool("test", ["rules"], test)
    #expect(output.contains("SUCCESS"), "\(output)")
  }

  @Test func `Ready replicas of one namespace, told by two kube-state-metrics, count once`() throws
  {
    let spec = try TriggerSpec(
      metadata: ["replicasOf": "deployment/llm", "triggers": "- {preset: vllm-running}"],
      namespace: "i")
    let ready = "kube_deployment_status_replicas_ready"
    try evaluate(
      try #require(spec.replicasQuery),
      [
        ("\(ready){deployment=\"llm\",namespace=\"i\",instance=\"ksm-0\"}", "3x8"),
        ("\(ready){deployment=\"llm\",namespace=\"i\",instance=\"ksm-1\"}", "3x8"),
        ("\(ready){deployment=\"llm\",namespace=\"other\"}", "9x8"),
      ], [("{}", 3)])
    // Where a job honours no labels, the namespace is kube-state-metrics' own.
    try evaluate(
      try #require(spec.replicasQuery),
      [
        ("\(ready){deployment=\"llm\",namespace=\"i\",exported_namespace=\"other\"}", "9x8"),
        ("\(ready){deployment=\"llm\",namespace=\"m\",exported_namespace=\"i\"}", "3x8"),
      ], [("{}", 3)])
  }

  /// Labels of a pod as kube-state-metrics tells them, and as a job that honours none leaves them.
  private static func labels(_ pod: String, isHonoured: Bool) -> String {
    isHonoured
      ? "namespace=\"i\",pod=\"\(pod)\",container=\"c\""
      : "namespace=\"monitoring\",pod=\"ksm-0\",container=\"ksm\",exported_namespace=\"i\","
        + "exported_pod=\"\(pod)\",exported_container=\"c\""
  }

  @Test(arguments: [true, false])
  func `Free GPUs are whole replicas on each node, beside those that hold theirs`(
    isHonoured: Bool
  ) throws {
    let spec = try TriggerSpec(
      metadata: [
        "replicasOf": "deployment/llm", "capacityOf": "nvidia.com/gpu", "gpusPerReplica": "2",
        "triggers": "- {preset: vllm-running}",
      ], namespace: "i")
    let has = "kube_node_status_allocatable{resource=\"nvidia_com_gpu\",node="
    func asks(_ pod: String, _ node: String) -> String {
      "kube_pod_container_resource_requests{resource=\"nvidia_com_gpu\",node=\"\(node)\","
        + "\(Self.labels(pod, isHonoured: isHonoured))}"
    }
    func phase(_ pod: String, _ phase: String) -> String {
      "kube_pod_status_phase{phase=\"\(phase)\",\(Self.labels(pod, isHonoured: isHonoured))}"
    }
    func info(_ pod: String, _ creator: String, _ node: String) -> String {
      "kube_pod_info{created_by_kind=\"ReplicaSet\",created_by_name=\"\(creator)\","
        + "node=\"\(node)\",\(Self.labels(pod, isHonoured: isHonoured))}"
    }
    // Node a has 8, 2 and 1 held: 2 replicas. Node b has 5, none held: 2. Node c is closed, node d
    // not ready. One replica is placed; the one without a node holds nothing, and a finished job's GPUs are free again.
    try evaluate(
      try #require(spec.capacityQuery),
      [
        ("\(has)\"a\"}", "8x8"), ("\(has)\"b\"}", "5x8"), ("\(has)\"c\"}", "8x8"),
        ("\(has)\"d\"}", "8x8"),
        ("kube_node_status_condition{node=\"d\",condition=\"Ready\",status=\"true\"}", "0x8"),
        ("kube_node_status_condition{node=\"a\",condition=\"Ready\",status=\"true\"}", "1x8"),
        (asks("web", "a"), "1x8"), (phase("web", "Running"), "1x8"),
        ("kube_node_spec_unschedulable{node=\"c\"}", "1x8"),
        ("kube_node_spec_unschedulable{node=\"a\"}", "0x8"),
        (asks("llm-5f-x", "a"), "2x8"), (phase("llm-5f-x", "Running"), "1x8"),
        (info("llm-5f-x", "llm-5f", "a"), "1x8"),
        (asks("llm-5f-y", ""), "2x8"), (phase("llm-5f-y", "Pending"), "1x8"),
        (info("llm-5f-y", "llm-5f", ""), "1x8"),
        (asks("job", "b"), "4x8"), (phase("job", "Succeeded"), "1x8"),
        (phase("job", "Running"), "0x8"),
      ], [("{}", 5)])
  }

  @Test func `GPUs without a claim are free under Dynamic Resource Allocation`() throws {
    let spec = try TriggerSpec(
      metadata: [
        "replicasOf": "statefulset/llm", "capacityOf": "dra",
        "triggers": "- {preset: vllm-running}",
      ], namespace: "i")
    let gpu = "DCGM_FI_DEV_GPU_UTIL{Hostname=\"a\",UUID="
    // Three GPUs, one claimed, and one replica placed.
    try evaluate(
      try #require(spec.capacityQuery),
      [
        ("\(gpu)\"1\",dra_claim_name=\"llm-0-gpu\"}", "90x8"), ("\(gpu)\"2\"}", "0x8"),
        ("\(gpu)\"3\"}", "0x8"),
        (
          "kube_pod_info{namespace=\"i\",pod=\"llm-0\",created_by_kind=\"StatefulSet\","
            + "created_by_name=\"llm\",node=\"a\"}", "1x8"
        ),
        ("kube_pod_status_phase{namespace=\"i\",pod=\"llm-0\",phase=\"Running\"}", "1x8"),
      ], [("{}", 3)])
  }

  /// A gauge's target has to be written; any number does.
  private static func threshold(_ preset: Preset) -> String {
    preset.kind == .gauge ? ", threshold: 5" : ""
  }

  /// Runs `promtool COMMAND … FILE` over a text and gives what it printed.
  private func promtool(_ command: String, _ more: [String], _ text: String) throws -> String {
    let file = FileManager.default.temporaryDirectory
      .appending(path: "presets-\(UUID().uuidString).yaml")
    try text.write(to: file, atomically: true, encoding: .utf8)
    defer { try? FileManager.default.removeItem(at: file) }
    let process = ChildProcess()
    process.executableURL = URL(filePath: "/usr/bin/promtool")
    process.arguments = [command] + more + [file.path()]
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let data = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return String(decoding: data, as: UTF8.self)
  }

  private func singleQuoted(_ text: String) -> String {
    "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "''") + "'"
  }
}
