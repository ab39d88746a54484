internal import ScalingEngine

extension MetadataKey {
  /// Every key there is, in the order of the reference: the one place to add one.
  package static let catalogue: [MetadataKey] =
    sourceKeys + triggerKeys + decisionKeys + boundKeys + kedaKeys

  /// Every spelling that may stand in the metadata map itself, short forms included, sorted.
  static let topLevelNames: [String] =
    (catalogue.filter(\.isAtTop).map(\.name) + shortForm.keys).sorted()

  /// Every spelling that may stand in an entry of the `triggers` list, sorted.
  static let entryNames: [String] = catalogue.filter(\.isInEntry).map(\.name).sorted()

  /// The keys by their names.
  static let byName: [String: MetadataKey] = Dictionary(
    uniqueKeysWithValues: catalogue.map { ($0.name, $0) })

  /// The short form's spellings: `queueDepthThreshold` → (its prefix, `threshold`).
  static let shortForm: [String: (prefix: ShortFormPrefix, key: MetadataKey)] = {
    var spellings: [String: (prefix: ShortFormPrefix, key: MetadataKey)] = [:]
    for prefix in ShortFormPrefix.all {
      for key in catalogue {
        guard let suffix = key.shortFormSuffix else { continue }
        spellings[prefix.name + suffix] = (prefix, key)
      }
    }
    return spellings
  }()

  /// Where the numbers come from.
  private static let sourceKeys: [MetadataKey] = [
    MetadataKey(
      "serverAddress", .object, default: "the server's default profile",
      example: "http://prometheus.monitoring:9090",
      "The base URL of a Prometheus, which is asked without credentials.",
      .object { value, draft throws(Refusal) in
        draft.serverAddress = try ServerAddress(value.text)
      }),
    MetadataKey(
      "profile", .object, default: "the server's default profile", example: "main",
      "The name of a profile in the server's configuration: address and credentials.",
      .object { value, draft throws(Refusal) in draft.profile = try value.profileName() }),
    MetadataKey(
      "endpoints", .either, example: "dns://llm-headless.inference:8000/metrics",
      "Scrape these for a preset instead of asking Prometheus: URLs, or a name that leads to all "
        + "replicas.",
      .trigger { value, draft throws(Refusal) in draft.endpoints = try value.endpoints() }),
    MetadataKey(
      "timeout", .object, default: "below the collection interval", example: "800ms",
      "Longest time of one request to the source.",
      .object { value, draft throws(Refusal) in
        draft.timeout = try value.timeout()
      }),
    MetadataKey(
      "replicasQuery", .object,
      example: "kube_deployment_status_replicas_ready{deployment=\"llm\"}",
      "PromQL for the number of ready replicas.",
      .object { value, draft throws(Refusal) in draft.replicasQuery = try value.query() }),
    MetadataKey(
      "replicasOf", .object, example: "deployment/llm",
      "In place of replicasQuery: the Deployment or StatefulSet whose ready replicas "
        + "kube-state-metrics tells.",
      .object { value, draft throws(Refusal) in draft.replicasOf = try value.workload() }),
    MetadataKey(
      "capacityQuery", .object, example: "sum(free_gpus)",
      "PromQL for the most replicas that can be placed. Caps the hint; a shortfall is reported.",
      .object { value, draft throws(Refusal) in draft.capacityQuery = try value.query() }),
    MetadataKey(
      "capacityOf", .object, example: "nvidia.com/gpu",
      "In place of capacityQuery: free GPUs of a device plugin's resource (kube-state-metrics), or "
        + "\"dra\" for GPUs without a claim (DCGM), and what replicasOf holds already; or "
        + "\"cluster\": room for the pod template as the cluster's API tells it (with --kubernetes "
        + "observe on the server).",
      .object { value, draft throws(Refusal) in
        draft.isCappedByCluster = value.text == "cluster"
        draft.capacityOf = draft.isCappedByCluster ? nil : try value.capacitySource()
      }),
    MetadataKey(
      "autoscaled", .object, default: "0", example: "8",
      "With capacityOf: cluster: replicas for which a node autoscaler would add nodes; they come on "
        + "top of the room there is.",
      .object { value, draft throws(Refusal) in
        draft.autoscaledReplicas = try value.count(in: 0...TriggerLimits.replicas)
      }),
    MetadataKey(
      "gpusPerReplica", .object, default: "1", example: "2",
      "With capacityOf: GPUs of one replica, all on one node.",
      .object { value, draft throws(Refusal) in
        draft.gpusPerReplica = Int(
          try value.number("a whole number from 1 to 64") {
            (1...64).contains($0) && $0 == $0.rounded()
          })
      }),
    MetadataKey(
      "staleAfter", .object, default: "15s", example: "15s",
      "Time since the source last answered after which its value is no longer used.",
      .object { value, draft throws(Refusal) in
        draft.policy.staleAfter = try value.duration(in: .seconds(2) ... .seconds(3600))
      }),
    MetadataKey(
      "onStale", .object, default: "error", example: "error",
      "What KEDA gets then: \"error\", so that its fallback acts, or \"hold\", the last decision.",
      .object { value, draft throws(Refusal) in
        draft.policy.onStale = try value.choice(StaleAnswer.self)
      }),
    MetadataKey(
      "holdFor", .object, default: "5m", example: "5m",
      "How long the last decision is kept under \"onStale: hold\".",
      .object { value, draft throws(Refusal) in
        draft.policy.holdFor = try value.duration(in: .seconds(1) ... .seconds(86_400))
      }),
  ]

