internal import ScalingEngine

extension Preset {
  /// What inference engines say of themselves.
  static let enginePresets: [Preset] =
    vllmPresets + sglangPresets + tritonPresets + otherEnginePresets

  /// A preset that each replica publishes itself, with the target left to be learned.
  private static func perReplica(
    _ name: String, _ kind: TriggerKind, _ metrics: [String], matchers: [LabelMatcher] = [],
    copies: [String] = [], _ summary: String
  ) -> Preset {
    Preset(
      name: name, kind: kind, unit: .plain, threshold: nil, summary: summary,
      shape: .replica(names: metrics, matchers: matchers, copies: copies))
  }

  /// A share that each replica publishes itself as 0 to 1, the mean over its parts.
  private static func share(
    _ name: String, _ metrics: [String], threshold: Double, copies: [String] = [],
    _ summary: String
  ) -> Preset {
    Preset(
      name: name, kind: .utilization, unit: .ratio, threshold: threshold, summary: summary,
      shape: .replica(names: metrics, copies: copies, by: .avg))
  }

  /// A latency that is watched for a quantile, in seconds: too slow means too few replicas. The
  /// target has to be written: what is slow is the user's to say.
  private static func latency(
    _ name: String, _ histograms: [String], quantile: Double = 0.95, _ summary: String
  ) -> Preset {
    Preset(
      name: name, kind: .gauge, unit: .plain, threshold: nil, summary: summary,
      shape: .quantile(quantile, buckets: histograms.map { $0 + "_bucket" }))
  }

  /// What each replica does per second, such as tokens. The target has to be written.
  private static func throughput(
    _ name: String, _ counters: [String], _ summary: String
  ) -> Preset {
    Preset(
      name: name, kind: .gauge, unit: .plain, threshold: nil, summary: summary,
      shape: .rate(tiers: [counters]))
  }

  /// A name of vLLM's or SGLang's and what OpenTelemetry makes of it.
  private static func variants(_ names: String...) -> [String] {
    names.flatMap { [$0, $0.replacing(":", with: "_")] }
  }

  /// vLLM's production stack has a router that repeats what it knows of each `server`.
  private static let notRouter = [LabelMatcher.equal("server", "")]

  /// vLLM. The label `engine` is a data-parallel rank, so its series are added up.
  private static let vllmPresets: [Preset] = [
    perReplica(
      "vllm-queue-depth", .queueDepth,
      ["vllm:num_requests_waiting", "vllm_num_requests_waiting", "ray_vllm_num_requests_waiting"],
      matchers: notRouter, "Requests waiting in vLLM. Fixed targets in use: 1 to 10."),
    perReplica(
      "vllm-running", .concurrency,
      ["vllm:num_requests_running", "vllm_num_requests_running", "ray_vllm_num_requests_running"],
      matchers: notRouter,
      "Requests running in vLLM. Fixed targets in use: 16, or just under the largest batch."),
    Preset(
      name: "vllm-request-rate", kind: .rate, unit: .plain, threshold: nil,
      summary: "Requests per second: the router's arrivals, else what the engines finish.",
      shape: .rate(tiers: [
        ["vllm:num_incoming_requests_total", "vllm_num_incoming_requests_total"],
        ["vllm:request_success_total", "vllm_request_success_total"],
      ])),
    share(
      "vllm-kv-cache",
      [
        "vllm:kv_cache_usage_perc", "vllm_kv_cache_usage_perc", "vllm:gpu_cache_usage_perc",
        "vllm_gpu_cache_usage_perc", "ray_vllm_kv_cache_usage_perc",
      ], threshold: 0.8, "Share of vLLM's KV cache in use, under its name in v1 or v0."),
    throughput(
      "vllm-preemptions", variants("vllm:num_preemptions_total"),
      "Requests per second thrown out of the KV cache to be begun anew."),
    throughput(
      "vllm-prompt-tokens", variants("vllm:prompt_tokens_total"), "Prompt tokens per second."),
    throughput(
      "vllm-generation-tokens", variants("vllm:generation_tokens_total"),
      "Generated tokens per second."),
    latency(
      "vllm-time-to-first-token", variants("vllm:time_to_first_token_seconds"),
      "Seconds to the first token, of the slowest twentieth of requests."),
    latency(
      "vllm-inter-token-latency",
      variants("vllm:inter_token_latency_seconds", "vllm:time_per_output_token_seconds"),
      "Seconds between tokens, of the slowest twentieth, under its new or old name."),
    latency(
      "vllm-queue-time", variants("vllm:request_queue_time_seconds"),
      "Seconds that requests waited, of the slowest twentieth."),
    latency(
      "vllm-request-latency", variants("vllm:e2e_request_latency_seconds"),
      "Seconds from request to last token, of the slowest twentieth."),
  ]

