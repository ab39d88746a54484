import PrometheusFormat
import ScalingEngine
import Testing
import TriggerConfiguration

@testable import MetricCollection

/// What presets make of pages of metrics, with the numbers worked out by hand.
@Suite struct ScrapeReducerTests {
  /// Pages of replicas, scraped once a second each, and the answer after the last scrape.
  struct Example: Sendable, CustomStringConvertible {
    var preset: String
    var description: String
    var selector = ""
    /// By replica: its pages, one scrape after the other.
    var pages: [[String]]
    /// By instance, pod, or nothing.
    var expected: [String: Double]
  }

  @Test(arguments: examples)
  func `A preset reads pages as worked out by hand`(example: Example) throws {
    let preset = try #require(Preset.named(example.preset))
    let threshold = preset.kind == .gauge ? ", threshold: 5" : ""
    let selector = example.selector.isEmpty ? "" : ", selector: '\(example.selector)'"
    let entry = "- {preset: \(example.preset)\(threshold)\(selector), endpoints: 'http://a:1'}"
    let source = try TriggerSpec(metadata: ["triggers": entry]).sources[0]
    let reducer = ScrapeReducer(try #require(source.scrape))
    let start = ContinuousClock.now
    let shares = try example.pages.enumerated().map { number, pages in
      var track = CounterTrack(window: reducer.window)
      var share = ScrapeReducer.Share.nothing
      for (second, page) in pages.enumerated() {
        let samples = try ExpositionParser.samples(
          of: Array((page + "\n").utf8), wanted: WantedNames(reducer.wanted), format: .text)
        share = reducer.share(
          of: samples, instance: "r\(number)", track: &track, at: start + .seconds(second))
      }
      return share
    }
    let found = reducer.join(shares).map { sample in
      (sample.labels["instance"] ?? sample.labels["pod"] ?? "", sample.value)
    }
    #expect(Dictionary(found, uniquingKeysWith: +) == example.expected)
  }

  static let examples = [
    Example(
      preset: "vllm-queue-depth", description: "data-parallel ranks are added up",
      pages: [
        ["vllm:num_requests_waiting{engine=\"0\"} 3\nvllm:num_requests_waiting{engine=\"1\"} 4"],
        ["vllm_num_requests_waiting 5"],
      ], expected: ["r0": 7, "r1": 5]),
    Example(
      preset: "vllm-kv-cache", description: "two names of one share are one, ranks are averaged",
      pages: [
        [
          "vllm:gpu_cache_usage_perc 0\nvllm:kv_cache_usage_perc{engine=\"0\"} 0.5\n"
            + "vllm:kv_cache_usage_perc{engine=\"1\"} 0.75"
        ], ["vllm:gpu_cache_usage_perc 0.25"],
      ], expected: ["r0": 0.625, "r1": 0.25]),
    Example(
      preset: "sglang-queue-depth", description: "tensor-parallel ranks say the same",
      pages: [
        [
          """
          sglang:num_queue_reqs{dp_rank="0",tp_rank="0"} 3
          sglang:num_queue_reqs{dp_rank="0",tp_rank="1"} 3
          sglang:num_queue_reqs{dp_rank="1",tp_rank="0"} 5
          sglang:num_queue_reqs{dp_rank="1",tp_rank="1"} 5
          """
        ]
      ], expected: ["r0": 8]),
    Example(
      preset: "sglang-running", description: "the total stands beside each priority's part",
      pages: [
        [
          """
          sglang:num_running_reqs{priority="",tp_rank="0"} 7
          sglang:num_running_reqs{priority="0",tp_rank="0"} 4
          sglang:num_running_reqs{priority="10",tp_rank="0"} 3
          """
        ]
      ], expected: ["r0": 7]),
    Example(
      preset: "sglang-running", description: "a priority that is asked for counts",
      selector: "priority=\"10\"",
      pages: [
        [
          """
          sglang:num_running_reqs{priority="",tp_rank="0"} 7
          sglang:num_running_reqs{priority="10",tp_rank="0"} 3
          """
        ]
      ], expected: ["r0": 3]),
    Example(
      preset: "trtllm-backend-running", description: "one of several kinds of requests, one model",
      selector: "model=\"x\"",
      pages: [
        [
          """
          nv_trt_llm_request_metrics{model="x",request_type="waiting"} 9
          nv_trt_llm_request_metrics{model="x",request_type="scheduled"} 4
          nv_trt_llm_request_metrics{model="y",request_type="scheduled"} 2
          """
        ]
      ], expected: ["r0": 4]),
    Example(
      preset: "vllm-request-rate",
      description: "the router's 20 in 2 s win over what engines finish",
      pages: [
        [
          "vllm:num_incoming_requests_total 100", "vllm:num_incoming_requests_total 110",
          "vllm:num_incoming_requests_total 120",
        ], ["vllm:request_success_total 7", "vllm:request_success_total 9"],
      ], expected: ["": 10]),
    Example(
      preset: "vllm-request-rate", description: "3 and 1 + 2 a second, one process beginning anew",
      pages: [
        ["vllm:request_success_total 100", "vllm:request_success_total 3"],
        [
          "vllm:request_success_total{r=\"stop\"} 7\nvllm:request_success_total{r=\"length\"} 4",
          "vllm:request_success_total{r=\"stop\"} 8\nvllm:request_success_total{r=\"length\"} 6",
        ],
      ], expected: ["": 6]),
    Example(
      preset: "triton-mean-wait", description: "300 000 µs waited by 6 requests, in all",
      pages: [
        [
          "nv_inference_queue_duration_us 0\nnv_inference_request_success 10",
          "nv_inference_queue_duration_us 100000\nnv_inference_request_success 12",
        ],
        [
          "nv_inference_queue_duration_us 0\nnv_inference_request_success 10",
          "nv_inference_queue_duration_us 200000\nnv_inference_request_success 14",
        ],
      ], expected: ["": 0.05]),
    Example(
      preset: "vllm-queue-time",
      description: "the 95th of 100 is the 15th of 20 between 2 and 4, replicas together",
      pages: [
        [buckets(0, 0, 0), buckets(40, 40, 40)], [buckets(5, 5, 5), buckets(45, 65, 65)],
      ], expected: ["": 3.5]),
    Example(
      preset: "dcgm-memory-used", description: "slices of one pod repeat the GPU's number",
      pages: [
        [
          """
          DCGM_FI_DEV_FB_USED{gpu="0",pod="a",container="x",vgpu="0"} 900
          DCGM_FI_DEV_FB_USED{gpu="0",pod="a",container="y",vgpu="1"} 900
          """
        ]
      ], expected: ["a": 900]),
    Example(
      preset: "dcgm-gpu-utilization", description: "of a MIG instance 0 is no utilization",
      pages: [
        [
          """
          DCGM_FI_DEV_GPU_UTIL{gpu="0",GPU_I_ID="1",pod="a"} 0
          DCGM_FI_DEV_GPU_UTIL{gpu="1",GPU_I_ID="",pod="b"} 80
          """
        ]
      ], expected: ["b": 80]),
    Example(
      preset: "dcgm-gpu-utilization", description: "by pod under two names, idle GPUs left out",
      selector: "namespace=\"i\"",
      pages: [
        [
          """
          DCGM_FI_DEV_GPU_UTIL{gpu="0",pod="a",namespace="i"} 10
          DCGM_FI_DEV_GPU_UTIL{gpu="1",pod_name="b",pod_namespace="i"} 20
          DCGM_FI_DEV_GPU_UTIL{gpu="2",pod="c",namespace="other"} 30
          DCGM_FI_DEV_GPU_UTIL{gpu="3"} 40
          DCGM_FI_DEV_GPU_UTIL{gpu="4",dra_claim_name="d",dra_claim_namespace="i"} 50
          """
        ]
      ], expected: ["a": 10, "b": 20, "d": 50]),
    Example(
      preset: "inference-gateway-queue-depth",
      description: "average × ready of each pool, once, whoever publishes it",
      pages: [
        [
          "inference_pool_average_queue_size{name=\"p\"} 2.5\ninference_pool_ready_pods{name=\"p\"} 4"
        ],
        [
          "inference_pool_average_queue_size{name=\"p\"} 2.5\ninference_pool_ready_pods{name=\"p\"} 4\n"
            + "inference_pool_average_queue_size{name=\"q\"} 1\ninference_pool_ready_pods{name=\"q\"} 2"
        ],
      ], expected: ["": 12]),
    Example(
      preset: "envoy-active", description: "parts of routers are one total",
      pages: [
        [
          "envoy_cluster_upstream_rq_active{c=\"a\"} 3\nenvoy_cluster_upstream_rq_active{c=\"b\"} 4"
        ], ["envoy_cluster_upstream_rq_active{c=\"a\"} 5"],
      ], expected: ["": 12]),
  ]

  private static func buckets(_ two: Int, _ four: Int, _ all: Int) -> String {
    let name = "vllm:request_queue_time_seconds_bucket"
    return "\(name){le=\"2.0\"} \(two)\n\(name){le=\"4.0\"} \(four)\n\(name){le=\"+Inf\"} \(all)"
  }
}
