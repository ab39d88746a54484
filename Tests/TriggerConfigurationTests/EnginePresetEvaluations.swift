/// What engines and gateways say of themselves, with the labels that each publishes.
let enginePresetEvaluations: [Evaluation] =
  perReplica.map(parts) + counters.map(growth) + histograms.map(quantile) + shares + totals

/// A metric that each replica publishes in parts: its preset, the first part, the second, the
/// labels of either, and what both make (a sum, or a mean).
private let perReplica: [(String, String, [String], [Double], Double)] = [
  (
    "vllm-running", "vllm:num_requests_running",
    ["engine=\"0\",model_name=\"m\"", "engine=\"1\",model_name=\"m\""], [12, 9], 21
  ),
  (
    "sglang-running", "sglang:num_running_reqs",
    ["dp_rank=\"0\",tp_rank=\"0\"", "dp_rank=\"1\",tp_rank=\"0\""], [7, 5], 12
  ),
  (
    // The larger of two tensor-parallel ranks, which say the same.
    "sglang-throughput", "sglang:gen_throughput", ["tp_rank=\"0\"", "tp_rank=\"1\""], [900, 901],
    901
  ),
  (
    "sglang-prefill-inflight", "sglang:num_prefill_inflight_queue_reqs",
    ["dp_rank=\"0\"", "dp_rank=\"1\""], [2, 3], 5
  ),
  (
    "sglang-decode-preallocation", "sglang_num_decode_prealloc_queue_reqs",
    ["tp_rank=\"0\"", "tp_rank=\"1\""], [4, 4], 4
  ),
  (
    "sglang-decode-transfer", "sglang:num_decode_transfer_queue_reqs",
    ["pp_rank=\"0\"", "pp_rank=\"1\""], [6, 6], 6
  ),
  (
    "trtllm-backend-queue-depth", "nv_trt_llm_request_metrics",
    ["request_type=\"waiting\",model=\"x\"", "request_type=\"active\",model=\"x\""], [3, 50], 3
  ),
  (
    "trtllm-backend-running", "nv_trt_llm_request_metrics",
    [
      "request_type=\"max\",model=\"x\"", "request_type=\"active\",model=\"x\"",
      "request_type=\"scheduled\",model=\"x\"",
    ], [64, 53, 50], 50
  ),
  (
    "trtllm-queue-depth", "trtllm_num_requests_waiting", ["model=\"x\"", "model=\"y\""], [1, 2], 3
  ),
  ("trtllm-running", "trtllm_num_requests_running", ["model=\"x\"", "model=\"y\""], [8, 2], 10),
  (
    "lmdeploy-queue-depth", "lmdeploy:num_requests_waiting",
    ["engine=\"0\"", "engine=\"1\""], [4, 5], 9
  ),
  (
    "lmdeploy-running", "lmdeploy_num_requests_running", ["engine=\"0\"", "engine=\"1\""],
    [30, 20], 50
  ),
  (
    "lmdeploy-kv-cache", "lmdeploy:gpu_cache_usage_perc", ["engine=\"0\"", "engine=\"1\""],
    [0.5, 0.25], 0.375
  ),
  ("tgi-queue-depth", "tgi_queue_size", ["container=\"tgi\"", "container=\"tgi2\""], [4, 0], 4),
  (
    "tgi-batch-size", "tgi_batch_current_size", ["container=\"tgi\"", "container=\"tgi2\""],
    [16, 8],
    24
  ),
  (
    "nim-queue-depth", "num_requests_waiting", ["model_name=\"x\"", "model_name=\"y\""], [5, 1], 6
  ),
  ("nim-running", "num_requests_running", ["model_name=\"x\"", "model_name=\"y\""], [9, 1], 10),
  (
    "ray-serve-queue-depth", "ray_serve_deployment_queued_queries",
    [
      "deployment=\"d\",application=\"a\",handle=\"h1\"",
      "deployment=\"d\",application=\"a\",handle=\"h2\"",
    ],
    [3, 4], 7
  ),
  (
    "ray-serve-running", "ray_serve_replica_processing_queries",
    [
      "deployment=\"d\",application=\"a\",replica=\"r1\"",
      "deployment=\"d\",application=\"a\",replica=\"r2\"",
    ],
    [2, 5], 7
  ),
  (
    "ray-serve-ongoing", "ray_serve_num_ongoing_requests_at_replicas",
    ["deployment=\"d\",handle=\"h1\"", "deployment=\"d\",handle=\"h2\""], [2, 6], 8
  ),
  (
    "llamacpp-queue-depth", "llamacpp:requests_deferred", ["slot=\"a\"", "slot=\"b\""], [1, 0], 1
  ),
  (
    "llamacpp-running", "llamacpp_requests_processing", ["slot=\"a\"", "slot=\"b\""], [1, 3], 4
  ),
  (
    "knative-queue-depth", "revision_queue_depth",
    ["revision_name=\"v1\"", "revision_name=\"v2\""], [10, 2], 12
  ),
  (
    "knative-concurrency", "queue_average_concurrent_requests",
    ["destination_revision=\"v1\"", "destination_revision=\"v2\""], [1.5, 2], 3.5
  ),
  // Shares of one replica are averaged, not added.
  (
    "sglang-token-usage", "sglang:token_usage", ["dp_rank=\"0\"", "dp_rank=\"1\""], [0.5, 0.75],
    0.625
  ),
  (
    "triton-gpu-utilization", "nv_gpu_utilization", ["gpu_uuid=\"GPU-0\"", "gpu_uuid=\"GPU-1\""],
    [0.25, 0.75], 0.5
  ),
  (
    "trtllm-backend-kv-cache", "nv_trt_llm_kv_cache_block_metrics",
    ["kv_cache_block_type=\"fraction\"", "kv_cache_block_type=\"used\""], [0.375, 900], 0.375
  ),
  (
    "trtllm-kv-cache", "trtllm_kv_cache_utilization", ["model=\"x\"", "model=\"y\""], [0.25, 0.75],
    0.5
  ),
  (
    "nim-kv-cache", "gpu_cache_usage_perc", ["model_name=\"x\"", "model_name=\"y\""], [0.5, 0.25],
    0.375
  ),
]