  /// SGLang's ranks that say the same; data-parallel ones are parts.
  private static let sglangCopies = ["tp_rank", "pp_rank", "moe_ep_rank"]

  /// With priority scheduling SGLang tells the total without a priority, and each priority's part of
  /// it beside (v0.5: `SchedulerMetricsCollector`).
  private static let sglangTotal = [LabelMatcher.equal("priority", "")]

  /// SGLang.
  private static let sglangPresets: [Preset] = [
    perReplica(
      "sglang-queue-depth", .queueDepth, ["sglang:num_queue_reqs", "sglang_num_queue_reqs"],
      matchers: sglangTotal, copies: sglangCopies, "Requests waiting in SGLang."),
    perReplica(
      "sglang-running", .concurrency, ["sglang:num_running_reqs", "sglang_num_running_reqs"],
      matchers: sglangTotal, copies: sglangCopies, "Requests running in SGLang."),
    share(
      "sglang-token-usage", ["sglang:token_usage", "sglang_token_usage"], threshold: 0.8,
      copies: sglangCopies, "Share of SGLang's token pool in use."),
    Preset(
      name: "sglang-throughput", kind: .gauge, unit: .plain, threshold: nil,
      summary: "Generated tokens per second in SGLang.",
      shape: .replica(names: variants("sglang:gen_throughput"), copies: sglangCopies)),
    perReplica(
      "sglang-prefill-inflight", .queueDepth, variants("sglang:num_prefill_inflight_queue_reqs"),
      matchers: sglangTotal, copies: sglangCopies,
      "Requests whose KV cache leaves a prefill server."),
    perReplica(
      "sglang-decode-preallocation", .queueDepth, variants("sglang:num_decode_prealloc_queue_reqs"),
      matchers: sglangTotal, copies: sglangCopies, "Requests that wait for room in a decode server."
    ),
    perReplica(
      "sglang-decode-transfer", .queueDepth, variants("sglang:num_decode_transfer_queue_reqs"),
      matchers: sglangTotal, copies: sglangCopies,
      "Requests whose KV cache comes into a decode server."),
  ]

  /// Triton and the TensorRT-LLM servers.
  private static let tritonPresets: [Preset] = [
    perReplica(
      "triton-pending", .queueDepth, ["nv_inference_pending_request_count"],
      "Requests waiting in Triton, all models. A fixed target in use: 5."),
    Preset(
      name: "triton-mean-wait", kind: .gauge, unit: .plain, threshold: 0.05,
      summary:
        "Seconds that a request waited in Triton, on average; of an ensemble choose the model "
        + "that waits. A target in use: 0.05.",
      shape: .meanWait(
        microseconds: "nv_inference_queue_duration_us", requests: "nv_inference_request_success")),
    Preset(
      name: "triton-request-rate", kind: .rate, unit: .plain, threshold: nil,
      summary: "Requests per second that Triton finished without a failure; of an ensemble choose "
        + "one model, for each counts.",
      shape: .rate(tiers: [["nv_inference_request_success"]])),
    share(
      "triton-gpu-utilization", ["nv_gpu_utilization"], threshold: 0.7,
      "GPU utilization as Triton publishes it, 0 to 1."),
    perReplica(
      "trtllm-backend-queue-depth", .queueDepth, ["nv_trt_llm_request_metrics"],
      matchers: [.equal("request_type", "waiting")],
      "Requests waiting in Triton's TensorRT-LLM backend."),
    perReplica(
      "trtllm-backend-running", .concurrency, ["nv_trt_llm_request_metrics"],
      matchers: [.equal("request_type", "scheduled")],
      "Requests scheduled in Triton's TensorRT-LLM backend; the active ones include those waiting."),
    Preset(
      name: "trtllm-backend-kv-cache", kind: .utilization, unit: .ratio, threshold: 0.8,
      summary: "Share of the TensorRT-LLM backend's KV cache blocks in use.",
      shape: .replica(
        names: ["nv_trt_llm_kv_cache_block_metrics"],
        matchers: [.equal("kv_cache_block_type", "fraction")], by: .avg)),
    perReplica(
      "trtllm-queue-depth", .queueDepth, ["trtllm_num_requests_waiting"],
      "Requests waiting in trtllm-serve (path /prometheus/metrics)."),
    perReplica(
      "trtllm-running", .concurrency, ["trtllm_num_requests_running"],
      "Requests running in trtllm-serve (path /prometheus/metrics)."),
    share(
      "trtllm-kv-cache", ["trtllm_kv_cache_utilization"], threshold: 0.8,
      "Share of trtllm-serve's KV cache in use."),
  ]

