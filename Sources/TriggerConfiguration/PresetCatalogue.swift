internal import ScalingEngine

extension Preset {
  /// Every preset there is: GPUs, engines, gateways. Names as published; where a name has a colon,
  /// pipelines through OpenTelemetry turn it into `_`.
  package static let catalogue: [Preset] =
    devicePresets + enginePresets + gatewayPresets

  /// Routers, gateways and queues: the only signals that survive at zero replicas.
  private static let gatewayPresets: [Preset] = [
    Preset(
      name: "vllm-router-request-rate", kind: .rate, unit: .plain, threshold: nil,
      summary: "Requests per second at the vLLM production stack's router.",
      shape: .rate(tiers: [
        ["vllm:num_incoming_requests_total", "vllm_num_incoming_requests_total"]
      ])),
    Preset(
      name: "vllm-router-qps", kind: .rate, unit: .plain, threshold: nil,
      summary: "Requests per second as the vLLM production stack's router works them out.",
      shape: .total(names: ["vllm:current_qps", "vllm_current_qps"])),
    Preset(
      name: "inference-gateway-saturation", kind: .utilization, unit: .ratio, threshold: 0.7,
      summary: "The endpoint picker's flow control: how saturated the pool is.",
      shape: .poolShare(names: [
        "llm_d_epp_flow_control_pool_saturation",
        "inference_extension_flow_control_pool_saturation",
      ])),
    Preset(
      name: "inference-gateway-kv-cache", kind: .utilization, unit: .ratio, threshold: 0.8,
      summary: "The endpoint picker's mean share of the pool's KV cache in use.",
      shape: .poolShare(names: [
        "llm_d_epp_average_kv_cache_utilization", "inference_pool_average_kv_cache_utilization",
      ])),
    Preset(
      name: "inference-gateway-queue-depth", kind: .queueDepth, unit: .plain, threshold: nil,
      summary: "The endpoint picker's average queue × ready replicas, under its new or old names.",
      shape: .pool(pairs: [
        PoolPair(average: "llm_d_epp_average_queue_size", ready: "llm_d_epp_ready_endpoints"),
        PoolPair(
          average: "inference_pool_average_queue_size", ready: "inference_pool_ready_pods"),
      ])),
    Preset(
      name: "inference-gateway-running", kind: .concurrency, unit: .plain, threshold: nil,
      summary: "The endpoint picker's average of running requests × ready replicas.",
      shape: .pool(pairs: [
        PoolPair(average: "llm_d_epp_average_running_requests", ready: "llm_d_epp_ready_endpoints"),
        PoolPair(
          average: "inference_pool_average_running_requests", ready: "inference_pool_ready_pods"),
      ])),
    Preset(
      name: "inference-gateway-flow-control-queue", kind: .queueDepth, unit: .plain, threshold: nil,
      summary: "Requests held back by the endpoint picker's flow control; there at zero replicas.",
      shape: .total(names: [
        "llm_d_epp_flow_control_queue_size", "inference_extension_flow_control_queue_size",
      ])),
    Preset(
      name: "envoy-pending", kind: .queueDepth, unit: .plain, threshold: nil,
      summary: "Requests waiting for a connection to the upstream cluster.",
      shape: .total(names: ["envoy_cluster_upstream_rq_pending_active"])),
    Preset(
      name: "envoy-active", kind: .concurrency, unit: .plain, threshold: nil,
      summary: "Requests active at the upstream cluster.",
      shape: .total(names: ["envoy_cluster_upstream_rq_active"])),
    Preset(
      name: "knative-queue-depth", kind: .concurrency, unit: .plain, threshold: nil,
      summary: "Requests in Knative's queue proxies, waiting and in work; only with a "
        + "containerConcurrency, and without traffic the last number stands.",
      shape: .replica(
        names: ["revision_queue_depth", "kn_serving_queue_depth", "kn_queueproxy_depth"])),
    Preset(
      name: "knative-concurrency", kind: .concurrency, unit: .plain, threshold: nil,
      summary: "Mean concurrency that Knative's queue proxies report, added up.",
      shape: .replica(names: ["queue_average_concurrent_requests"])),
  ]
}
