internal import ScalingEngine

extension Preset {
  /// What exporters say of GPUs and other accelerators. Utilization saturates: it says that a
  /// replica is busy, never how overloaded.
  static let devicePresets: [Preset] = dcgmPresets + legacyPresets + otherDevicePresets

  /// A share in percent or 0 to 1, the mean over a replica's devices.
  private static func share(
    _ name: String, _ unit: MetricUnit, _ metrics: [String], threshold: Double?,
    workload: WorkloadLabels = .dcgm, minutes: Int? = nil, matchers: [LabelMatcher] = [],
    _ summary: String
  ) -> Preset {
    Preset(
      name: name, kind: .utilization, unit: unit, threshold: threshold, summary: summary,
      shape: .device(names: metrics, workload: workload, minutes: minutes, matchers: matchers))
  }

  /// An amount, the sum over all devices of all replicas.
  private static func amount(
    _ name: String, _ metrics: [String], workload: WorkloadLabels = .dcgm, minutes: Int? = nil,
    matchers: [LabelMatcher] = [], _ summary: String
  ) -> Preset {
    Preset(
      name: name, kind: .gauge, unit: .plain, threshold: nil, summary: summary,
      shape: .device(names: metrics, workload: workload, minutes: minutes, matchers: matchers))
  }

  /// Whole GPUs: of a MIG instance the exporter says 0, or what the whole board draws.
  private static let wholeGPUs = [LabelMatcher.equal("GPU_I_ID", "")]

  private static let dcgmPresets: [Preset] = [
    share(
      "dcgm-gpu-utilization", .percent, ["DCGM_FI_DEV_GPU_UTIL"], threshold: 70,
      matchers: wholeGPUs,
      "Share of time in which any kernel ran; one request of a language model makes it 97 %. Not of "
        + "MIG instances."),
    share(
      "dcgm-memory-copy-utilization", .percent, ["DCGM_FI_DEV_MEM_COPY_UTIL"], threshold: 70,
      matchers: wholeGPUs,
      "Share of time in which device memory was read or written. Not of MIG instances."),
    share(
      "dcgm-encoder-utilization", .percent, ["DCGM_FI_DEV_ENC_UTIL"], threshold: 70,
      "Share of time in which the video encoder worked."),
    share(
      "dcgm-decoder-utilization", .percent, ["DCGM_FI_DEV_DEC_UTIL"], threshold: 70,
      "Share of time in which the video decoder worked."),
    share(
      "dcgm-engine-active", .ratio, ["DCGM_FI_PROF_GR_ENGINE_ACTIVE"], threshold: 0.7,
      "Share of time in which the graphics or compute engine was active, of MIG instances too."),
    share(
      "dcgm-sm-active", .ratio, ["DCGM_FI_PROF_SM_ACTIVE"], threshold: 0.7,
      "Share of time × multiprocessors with work; off by default in the exporter."),
    share(
      "dcgm-sm-occupancy", .ratio, ["DCGM_FI_PROF_SM_OCCUPANCY"], threshold: nil,
      "Share of resident warps; off by default in the exporter."),
    share(
      "dcgm-tensor-active", .ratio, ["DCGM_FI_PROF_PIPE_TENSOR_ACTIVE"], threshold: nil,
      "Share of time in which the tensor pipe was active; what is much depends on the model."),
    share(
      "dcgm-dram-active", .ratio, ["DCGM_FI_PROF_DRAM_ACTIVE"], threshold: nil,
      "Share of time in which device memory was busy; decoding is bound by it."),
    amount(
      "dcgm-memory-used", ["DCGM_FI_DEV_FB_USED"],
      "MiB of device memory in use. vLLM and TGI take it all at once: no load signal for them."),
    amount(
      "dcgm-power", ["DCGM_FI_DEV_POWER_USAGE"], matchers: wholeGPUs,
      "Watts drawn. Not of MIG instances."),
  ]

  /// The legacy exporter's metrics as the GPU article's HPAs name them: the current value, and the
  /// mean over three minutes rounded up.
  private static let legacyPresets: [Preset] = {
    let duty = "nvidia_gpu_duty_cycle"
    var presets = [
      share(
        "nvidia-duty-cycle", .percent, [duty], threshold: 70, workload: .legacyNVIDIA,
        "The legacy NVIDIA exporter's duty cycle."),
      share(
        "nvidia-gpu-duty-cycle-current", .percent, [duty], threshold: 70, workload: .legacyNVIDIA,
        "nvidia_gpu_duty_cycle, as the metric adapter calls it."),
      share(
        "nvidia-gpu-duty-cycle-over-time", .percent, [duty], threshold: 70,
        workload: .legacyNVIDIA, minutes: 3, "Its mean over three minutes, rounded up."),
    ]
    let amounts = [
      ("nvidia_gpu_memory_used_bytes", "Bytes of device memory in use"),
      ("nvidia_gpu_memory_total_bytes", "Bytes of device memory there are"),
      ("nvidia_gpu_power_usage_milliwatts", "Milliwatts drawn"),
      ("nvidia_gpu_temperature_celsius", "Degrees Celsius, added up over GPUs"),
    ]
    for (metric, words) in amounts {
      let name = metric.replacing("_", with: "-")
      presets.append(
        amount("\(name)-current", [metric], workload: .legacyNVIDIA, "\(words)."))
      presets.append(
        amount(
          "\(name)-over-time", [metric], workload: .legacyNVIDIA, minutes: 3,
          "\(words): the mean over three minutes, rounded up."))
    }
    return presets
  }()

  private static let otherDevicePresets: [Preset] = [
    share(
      "amd-gpu-utilization", .percent,
      ["gpu_gfx_activity", "amd_gpu_gfx_activity", "GPU_GFX_ACTIVITY"], threshold: 70,
      "AMD's device metrics exporter: graphics engine activity."),
    amount(
      "amd-memory-used", ["gpu_used_vram", "amd_gpu_used_vram", "GPU_USED_VRAM"],
      "AMD's device metrics exporter: MiB of device memory in use."),
    amount(
      "amd-power", ["gpu_power_usage", "amd_gpu_power_usage", "GPU_POWER_USAGE"],
      "AMD's device metrics exporter: watts drawn."),
    share(
      "gaudi-utilization", .percent, ["habanalabs_utilization"], threshold: 70,
      "Intel Gaudi's exporter."),
    amount(
      "gaudi-memory-used", ["habanalabs_memory_used_bytes"],
      "Intel Gaudi's exporter: bytes of device memory in use."),
  ]
}
