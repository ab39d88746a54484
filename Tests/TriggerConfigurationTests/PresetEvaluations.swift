/// A preset, the series that are there, and what its query must then answer.
struct Evaluation: Sendable, CustomStringConvertible {
  var preset: String
  var about: String
  var selector = ""
  /// Series and their values every 15 s for two minutes, in promtool's notation.
  var series: [(String, String)]
  var expected: [(String, Double)]
  var description: String { "\(preset): \(about)" }
}

/// Presets' answers with the numbers worked out by hand.
let presetEvaluations = [
  Evaluation(
    preset: "vllm-queue-depth", about: "data-parallel ranks are added up, per pod",
    series: [
      ("vllm:num_requests_waiting{pod=\"a\",engine=\"0\"}", "3x8"),
      ("vllm:num_requests_waiting{pod=\"a\",engine=\"1\"}", "4x8"),
      ("vllm:num_requests_waiting{pod=\"b\",engine=\"0\"}", "5x8"),
    ], expected: [("{pod=\"a\"}", 7), ("{pod=\"b\"}", 5)]),
  Evaluation(
    preset: "vllm-queue-depth", about: "a pod under two names counts once, one under either counts",
    selector: "namespace=\"i\"",
    series: [
      ("vllm:num_requests_waiting{pod=\"a\",namespace=\"i\"}", "3x8"),
      ("vllm_num_requests_waiting{pod=\"a\",namespace=\"i\"}", "3x8"),
      ("vllm_num_requests_waiting{pod=\"b\",namespace=\"i\"}", "4x8"),
      ("vllm:num_requests_waiting{pod=\"c\",namespace=\"other\"}", "9x8"),
    ], expected: [("{namespace=\"i\",pod=\"a\"}", 3), ("{namespace=\"i\",pod=\"b\"}", 4)]),
  Evaluation(
    preset: "sglang-queue-depth",
    about: "tensor-parallel ranks say the same, data-parallel are parts",
    series: [
      ("sglang:num_queue_reqs{pod=\"a\",dp_rank=\"0\",tp_rank=\"0\"}", "3x8"),
      ("sglang:num_queue_reqs{pod=\"a\",dp_rank=\"0\",tp_rank=\"1\"}", "3x8"),
      ("sglang:num_queue_reqs{pod=\"a\",dp_rank=\"1\",tp_rank=\"0\"}", "5x8"),
      ("sglang:num_queue_reqs{pod=\"a\",dp_rank=\"1\",tp_rank=\"1\"}", "5x8"),
    ], expected: [("{pod=\"a\"}", 8)]),
  Evaluation(
    preset: "sglang-queue-depth",
    about: "with priority scheduling the total stands beside each priority's part",
    series: [
      ("sglang:num_queue_reqs{pod=\"a\",tp_rank=\"0\"}", "7x8"),
      ("sglang:num_queue_reqs{pod=\"a\",tp_rank=\"0\",priority=\"0\"}", "4x8"),
      ("sglang:num_queue_reqs{pod=\"a\",tp_rank=\"0\",priority=\"10\"}", "3x8"),
    ], expected: [("{pod=\"a\"}", 7)]),
  Evaluation(
    preset: "sglang-queue-depth", about: "a priority that is asked for is the one that counts",
    selector: "priority=\"10\"",
    series: [
      ("sglang:num_queue_reqs{pod=\"a\"}", "7x8"),
      ("sglang:num_queue_reqs{pod=\"a\",priority=\"10\"}", "3x8"),
    ], expected: [("{pod=\"a\"}", 3)]),
  Evaluation(
    preset: "vllm-kv-cache",
    about: "old and new name of one share are not added, ranks are averaged",
    series: [
      ("vllm:kv_cache_usage_perc{pod=\"a\",engine=\"0\"}", "0.5x8"),
      ("vllm:kv_cache_usage_perc{pod=\"a\",engine=\"1\"}", "0.75x8"),
      ("vllm:gpu_cache_usage_perc{pod=\"a\"}", "0.5x8"),
      ("vllm:gpu_cache_usage_perc{pod=\"b\"}", "0.25x8"),
    ], expected: [("{pod=\"a\"}", 0.625), ("{pod=\"b\"}", 0.25)]),
  Evaluation(
    preset: "dcgm-gpu-utilization",
    about: "the workload's pod under three names, idle GPUs left out",
    selector: "namespace=\"i\"",
    series: [
      ("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",pod=\"a\",namespace=\"i\",job=\"x\"}", "10x8"),
      (
        "DCGM_FI_DEV_GPU_UTIL{gpu=\"1\",pod=\"dcgm\",namespace=\"m\",exported_pod=\"b\","
          + "exported_namespace=\"i\"}", "20x8"
      ),
      (
        "DCGM_FI_DEV_GPU_UTIL{gpu=\"2\",pod=\"dcgm\",namespace=\"m\",pod_name=\"c\","
          + "pod_namespace=\"i\"}", "30x8"
      ),
      (
        "DCGM_FI_DEV_GPU_UTIL{gpu=\"3\",pod=\"dcgm\",namespace=\"m\",exported_pod=\"d\","
          + "exported_namespace=\"other\"}", "40x8"
      ),
      ("DCGM_FI_DEV_GPU_UTIL{gpu=\"4\",namespace=\"i\"}", "50x8"),
    ],
    expected: [
      ("{gpu=\"0\",pod=\"a\",namespace=\"i\",job=\"x\"}", 10),
      (
        "{gpu=\"1\",pod=\"b\",namespace=\"m\",exported_pod=\"b\","
          + "exported_namespace=\"i\"}", 20
      ),
      (
        "{gpu=\"2\",pod=\"c\",namespace=\"m\",pod_name=\"c\","
          + "pod_namespace=\"i\"}", 30
      ),
    ]),
  Evaluation(
    preset: "vllm-request-rate", about: "the router's count wins over what the engines finish",
    series: [
      ("vllm:num_incoming_requests_total{pod=\"router-0\"}", "0+30x8"),
      ("vllm:num_incoming_requests_total{pod=\"router-1\"}", "0+15x8"),
      ("vllm:request_success_total{pod=\"a\",finished_reason=\"stop\"}", "0+45x8"),
    ], expected: [("{}", 3)]),
  Evaluation(
    preset: "vllm-request-rate",
    about: "without a router the engines' count is taken, under any name",
    series: [
      ("vllm:request_success_total{pod=\"a\",finished_reason=\"stop\"}", "0+15x8"),
      ("vllm:request_success_total{pod=\"a\",finished_reason=\"length\"}", "0+15x8"),
      ("vllm_request_success_total{pod=\"b\"}", "0+15x8"),
    ], expected: [("{}", 3)]),
  Evaluation(
    preset: "inference-gateway-queue-depth", about: "average × ready, once, whoever publishes it",
    series: [
      ("inference_pool_average_queue_size{name=\"p\",pod=\"epp-0\"}", "2.5x8"),
      ("inference_pool_average_queue_size{name=\"p\",pod=\"epp-1\"}", "2.5x8"),
      ("inference_pool_ready_pods{name=\"p\",pod=\"epp-0\"}", "4x8"),
      ("inference_pool_ready_pods{name=\"p\",pod=\"epp-1\"}", "4x8"),
    ], expected: [("{}", 10)]),
  Evaluation(
    preset: "dcgm-gpu-utilization",
    about: "idle GPUs of a job that renames workloads are no workload; a claim is one",
    series: [
      ("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",pod=\"dcgm-x\",job=\"dcgm\"}", "0x8"),
      ("DCGM_FI_DEV_GPU_UTIL{gpu=\"1\",pod=\"dcgm-x\",exported_pod=\"a\",job=\"dcgm\"}", "80x8"),
      ("DCGM_FI_DEV_GPU_UTIL{gpu=\"2\",dra_claim_name=\"c\",job=\"dra\"}", "60x8"),
    ],
    expected: [
      ("{gpu=\"1\",pod=\"a\",exported_pod=\"a\",job=\"dcgm\"}", 80),
      ("{gpu=\"2\",pod=\"c\",dra_claim_name=\"c\",job=\"dra\"}", 60),
    ]),
  Evaluation(
    preset: "dcgm-engine-active",
    about: "a MIG instance counts for its pod, the whole GPU does not",
    series: [
      ("DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu=\"0\",GPU_I_ID=\"1\",pod=\"a\"}", "0.5x8"),
      ("DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu=\"0\",GPU_I_ID=\"2\",pod=\"b\"}", "0.25x8"),
      ("DCGM_FI_PROF_GR_ENGINE_ACTIVE{gpu=\"0\"}", "0.75x8"),
    ],
    expected: [
      ("{gpu=\"0\",GPU_I_ID=\"1\",pod=\"a\"}", 0.5),
      ("{gpu=\"0\",GPU_I_ID=\"2\",pod=\"b\"}", 0.25),
    ]),
  Evaluation(
    preset: "dcgm-gpu-utilization", about: "of a MIG instance the 0 that is told is no utilization",
    series: [
      ("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",GPU_I_ID=\"1\",pod=\"a\"}", "0x8"),
      ("DCGM_FI_DEV_GPU_UTIL{gpu=\"1\",pod=\"b\"}", "80x8"),
    ], expected: [("{gpu=\"1\",pod=\"b\"}", 80)]),
  Evaluation(
    preset: "dcgm-memory-used", about: "slices and containers of one pod repeat the GPU's number",
    series: [
      ("DCGM_FI_DEV_FB_USED{gpu=\"0\",pod=\"a\",container=\"x\",vgpu=\"0\"}", "900x8"),
      ("DCGM_FI_DEV_FB_USED{gpu=\"0\",pod=\"a\",container=\"x\",vgpu=\"1\"}", "900x8"),
      ("DCGM_FI_DEV_FB_USED{gpu=\"0\",pod=\"a\",container=\"y\",vgpu=\"2\"}", "900x8"),
      ("DCGM_FI_DEV_FB_USED{gpu=\"1\",pod=\"a\",container=\"y\",hpc_job=\"j\"}", "800x8"),
      ("DCGM_FI_DEV_FB_USED{gpu=\"1\",pod=\"a\",container=\"y\",hpc_job=\"k\"}", "800x8"),
    ], expected: [("{gpu=\"0\",pod=\"a\"}", 900), ("{gpu=\"1\",pod=\"a\"}", 800)]),
  Evaluation(
    preset: "vllm-running", about: "what a router repeats of its servers is not added",
    series: [
      ("vllm:num_requests_running{pod=\"a\",model_name=\"m\"}", "3x8"),
      ("vllm:num_requests_running{pod=\"router\",server=\"http://a:8000\"}", "3x8"),
    ], expected: [("{pod=\"a\"}", 3)]),
  Evaluation(
    preset: "nvidia-gpu-duty-cycle-over-time", about: "46 ÷ 9 is 5.1, rounded up 6",
    series: [
      (
        "nvidia_gpu_duty_cycle{pod_name=\"a\",namespace_name=\"i\"}",
        "1 2 3 4 5 6 7 8 10"
      )
    ], expected: [("{pod=\"a\",pod_name=\"a\",namespace_name=\"i\"}", 6)]),
  Evaluation(
    preset: "triton-mean-wait", about: "100 000 µs waited a second by 2 requests a second",
    series: [
      ("nv_inference_queue_duration_us{pod=\"a\",model=\"x\"}", "0+1500000x8"),
      ("nv_inference_request_success{pod=\"a\",model=\"x\"}", "0+15x8"),
      ("nv_inference_request_success{pod=\"b\",model=\"x\"}", "0+15x8"),
    ], expected: [("{}", 0.05)]),
  Evaluation(
    preset: "triton-mean-wait", about: "nobody waits where nothing is finished",
    series: [
      ("nv_inference_queue_duration_us{pod=\"a\"}", "7x8"),
      ("nv_inference_request_success{pod=\"a\"}", "5x8"),
    ], expected: [("{}", 0)]),
  Evaluation(
    preset: "vllm-queue-time",
    about: "the 95th of 100 is the 15th of 20 between 2 and 4, pods together",
    series: [
      ("vllm:request_queue_time_seconds_bucket{pod=\"a\",le=\"2.0\"}", "0+600x8"),
      ("vllm:request_queue_time_seconds_bucket{pod=\"a\",le=\"4.0\"}", "0+600x8"),
      ("vllm:request_queue_time_seconds_bucket{pod=\"a\",le=\"+Inf\"}", "0+600x8"),
      ("vllm:request_queue_time_seconds_bucket{pod=\"b\",le=\"2.0\"}", "0+600x8"),
      ("vllm:request_queue_time_seconds_bucket{pod=\"b\",le=\"4.0\"}", "0+900x8"),
      ("vllm:request_queue_time_seconds_bucket{pod=\"b\",le=\"+Inf\"}", "0+900x8"),
    ], expected: [("{}", 3.5)]),
  Evaluation(
    preset: "vllm-queue-time", about: "no request, no wait",
    series: [
      ("vllm_request_queue_time_seconds_bucket{pod=\"a\",le=\"2.0\"}", "3x8"),
      ("vllm_request_queue_time_seconds_bucket{pod=\"a\",le=\"+Inf\"}", "3x8"),
    ], expected: [("{}", 0)]),
  Evaluation(
    preset: "inference-gateway-saturation", about: "one pool, whoever publishes it",
    series: [
      ("llm_d_epp_flow_control_pool_saturation{pod=\"epp-0\"}", "0.5x8"),
      ("llm_d_epp_flow_control_pool_saturation{pod=\"epp-1\"}", "0.5x8"),
    ], expected: [("{}", 0.5)]),
  Evaluation(
    preset: "triton-pending", about: "models are added up per pod",
    series: [
      ("nv_inference_pending_request_count{pod=\"a\",model=\"x\",version=\"1\"}", "3x8"),
      ("nv_inference_pending_request_count{pod=\"a\",model=\"y\",version=\"1\"}", "1x8"),
    ], expected: [("{pod=\"a\"}", 4)]),
]
