// How fast expositions are read: lines that nobody wants, and whole scrapes as a preset needs them.
//
//   swift run --configuration release ExpositionBenchmark [rounds]

import PrometheusFormat
import TestSupport

/// What is read, and which of its metrics are wanted.
struct Workload {
  var name: String
  var text: String
  var wanted: [String]
}

let vllm = ["vllm:num_requests_waiting", "vllm:num_requests_running", "vllm:kv_cache_usage_perc"]
let workloads = [
  Workload(
    name: "kube-state-metrics, nothing wanted", text: ExpositionShapes.kubeStateMetrics(),
    wanted: ["kube_statefulset_status_replicas_ready", "kube_node_status_capacity"]),
  Workload(
    name: "vLLM, nothing wanted", text: ExpositionShapes.vllm(),
    wanted: vllm.map { $0.replacing(":", with: "_") } + ["vllm:gpu_cache_usage_perc"]),
  Workload(
    name: "DCGM, nothing wanted", text: ExpositionShapes.dcgm(), wanted: ["nvidia_gpu_duty_cycle"]),
  Workload(name: "vLLM, three gauges wanted", text: ExpositionShapes.vllm(), wanted: vllm),
  Workload(
    name: "vLLM, one histogram wanted", text: ExpositionShapes.vllm(),
    wanted: ["vllm:request_queue_time_seconds_bucket"]),
  Workload(
    name: "DCGM, utilization wanted", text: ExpositionShapes.dcgm(),
    wanted: ["DCGM_FI_DEV_GPU_UTIL"]),
  Workload(
    name: "Triton, pending wanted", text: ExpositionShapes.triton(),
    wanted: ["nv_inference_pending_request_count"]),
]

let rounds = CommandLine.arguments.count > 1 ? Int(CommandLine.arguments[1]) ?? 7 : 7
for workload in workloads {
  let bytes = Array(workload.text.utf8)
  let names = WantedNames(workload.wanted)
  let repetitions = max(1, 64_000_000 / bytes.count)
  var found = 0
  var best = Double.infinity
  var all: [Double] = []
  for _ in 0..<rounds {
    let start = ContinuousClock.now
    for _ in 0..<repetitions {
      found = try ExpositionParser.samples(of: bytes, wanted: names, format: .text).count
    }
    let seconds = (ContinuousClock.now - start) / .seconds(1) / Double(repetitions)
    best = min(best, seconds)
    all.append(Double(bytes.count) / seconds / 1e9)
  }
  let sorted = all.sorted()
  print(
    "\(workload.name): \(bytes.count) bytes, \(found) series kept, \(best * 1e6) µs, GB/s median "
      + "\(sorted[sorted.count / 2]) (\(sorted[0]) to \(sorted[sorted.count - 1]))")
}
