/// Expositions in the shapes of real exporters, at full size, with numbers made from a seed.
package struct ExpositionShapes {
  private var text = ""
  private var state: UInt64

  private init(seed: UInt64) { state = seed }

  /// Seeded and small (SplitMix64: Steele, Lea, Flood 2014).
  private mutating func random(below limit: Int) -> Int {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Int((z ^ (z >> 31)) % UInt64(limit))
  }

  private mutating func family(_ name: String, _ type: String, _ help: String) {
    text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
  }

  private mutating func line(_ name: String, _ labels: String, _ value: String) {
    text += labels.isEmpty ? "\(name) \(value)\n" : "\(name){\(labels)} \(value)\n"
  }

  /// The DCGM exporter of one node: every field of every GPU, workloads named on them.
  package static func dcgm(gpus: Int = 16, seed: UInt64 = 1) -> String {
    var shapes = ExpositionShapes(seed: seed)
    let fields = [
      "DCGM_FI_DEV_SM_CLOCK", "DCGM_FI_DEV_MEM_CLOCK", "DCGM_FI_DEV_MEMORY_TEMP",
      "DCGM_FI_DEV_GPU_TEMP", "DCGM_FI_DEV_POWER_USAGE", "DCGM_FI_DEV_PCIE_REPLAY_COUNTER",
      "DCGM_FI_DEV_GPU_UTIL", "DCGM_FI_DEV_MEM_COPY_UTIL", "DCGM_FI_DEV_ENC_UTIL",
      "DCGM_FI_DEV_DEC_UTIL", "DCGM_FI_DEV_XID_ERRORS", "DCGM_FI_DEV_FB_FREE",
      "DCGM_FI_DEV_FB_USED", "DCGM_FI_DEV_FB_RESERVED", "DCGM_FI_DEV_VGPU_LICENSE_STATUS",
      "DCGM_FI_PROF_GR_ENGINE_ACTIVE", "DCGM_FI_PROF_PIPE_TENSOR_ACTIVE",
      "DCGM_FI_PROF_DRAM_ACTIVE", "DCGM_FI_PROF_PCIE_TX_BYTES",
    ]
    for field in fields {
      shapes.family(field, "gauge", "Value of \(field) (in its unit).")
      for gpu in 0..<gpus {
        let labels =
          "gpu=\"\(gpu)\",UUID=\"GPU-604ac76c-d9cf-fef3-62e9-\(100_000 + gpu)\",pci_bus_id=\"0000"
          + "0000:\(gpu):00.0\",device=\"nvidia\(gpu)\",modelName=\"NVIDIA A100-SXM4-80GB\","
          + "Hostname=\"gpu-node-1\",DCGM_FI_DRIVER_VERSION=\"550.54.15\",container=\"engine\","
          + "namespace=\"inference\",pod=\"llm-\(gpu)\""
        let value =
          field.contains("PROF")
          ? "0.\(shapes.random(below: 1_000_000))" : "\(shapes.random(below: 101))"
        shapes.line(field, labels, value)
      }
    }
    return shapes.text
  }

  /// A vLLM server: gauges and counters per data-parallel rank, and its histograms.
  package static func vllm(ranks: Int = 4, seed: UInt64 = 2) -> String {
    var shapes = ExpositionShapes(seed: seed)
    let model = "model_name=\"meta-llama/Llama-3.1-8B-Instruct\""
    for name in ["python_gc_objects_collected_total", "process_virtual_memory_bytes"] {
      shapes.family(name, "gauge", "Of the process.")
      shapes.line(name, "", "1.\(shapes.random(below: 1_000_000_000))e+010")
    }
    let plain = [
      "num_requests_running", "num_requests_waiting", "kv_cache_usage_perc",
      "gpu_prefix_cache_queries_total", "num_preemptions_total", "prompt_tokens_total",
      "generation_tokens_total",
    ]
    for name in plain {
      shapes.family("vllm:" + name, name.hasSuffix("_total") ? "counter" : "gauge", "Of vLLM.")
      for rank in 0..<ranks {
        let value =
          name.hasSuffix("perc")
          ? "0.\(shapes.random(below: 1_000_000_000))" : "\(shapes.random(below: 1_000_000)).0"
        shapes.line("vllm:" + name, "engine=\"\(rank)\",\(model)", value)
      }
    }
    shapes.family("vllm:request_success_total", "counter", "Count of finished requests.")
    for rank in 0..<ranks {
      for reason in ["stop", "length", "abort"] {
        shapes.line(
          "vllm:request_success_total", "engine=\"\(rank)\",finished_reason=\"\(reason)\",\(model)",
          "\(shapes.random(below: 100_000)).0")
      }
    }
    let histograms = [
      "time_to_first_token_seconds", "inter_token_latency_seconds", "e2e_request_latency_seconds",
      "request_queue_time_seconds", "request_inference_time_seconds",
      "request_prefill_time_seconds", "request_decode_time_seconds", "iteration_tokens_total",
      "request_prompt_tokens", "request_generation_tokens",
    ]
    for name in histograms {
      shapes.family("vllm:" + name, "histogram", "Histogram of vLLM.")
      for rank in 0..<ranks {
        let labels = "engine=\"\(rank)\",\(model)"
        var total = 0
        for bound in [
          "0.001", "0.005", "0.01", "0.02", "0.04", "0.06", "0.08", "0.1", "0.25", "0.5", "0.75",
          "1.0", "2.5", "5.0", "7.5", "10.0", "20.0", "40.0", "80.0", "160.0", "640.0", "2560.0",
          "+Inf",
        ] {
          total += shapes.random(below: 1000)
          shapes.line("vllm:\(name)_bucket", "\(labels),le=\"\(bound)\"", "\(total).0")
        }
        shapes.line("vllm:\(name)_count", labels, "\(total).0")
        shapes.line("vllm:\(name)_sum", labels, "\(shapes.random(below: 1_000_000)).2500001")
      }
    }
    return shapes.text
  }

  /// A Triton server with several models, versions and GPUs.
  package static func triton(models: Int = 12, seed: UInt64 = 3) -> String {
    var shapes = ExpositionShapes(seed: seed)
    for name in [
      "nv_inference_request_success", "nv_inference_request_failure", "nv_inference_count",
      "nv_inference_exec_count", "nv_inference_request_duration_us",
      "nv_inference_queue_duration_us", "nv_inference_compute_input_duration_us",
      "nv_inference_compute_infer_duration_us", "nv_inference_pending_request_count",
    ] {
      shapes.family(name, name.contains("pending") ? "gauge" : "counter", "Of Triton, cumulative")
      for model in 0..<models {
        for version in 1...2 {
          let labels = "model=\"model_\(model)\",version=\"\(version)\""
          shapes.line(name, labels, "\(shapes.random(below: 1_000_000_000))")
        }
      }
    }
    for name in ["nv_gpu_utilization", "nv_gpu_memory_total_bytes", "nv_gpu_power_usage"] {
      shapes.family(name, "gauge", "Of a GPU [0.0 - 1.0)")
      for gpu in 0..<8 {
        let value = "\(shapes.random(below: 2)).\(shapes.random(below: 1_000_000))"
        shapes.line(name, "gpu_uuid=\"GPU-\(gpu)-3c32\"", value)
      }
    }
    return shapes.text
  }

  /// kube-state-metrics of a cluster of so many pods: long lines, odd label values.
  package static func kubeStateMetrics(pods: Int = 2000, seed: UInt64 = 4) -> String {
    var shapes = ExpositionShapes(seed: seed)
    shapes.family("kube_deployment_status_replicas_ready", "gauge", "Ready replicas.")
    for deployment in 0..<(pods / 10) {
      shapes.line(
        "kube_deployment_status_replicas_ready",
        "namespace=\"ns-\(deployment % 7)\",deployment=\"app-\(deployment)\"",
        "\(shapes.random(below: 20))")
    }
    shapes.family("kube_pod_annotations", "gauge", "Annotations, of every kind.")
    for pod in 0..<pods {
      shapes.line(
        "kube_pod_annotations",
        "namespace=\"inference\",pod=\"p-\(pod)\",uid=\"5f2b-\(pod)\",annotation_note=\"a \\\"quo"
          + "ted\\\" C:\\\\path\\nand é 漢 {b=\\\"c\\\"} # 5\"", "1")
    }
    for name in ["kube_pod_info", "kube_pod_status_phase", "kube_pod_container_resource_requests"] {
      shapes.family(name, "gauge", "Of pods.")
      for pod in 0..<pods {
        let value = "\(shapes.random(below: 1_000_000)).e-06"
        shapes.line(
          name,
          "namespace=\"inference\",pod=\"p-\(pod)\",uid=\"5f2b-\(pod)\",container=\"engine\","
            + "node=\"gpu-node-\(pod % 99)\",resource=\"nvidia_com_gpu\",unit=\"integer\"", value)
      }
    }
    shapes.family("kube_node_status_allocatable", "gauge", "Of nodes.")
    for (index, value) in ["NaN", "+Inf", "-Inf", "8", "-0", "1e308", "4.9e-324"].enumerated() {
      shapes.line("kube_node_status_allocatable", "node=\"n-\(index)\"", value)
    }
    return shapes.text
  }
}