  private static let otherEnginePresets: [Preset] = [
    perReplica(
      "tgi-queue-depth", .queueDepth, ["tgi_queue_size"],
      "Requests waiting in Text Generation Inference. Fixed targets in use: 3 to 5."),
    perReplica(
      "tgi-batch-size", .concurrency, ["tgi_batch_current_size"],
      "Requests in Text Generation Inference's running batch."),
    latency(
      "tgi-queue-time", ["tgi_request_queue_duration"],
      "Seconds that requests waited, of the slowest twentieth."),
    latency(
      "tgi-request-latency", ["tgi_request_duration"],
      "Seconds that requests took, of the slowest twentieth."),
    perReplica(
      "nim-queue-depth", .queueDepth, ["num_requests_waiting"],
      "Requests waiting in NIM 1 (path /v1/metrics); NIM 2 has its engine's metrics."),
    perReplica(
      "nim-running", .concurrency, ["num_requests_running"],
      "Requests running in NIM 1 (path /v1/metrics); NIM 2 has its engine's metrics."),
    share(
      "nim-kv-cache", ["gpu_cache_usage_perc"], threshold: 0.8,
      "Share of NIM's KV cache in use."),
    perReplica(
      "ray-serve-queue-depth", .queueDepth, ["ray_serve_deployment_queued_queries"],
      "Queries queued for a Ray Serve deployment, all handles; of several deployments choose one."),
    perReplica(
      "ray-serve-running", .concurrency, ["ray_serve_replica_processing_queries"],
      "Queries in work at Ray Serve's replicas."),
    perReplica(
      "ray-serve-ongoing", .concurrency, ["ray_serve_num_ongoing_requests_at_replicas"],
      "Requests that Ray Serve's handles have at replicas."),
    perReplica(
      "lmdeploy-queue-depth", .queueDepth, variants("lmdeploy:num_requests_waiting"),
      "Requests waiting in LMDeploy."),
    perReplica(
      "lmdeploy-running", .concurrency, variants("lmdeploy:num_requests_running"),
      "Requests running in LMDeploy."),
    share(
      "lmdeploy-kv-cache", variants("lmdeploy:gpu_cache_usage_perc"), threshold: 0.8,
      "Share of LMDeploy's KV cache in use."),
    perReplica(
      "llamacpp-queue-depth", .queueDepth,
      ["llamacpp:requests_deferred", "llamacpp_requests_deferred"],
      "Requests deferred by llama.cpp's server (needs --metrics). A fixed target in use: 1."),
    perReplica(
      "llamacpp-running", .concurrency,
      ["llamacpp:requests_processing", "llamacpp_requests_processing"],
      "Requests in work at llama.cpp's server (needs --metrics)."),
    Preset(
      name: "tf-serving-request-rate", kind: .rate, unit: .plain, threshold: nil,
      summary: "Requests per second at TensorFlow Serving.",
      shape: .rate(tiers: [
        [":tensorflow:serving:request_count", "_tensorflow_serving_request_count"]
      ])),
    Preset(
      name: "tf-serving-mean-wait", kind: .gauge, unit: .plain, threshold: nil,
      summary: "Seconds that a request waited for a batch in TensorFlow Serving, on average.",
      shape: .meanWait(
        microseconds: ":tensorflow:serving:batching_session:queuing_latency_sum",
        requests: ":tensorflow:serving:batching_session:queuing_latency_count")),
  ]
}
