/// What exporters say of GPUs, with the labels that each publishes.
let devicePresetEvaluations: [Evaluation] =
  dcgmEvaluations.map { renamed($0.0, $0.1, $0.2) }
  + legacyEvaluations.map { legacy($0.0, $0.1, $0.2, $0.3) }
  + [amdUtilization] + otherEvaluations.map { plain($0.0, $0.1, $0.2) }

/// DCGM's fields, each with what one GPU says.
private let dcgmEvaluations = [
  ("dcgm-gpu-utilization", "DCGM_FI_DEV_GPU_UTIL", 97.0),
  ("dcgm-memory-copy-utilization", "DCGM_FI_DEV_MEM_COPY_UTIL", 41.0),
  ("dcgm-encoder-utilization", "DCGM_FI_DEV_ENC_UTIL", 12.0),
  ("dcgm-decoder-utilization", "DCGM_FI_DEV_DEC_UTIL", 8.0),
  ("dcgm-engine-active", "DCGM_FI_PROF_GR_ENGINE_ACTIVE", 0.9375),
  ("dcgm-sm-active", "DCGM_FI_PROF_SM_ACTIVE", 0.75),
  ("dcgm-sm-occupancy", "DCGM_FI_PROF_SM_OCCUPANCY", 0.375),
  ("dcgm-tensor-active", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE", 0.25),
  ("dcgm-dram-active", "DCGM_FI_PROF_DRAM_ACTIVE", 0.625),
  ("dcgm-memory-used", "DCGM_FI_DEV_FB_USED", 71_328.0),
  ("dcgm-power", "DCGM_FI_DEV_POWER_USAGE", 412.5),
]

/// A scrape job that renames the workload's labels: one GPU of the namespace, one of another, one
/// idle. Only the first counts, under the workload's pod.
private func renamed(_ preset: String, _ metric: String, _ value: Double) -> Evaluation {
  func labels(_ gpu: Int, pod: String, _ more: String) -> String {
    "{gpu=\"\(gpu)\",UUID=\"GPU-\(gpu)\",device=\"nvidia\(gpu)\",modelName=\"NVIDIA H100\","
      + "Hostname=\"n1\",namespace=\"monitoring\",pod=\"\(pod)\",job=\"dcgm\"\(more)}"
  }
  func workload(_ pod: String, _ namespace: String) -> String {
    ",exported_pod=\"\(pod)\",exported_namespace=\"\(namespace)\""
  }
  let container = ",exported_container=\"engine\""
  return Evaluation(
    preset: preset, about: "the workload's pod under a renamed label",
    selector: "namespace=\"inference\"",
    series: [
      (metric + labels(0, pod: "dcgm-x", workload("llm-0", "inference") + container), "\(value)x8"),
      (metric + labels(1, pod: "dcgm-x", workload("web-0", "other")), "\(value)x8"),
      (metric + labels(2, pod: "dcgm-x", ""), "\(value)x8"),
    ], expected: [(labels(0, pod: "llm-0", workload("llm-0", "inference")), value)])
}

/// The GPU article's ten, each with values every 15 s for two minutes and the answer: the last
/// value, or the mean of the nine rounded up.
private let legacyEvaluations = [
  ("nvidia-duty-cycle", "nvidia_gpu_duty_cycle", "10x4 20x3", 20.0),
  ("nvidia-gpu-duty-cycle-current", "nvidia_gpu_duty_cycle", "10x4 20x3", 20),
  // 5 × 10 + 4 × 20 is 130; 130 ÷ 9 is 14.4.
  ("nvidia-gpu-duty-cycle-over-time", "nvidia_gpu_duty_cycle", "10x4 20x3", 15),
  ("nvidia-gpu-memory-used-bytes-current", "nvidia_gpu_memory_used_bytes", "1000x4 2000x3", 2000),
  // 5 × 1000 + 4 × 2000 is 13 000; ÷ 9 is 1 444.4.
  ("nvidia-gpu-memory-used-bytes-over-time", "nvidia_gpu_memory_used_bytes", "1000x4 2000x3", 1445),
  ("nvidia-gpu-memory-total-bytes-current", "nvidia_gpu_memory_total_bytes", "16000x8", 16_000),
  ("nvidia-gpu-memory-total-bytes-over-time", "nvidia_gpu_memory_total_bytes", "16000x8", 16_000),
  (
    "nvidia-gpu-power-usage-milliwatts-current", "nvidia_gpu_power_usage_milliwatts",
    "28000x4 70000x3", 70_000
  ),
  // 5 × 28 000 + 4 × 70 000 is 420 000; ÷ 9 is 46 666.7.
  (
    "nvidia-gpu-power-usage-milliwatts-over-time", "nvidia_gpu_power_usage_milliwatts",
    "28000x4 70000x3", 46_667
  ),
  ("nvidia-gpu-temperature-celsius-current", "nvidia_gpu_temperature_celsius", "45x4 61x3", 61),
  // 5 × 45 + 4 × 61 is 469; ÷ 9 is 52.1.
  ("nvidia-gpu-temperature-celsius-over-time", "nvidia_gpu_temperature_celsius", "45x4 61x3", 53),
]

/// The legacy exporter's own names of workloads. What is taken once of several has no metric name.
private func legacy(
  _ preset: String, _ metric: String, _ values: String, _ expected: Double
) -> Evaluation {
  func labels(_ gpu: Int, _ namespace: String, _ more: String = "") -> String {
    "{minor_number=\"\(gpu)\",uuid=\"GPU-\(gpu)\",name=\"Tesla T4\",node_name=\"n1\","
      + "pod_name=\"bert-\(gpu)\",namespace_name=\"\(namespace)\"\(more)}"
  }
  return Evaluation(
    preset: preset, about: "pod_name and namespace_name are the workload's",
    selector: "namespace=\"default\"",
    series: [
      (metric + labels(0, "default"), values), (metric + labels(1, "other"), values),
    ], expected: [(labels(0, "default", ",pod=\"bert-0\""), expected)])
}

private let amdUtilization = Evaluation(
  preset: "amd-gpu-utilization",
  about: "a GPU under two names counts once, one under either counts",
  selector: "namespace=\"inference\"",
  series: [
    ("gpu_gfx_activity{gpu_id=\"0\",hostname=\"n1\",pod=\"a\",namespace=\"inference\"}", "60x8"),
    (
      "amd_gpu_gfx_activity{gpu_id=\"0\",hostname=\"n1\",pod=\"a\",namespace=\"inference\"}", "60x8"
    ),
    ("GPU_GFX_ACTIVITY{gpu_id=\"1\",hostname=\"n1\",pod=\"b\",namespace=\"inference\"}", "80x8"),
    ("gpu_gfx_activity{gpu_id=\"2\",hostname=\"n1\",pod=\"\",namespace=\"\"}", "0x8"),
  ],
  expected: [
    ("{gpu_id=\"0\",hostname=\"n1\",pod=\"a\",namespace=\"inference\"}", 60),
    ("{gpu_id=\"1\",hostname=\"n1\",pod=\"b\",namespace=\"inference\"}", 80),
  ])

private let otherEvaluations = [
  ("amd-memory-used", "gpu_used_vram", 65_536.0), ("amd-power", "gpu_power_usage", 300),
  ("gaudi-utilization", "habanalabs_utilization", 55),
  ("gaudi-memory-used", "habanalabs_memory_used_bytes", 9_000_000_000),
]

/// An exporter that names the workload plainly: two devices of one pod stay two series.
private func plain(_ preset: String, _ metric: String, _ value: Double) -> Evaluation {
  func labels(_ device: Int, _ namespace: String) -> String {
    "{device=\"\(device)\",hostname=\"n1\",pod=\"llm-0\",namespace=\"\(namespace)\"}"
  }
  return Evaluation(
    preset: preset, about: "each device of the pod is a series",
    selector: "namespace=\"inference\"",
    series: [
      (metric + labels(0, "inference"), "\(value)x8"),
      (metric + labels(1, "inference"), "\(value / 2)x8"), (metric + labels(2, "other"), "1x8"),
    ],
    expected: [
      (labels(0, "inference"), value), (labels(1, "inference"), value / 2),
    ])
}
