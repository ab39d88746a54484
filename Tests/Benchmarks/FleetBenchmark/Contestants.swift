internal import ScalingEngine
internal import Simulation
internal import TriggerConfiguration

/// A policy of the comparison, and the control plane that it comes with.
struct Contestant: Sendable {
  /// How advice becomes replicas, but for the HPA's phase.
  enum Path: Sendable {
    case direct
    case autoscaler(HorizontalPodAutoscaler.Behavior)
  }

  /// What `--advisors` selects by.
  var name: String
  /// Its control plane.
  var path: Path
  /// Makes a fresh advisor for a run with these settings.
  var make: @Sendable (Workload, SimulationSettings) throws -> any ReplicaAdvisor
}

extension Contestant {
  /// All of them, in the order of the table; the engines as the options say.
  static func all(_ options: Options) -> [Contestant] {
    baselines + engines(options) + [0.5, 0.7, 0.9].map(oracle)
  }

  private static let baselines: [Contestant] =
    [
      Contestant(name: "article", path: .autoscaler(.absent)) { _, _ in
        ThresholdAdvisor.article
      },
      Contestant(name: "gpu-average-value", path: .autoscaler(.absent)) { _, _ in
        ThresholdAdvisor.gpuAverageValue
      },
      Contestant(name: "gpu-value", path: .autoscaler(.absent)) { _, _ in
        ThresholdAdvisor.gpuValue
      },
      Contestant(name: "keda-queue-1", path: .autoscaler(.absent)) { _, _ in
        ThresholdAdvisor.queueDepth(target: 1)
      },
      Contestant(name: "keda-queue-5", path: .autoscaler(.absent)) { _, _ in
        ThresholdAdvisor.queueDepth(target: 5)
      },
      Contestant(name: "keda-queue-10", path: .autoscaler(.absent)) { _, _ in
        ThresholdAdvisor.queueDepth(target: 10)
      },
      Contestant(name: "knative-0.7", path: .direct) { workload, _ in
        KnativeAdvisor(target: 0.7 * workload.replica.slots)
      },
      Contestant(name: "knative-0.2", path: .direct) { workload, _ in
        KnativeAdvisor(target: 0.2 * workload.replica.slots)
      },
      Contestant(name: "concurrency-0.2", path: .autoscaler(.recommended())) { workload, _ in
        ThresholdAdvisor.concurrency(slots: workload.replica.slots, utilization: 0.2)
      },
      Contestant(name: "concurrency-0.3", path: .autoscaler(.recommended())) { workload, _ in
        ThresholdAdvisor.concurrency(slots: workload.replica.slots, utilization: 0.3)
      },
    ]

  /// The two signals that tell most.
  static let queueAndRunning = ["queueDepthQuery": "queue_depth", "concurrencyQuery": "running"]

  /// The two that every engine and every GPU has.
  static let queueAndUtilization = [
    "queueDepthQuery": "queue_depth", "gpuUtilizationQuery": "gpu_utilization",
  ]

  /// The engine, by what it is given: one configuration for all workloads, thresholds learned, the
  /// cold start told.
  private static func engines(_ options: Options) -> [Contestant] {
    let given: [(String, [String: String])] = [
      ("queue+running", queueAndRunning),
      ("queue+gpu", queueAndUtilization),
      (
        "all",
        [
          "queueDepthQuery": "queue_depth", "concurrencyQuery": "running",
          "gpuUtilizationQuery": "gpu_utilization", "requestRateQuery": "arrivals",
        ]
      ),
      ("ready-only", queueAndRunning),
    ]
    return given.map { name, queries in
      engine(
        name, queries.merging(options.metadata) { $1 }, constants: options.constants,
        isCurrentTold: name != "ready-only")
    }
  }

  /// An engine given `queries`, with other `constants` where their effect is measured.
  static func engine(
    _ signals: String, _ queries: [String: String], constants: EngineConstants,
    isCurrentTold: Bool = true
  ) -> Contestant {
    let name = "engine-\(signals)"
    return Contestant(name: name, path: .autoscaler(.recommended())) { _, settings in
      let told = ["coldStart": "\(settings.coldStartSeconds)s"]
      let spec = try TriggerSpec(metadata: queries.merging(told) { written, _ in written })
      return try EngineAdvisor(
        name: name, spec: spec, constants: constants, isCurrentTold: isCurrentTold)
    }
  }

  /// A fleet that never changes.
  static func fixed(_ replicas: Int) -> Contestant {
    Contestant(name: "\(fixedPrefix)\(replicas)", path: .direct) { _, _ in
      FixedAdvisor(replicas: replicas)
    }
  }

  /// What the names of fleets that never change begin with.
  static let fixedPrefix = "fixed-"

  /// Perfect knowledge of the work offered now, at a utilization, held for one cold start.
  private static func oracle(_ utilization: Double) -> Contestant {
    Contestant(
      name: "oracle-\(utilization)", path: .autoscaler(.recommended())
    ) { workload, settings in
      OracleAdvisor(
        workload.trace, settings: settings, utilization: utilization,
        holdSeconds: Int(settings.coldStartSeconds))
    }
  }
}