  /// One trigger: what is asked and what a replica is meant to carry.
  private static let triggerKeys: [MetadataKey] = [
    MetadataKey(
      "triggers", .object, example: "- {kind: queueDepth, query: sum(queue_depth), threshold: 5}",
      "A YAML or JSON list of triggers, instead of the short form.", .list),
    MetadataKey(
      "name", .trigger, default: "the preset's, else the kind's", example: "queue",
      "The trigger's name: for formulas, reasons and metric names.",
      .trigger { value, draft throws(Refusal) in draft.name = try value.triggerName() }),
    MetadataKey(
      "kind", .trigger, default: "the preset's", example: "queueDepth",
      "What the number says: utilization, queueDepth, concurrency, rate or gauge.",
      .trigger { value, draft throws(Refusal) in draft.kind = try value.choice(TriggerKind.self) }),
    MetadataKey(
      "query", .trigger, example: "sum(queue_depth{service=\"llm\"})",
      "PromQL whose answer is one sample, or one series per replica or GPU.",
      .trigger { value, draft throws(Refusal) in draft.query = try value.query() }),
    MetadataKey(
      "preset", .trigger, example: "vllm-queue-depth", "A catalogued metric, instead of a query.",
      .trigger { value, draft throws(Refusal) in draft.preset = try value.preset() }),
    MetadataKey(
      "selector", .either, example: "namespace=\"inference\"",
      "Label matchers to put on a preset's metric.",
      .trigger { value, draft throws(Refusal) in draft.selector = try value.labelMatchers() }),
    MetadataKey(
      "threshold", .trigger, default: "the preset's, else auto", example: "50",
      "Target value per replica, or \"auto\": learned from the fleet itself.",
      .trigger { value, draft in draft.threshold = value }),
    MetadataKey(
      "activationThreshold", .trigger, default: "0", example: "0",
      "Active when the trigger's total is strictly above this.",
      .trigger { value, draft in draft.activationThreshold = value }),
    MetadataKey(
      "unit", .either, default: "the preset's, else percent", example: "percent",
      "The unit that a utilization is published in and its threshold written in: percent or ratio.",
      .trigger { value, draft throws(Refusal) in
        draft.unit = try value.choice(UtilizationUnit.self)
      }),
    MetadataKey(
      "replicaLabel", .either, default: "pod, else exported_pod, else pod_name", example: "pod",
      "The label that tells replicas apart.",
      .trigger { value, draft throws(Refusal) in draft.replicaLabel = try value.labelName() }),
    MetadataKey(
      "ignoreNullValues", .either, default: "false", example: "true",
      "Whether an empty answer, NaN or Inf counts as 0, as in KEDA; otherwise it is unknown.",
      .trigger { value, draft throws(Refusal) in draft.ignoreNullValues = try value.bool() }),
  ]

  /// What KEDA itself reads.
  private static let kedaKeys: [MetadataKey] = [
    MetadataKey(
      "scalerAddress", .keda, example: "keda-burst-scaler.keda.svc.cluster.local:6000",
      "Where KEDA finds this scaler.", .none),
    MetadataKey(
      "enableTLS", .keda, default: "false", example: "true",
      "Whether KEDA speaks TLS to this scaler.", .none),
    MetadataKey(
      "unsafeSsl", .keda, default: "false", example: "false",
      "Whether KEDA accepts any certificate from this scaler.", .none),
    MetadataKey(
      "tlsCertFile", .keda, example: "/certs/ca.crt",
      "The CA file that KEDA before 2.12 checks this scaler's certificate with.", .none),
  ]
}