/// One pod of the namespace in two parts, and one of another namespace, which does not count.
private func parts(
  _ preset: String, _ metric: String, _ labels: [String], _ values: [Double], _ expected: Double
) -> Evaluation {
  let pod = "pod=\"llm-0\",namespace=\"inference\",instance=\"10.0.0.1:8000\""
  return Evaluation(
    preset: preset, about: "the parts of one replica are one series",
    selector: "namespace=\"inference\"",
    series: zip(labels, values).map { ("\(metric){\($0),\(pod)}", "\($1)x8") } + [
      ("\(metric){\(labels[0]),pod=\"x\",namespace=\"other\",instance=\"10.0.0.2:8000\"}", "99x8")
    ], expected: [("{\(pod)}", expected)])
}

/// Counters: the preset, its name, and what two series grow in 15 s. Together that is per second.
private let counters: [(String, String, Int, Int, Double)] = [
  ("vllm-preemptions", "vllm:num_preemptions_total", 15, 30, 3),
  ("vllm-prompt-tokens", "vllm:prompt_tokens_total", 15_000, 30_000, 3000),
  ("vllm-generation-tokens", "vllm_generation_tokens_total", 1500, 3000, 300),
  ("triton-request-rate", "nv_inference_request_success", 45, 15, 4),
  ("tf-serving-request-rate", ":tensorflow:serving:request_count", 150, 30, 12),
  ("vllm-router-request-rate", "vllm:num_incoming_requests_total", 75, 15, 6),
]

