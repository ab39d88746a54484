import ScalingEngine
import Testing
import TriggerConfiguration

@Suite struct PresetTests {
  /// What a preset asks with `namespace="inference"` on it.
  private func query(_ preset: String) throws -> String {
    try TriggerSpec(metadata: [
      "triggers": "- {preset: \(preset), selector: 'namespace=\"inference\"'}"
    ]).sources[0].query
  }

  @Test func `Names of presets are unique, and each can be used as it is`() throws {
    #expect(Set(Preset.catalogue.map(\.name)).count == Preset.catalogue.count)
    for preset in Preset.catalogue {
      // What a replica can carry of a gauge cannot be learned.
      let threshold = preset.kind == .gauge && preset.threshold == nil ? ", threshold: 5" : ""
      let spec = try TriggerSpec(metadata: ["triggers": "- {preset: \(preset.name)\(threshold)}"])
      #expect(spec.sources[0].kind == preset.kind)
      #expect(spec.sources[0].unit == preset.unit)
      #expect(spec.sources[0].preset == preset.name)
      #expect((preset.unit == .plain) == (preset.kind != .utilization))
    }
  }

  @Test func `A queue depth is one series per replica, name variants never added up`() throws {
    #expect(
      try query("vllm-queue-depth")
        == "sum by (namespace, pod, exported_pod, pod_name, instance) "
        + "(vllm:num_requests_waiting{server=\"\",namespace=\"inference\"}) or "
        + "sum by (namespace, pod, exported_pod, pod_name, instance) "
        + "(vllm_num_requests_waiting{server=\"\",namespace=\"inference\"}) or "
        + "sum by (namespace, pod, exported_pod, pod_name, instance) "
        + "(ray_vllm_num_requests_waiting{server=\"\",namespace=\"inference\"})")
  }

  @Test func `Copies of the same number are taken once before parts are added`() throws {
    #expect(
      try query("sglang-queue-depth")
        == "sum by (namespace, pod, exported_pod, pod_name, instance) "
        + "(max without (tp_rank, pp_rank, moe_ep_rank) "
        + "(sglang:num_queue_reqs{priority=\"\",namespace=\"inference\"})) or "
        + "sum by (namespace, pod, exported_pod, pod_name, instance) "
        + "(max without (tp_rank, pp_rank, moe_ep_rank) "
        + "(sglang_num_queue_reqs{priority=\"\",namespace=\"inference\"}))")
  }

  @Test func `A label of the metric's own is put before the user's`() throws {
    #expect(
      try query("trtllm-backend-queue-depth")
        == "sum by (namespace, pod, exported_pod, pod_name, instance) "
        + "(nv_trt_llm_request_metrics{request_type=\"waiting\",namespace=\"inference\"})")
  }

  @Test func `A GPU's workload is looked for under each name, one at a time`() throws {
    let once = "max without (vgpu, container, exported_container, container_name, hpc_job) "
    #expect(
      try query("dcgm-gpu-utilization")
        == "label_replace(\(once)(DCGM_FI_DEV_GPU_UTIL{exported_pod!=\"\",GPU_I_ID=\"\","
        + "exported_namespace=\"inference\"}), \"pod\", \"$1\", \"exported_pod\", \"(.+)\") or "
        + "label_replace(\(once)(DCGM_FI_DEV_GPU_UTIL{pod_name!=\"\",exported_pod=\"\","
        + "GPU_I_ID=\"\",pod_namespace=\"inference\"}), \"pod\", \"$1\", \"pod_name\", \"(.+)\") or "
        + "(\(once)(DCGM_FI_DEV_GPU_UTIL{pod!=\"\",exported_pod=\"\",pod_name=\"\",GPU_I_ID=\"\","
        + "namespace=\"inference\"}) unless on (job) (DCGM_FI_DEV_GPU_UTIL{exported_pod!=\"\"} or "
        + "DCGM_FI_DEV_GPU_UTIL{pod_name!=\"\"})) or "
        + "label_replace(\(once)(DCGM_FI_DEV_GPU_UTIL{dra_claim_name!=\"\",exported_pod=\"\","
        + "pod_name=\"\",pod=\"\",GPU_I_ID=\"\",dra_claim_namespace=\"inference\"}), "
        + "\"pod\", \"$1\", \"dra_claim_name\", \"(.+)\")"
    )
  }

  @Test func `A rate takes the router's count before the engines'`() throws {
    let labels = "namespace, pod, exported_pod, pod_name, instance"
    func part(_ name: String) -> String {
      "sum by (\(labels)) (rate(\(name){namespace=\"inference\"}[1m]))"
    }
    #expect(
      try query("vllm-request-rate")
        == "sum(\(part("vllm:num_incoming_requests_total")) or "
        + "\(part("vllm_num_incoming_requests_total"))) or "
        + "sum(\(part("vllm:request_success_total")) or \(part("vllm_request_success_total")))")
  }

  @Test func `What routers, gateways and pools publish has no pod of the workload`() throws {
    let foreign = Preset.catalogue.filter { $0.metricOfPods == nil }.map(\.name)
    #expect(
      foreign == [
        "vllm-router-request-rate", "vllm-router-qps", "inference-gateway-saturation",
        "inference-gateway-kv-cache", "inference-gateway-queue-depth", "inference-gateway-running",
        "inference-gateway-flow-control-queue", "envoy-pending", "envoy-active",
      ])
    let rate = try #require(Preset.named("vllm-request-rate"))
    #expect(rate.metricNames[0] == "vllm:num_incoming_requests_total")
    #expect(rate.metricOfPods == "vllm:request_success_total")
    #expect(Preset.named("vllm-queue-depth")?.metricOfPods == "vllm:num_requests_waiting")
  }

  @Test func `An average over a pool is multiplied by its ready replicas`() throws {
    #expect(
      try query("inference-gateway-queue-depth")
        == "sum(max by (name) (llm_d_epp_average_queue_size{namespace=\"inference\"}) * "
        + "max by (name) (llm_d_epp_ready_endpoints{namespace=\"inference\"})) or "
        + "sum(max by (name) (inference_pool_average_queue_size{namespace=\"inference\"}) * "
        + "max by (name) (inference_pool_ready_pods{namespace=\"inference\"}))")
  }

  @Test func `A preset's threshold is its own unless the user writes one`() throws {
    let spec = try TriggerSpec(metadata: [
      "triggers": """
      - {preset: dcgm-gpu-utilization}
      - {preset: dcgm-sm-active}
      - {preset: vllm-kv-cache, threshold: 0.9}
      - {preset: vllm-queue-depth}
      - {preset: amd-gpu-utilization, threshold: auto}
      """
    ])
    #expect(
      spec.policy.triggers.map(\.target) == [
        .number(0.7), .number(0.7), .number(0.9), .learned, .learned,
      ])
    #expect(spec.sources.map(\.unit) == [.percent, .ratio, .ratio, .plain, .percent])
  }

  @Test(arguments: [
    "a=\"b\"} or vector(1) #", "a=\"b\", ", "a=b", "{a=\"b\"", "a=\"b\" c=\"d\"", "a=\"b", "",
    "__name__=\"x\"", "a=\"\\", "1a=\"b\"", "a==\"b\"", "a=\"b\nc\"",
  ])
  func `A selector can hold nothing but matchers`(selector: String) {
    let escaped = selector.split(separator: "", omittingEmptySubsequences: true).map { character in
      switch character {
      case "\"": "\\\""
      case "\\": "\\\\"
      case "\n": "\\n"
      default: String(character)
      }
    }.joined()
    let message = refusal(of: [
      "triggers": "[{\"preset\":\"vllm-running\",\"selector\":\"\(escaped)\"}]"
    ])
    if selector == "a=\"b\", " {
      #expect(message.hasPrefix("accepted"), "a comma at the end is PromQL too")
    } else {
      #expect(message.contains("entry 1: \"selector\" "), "\(message)")
    }
  }
}