private func growth(
  _ preset: String, _ metric: String, _ first: Int, _ second: Int, _ expected: Double
) -> Evaluation {
  Evaluation(
    preset: preset, about: "growth per second of all replicas, added up",
    series: [
      ("\(metric){pod=\"llm-0\",model=\"m\"}", "0+\(first)x8"),
      ("\(metric){pod=\"llm-1\",model=\"m\"}", "0+\(second)x8"),
    ], expected: [("{}", expected)])
}

/// Histograms: the preset and its names, one pod's each.
private let histograms: [(String, [String])] = [
  ("vllm-time-to-first-token", ["vllm:time_to_first_token_seconds"]),
  // One replica of the new version, one of the old.
  (
    "vllm-inter-token-latency",
    ["vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"]
  ),
  (
    "vllm-request-latency",
    ["vllm:e2e_request_latency_seconds", "vllm_e2e_request_latency_seconds"]
  ),
  ("tgi-queue-time", ["tgi_request_queue_duration"]),
  ("tgi-request-latency", ["tgi_request_duration"]),
]

/// Of 100 requests 80 take up to 0.25 s and 20 up to 0.5 s: the 95th is the 15th of those 20, so
/// 0.25 + 15 ÷ 20 × 0.25.
private func quantile(_ preset: String, _ names: [String]) -> Evaluation {
  Evaluation(
    preset: preset, about: "the 95th of 100, under each name",
    series: names.enumerated().flatMap { number, name in
      [("0.25", 1200), ("0.5", 1500), ("+Inf", 1500)].map { bound, step in
        ("\(name)_bucket{pod=\"llm-\(number)\",le=\"\(bound)\"}", "0+\(step)x8")
      }
    }, expected: [("{}", 0.4375)])
}

private let shares = [
  Evaluation(
    preset: "tf-serving-mean-wait", about: "100 000 µs a second by one request a second",
    series: [
      (":tensorflow:serving:batching_session:queuing_latency_sum{pod=\"a\"}", "0+1500000x8"),
      (":tensorflow:serving:batching_session:queuing_latency_count{pod=\"a\"}", "0+15x8"),
    ], expected: [("{}", 0.1)]),
  Evaluation(
    preset: "inference-gateway-kv-cache", about: "one mean, whoever publishes it",
    series: [
      ("inference_pool_average_kv_cache_utilization{name=\"p\",pod=\"epp-0\"}", "0.5x8"),
      ("inference_pool_average_kv_cache_utilization{name=\"p\",pod=\"epp-1\"}", "0.5x8"),
    ], expected: [("{}", 0.5)]),
  Evaluation(
    preset: "inference-gateway-running", about: "the new names win over the old: 8 × 3",
    series: [
      ("llm_d_epp_average_running_requests{name=\"p\"}", "8x8"),
      ("llm_d_epp_ready_endpoints{name=\"p\"}", "3x8"),
      ("inference_pool_average_running_requests{name=\"p\"}", "8x8"),
      ("inference_pool_ready_pods{name=\"p\"}", "3x8"),
    ], expected: [("{}", 24)]),
]

private let totals = [
  ("vllm-router-qps", "vllm:current_qps", "server=\"http://10.0.0.1:8000\"", "server=\"b\""),
  (
    "inference-gateway-flow-control-queue", "llm_d_epp_flow_control_queue_size",
    "fairness_id=\"a\",priority=\"0\"", "fairness_id=\"b\",priority=\"1\""
  ),
  (
    "envoy-pending", "envoy_cluster_upstream_rq_pending_active", "envoy_cluster_name=\"a\"",
    "envoy_cluster_name=\"b\""
  ),
  (
    "envoy-active", "envoy_cluster_upstream_rq_active", "envoy_cluster_name=\"a\"",
    "envoy_cluster_name=\"b\""
  ),
].map { preset, metric, first, second in
  Evaluation(
    preset: preset, about: "parts of one total",
    series: [("\(metric){\(first)}", "3x8"), ("\(metric){\(second)}", "4.5x8")],
    expected: [("{}", 7.5)])
}
