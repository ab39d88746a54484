extension TrapCase {
  private static let push = "    - type: external-push\n"

  private static func serverAddress(_ address: String) -> [(String, String)] {
    [
      (
        "queueDepthThreshold: \"50\"",
        "queueDepthThreshold: \"50\"\n        serverAddress: \(address)"
      )
    ]
  }

  static let ofTriggers = [
    TrapCase(
      code: "source-refused", severity: "error", edits: serverAddress("http://169.254.169.254"),
      words: "it is never asked", remedy: ""),
    TrapCase(
      code: "address-unlisted", severity: "warning",
      edits: serverAddress("https://thanos.example.com"),
      words: "answers PERMISSION_DENIED to every call",
      remedy: "allowedServerAddresses: [in-cluster, \"https://thanos.example.com\"]"),
    TrapCase(
      code: "address-unlisted", severity: "warning", edits: serverAddress("http://10.0.0.5:9090"),
      words: "permitted are: in-cluster Service names", remedy: "http://10.0.0.5:9090"),
    TrapCase(
      code: "trigger-metadata", severity: "error",
      edits: [("queueDepthThreshold", "queueDepthTreshold")],
      words: "did you mean \"queueDepthThreshold\"?", remedy: ""),
    TrapCase(
      code: "questionable-metadata", severity: "warning",
      edits: [("sum(queue_depth)", "avg(queue_depth)")],
      words: "the query answers an average, but queueDepth is meant to be a total", remedy: ""),
    TrapCase(
      code: "average-as-total", severity: "error",
      edits: [("DCGM_FI_DEV_GPU_UTIL{pod=~\"llm-.*\"}", "sum(DCGM_FI_DEV_GPU_UTIL)")],
      words: "can never ask for more than a replica or two", remedy: "avg by (pod)"),
    TrapCase(
      code: "ready-replicas-unknown", severity: "error",
      edits: [
        ("        gpuUtilizationQuery: DCGM_FI_DEV_GPU_UTIL{pod=~\"llm-.*\"}\n", ""),
        ("        gpuUtilizationThreshold: \"70\"\n", ""),
        ("queueDepthThreshold: \"50\"", "queueDepthThreshold: auto"),
      ],
      words: "has the threshold auto, which needs the number of ready replicas",
      remedy: "replicasQuery: kube_deployment_status_replicas_ready"),
    TrapCase(
      code: "gone-at-zero", severity: "warning",
      edits: [
        ("minReplicaCount: 2", "minReplicaCount: 2\n  idleReplicaCount: 0"),
        ("sum(queue_depth)", "sum(vllm:num_requests_waiting)"),
      ],
      words: "idleReplicaCount is 0, and every trigger's series are gone",
      remedy: "preset: inference-gateway-flow-control-queue"),
    TrapCase(
      code: "bounds-of-hint", severity: "error",
      edits: [
        ("queueDepthThreshold: \"50\"", "queueDepthThreshold: \"50\"\n        minReplicas: \"60\"")
      ],
      words: "minReplicas 60 in the trigger metadata is above maxReplicaCount 50",
      remedy: "minReplicas: \"50\""),
    TrapCase(
      code: "scaler-address", severity: "error",
      edits: [
        ("        scalerAddress: keda-burst-scaler.keda.svc.cluster.local:6000\n    ", "    ")
      ],
      words: "scalerAddress is missing", remedy: "svc.cluster.local:6000"),
    TrapCase(
      code: "scaler-address", severity: "error",
      edits: [
        ("keda-burst-scaler.keda.svc.cluster.local:6000", "http://keda-burst-scaler.keda:6000")
      ],
      words: "gRPC takes HOST:PORT, without http:// or a path", remedy: "svc.cluster.local:6000"),
    TrapCase(
      code: "scaler-address", severity: "error",
      edits: [("svc.cluster.local:6000", "svc.cluster.local")],
      words: "gRPC takes HOST:PORT", remedy: "svc.cluster.local:6000"),
    TrapCase(
      code: "address-not-headless", severity: "warning",
      edits: [("keda-burst-scaler.keda.svc.cluster.local", "10.96.14.3")],
      words: "scalerAddress is an IP address", remedy: "svc.cluster.local:6000"),
    TrapCase(
      code: "address-not-headless", severity: "warning",
      more: """
        ---
        apiVersion: v1
        kind: Service
        metadata: {name: keda-burst-scaler, namespace: keda}
        spec: {ports: [{port: 6000}]}

        """,
      words: "the Service keda/keda-burst-scaler (line 27), which is not headless",
      remedy: "clusterIP: None"),
    TrapCase(
      code: "address-without-namespace", severity: "warning",
      edits: [("keda-burst-scaler.keda.svc.cluster.local", "keda-burst-scaler")],
      words: "names no namespace", remedy: "keda-burst-scaler.keda.svc.cluster.local"),
    TrapCase(
      code: "metric-type", severity: "error", edits: [(push, push + "      metricType: Value\n")],
      words: "multiplies the hint by the ready replicas", remedy: "metricType: AverageValue"),
    TrapCase(
      code: "metric-type", severity: "error",
      edits: [(push, push + "      metricType: Utilization\n")],
      words: "KEDA refuses metricType: Utilization", remedy: "metricType: AverageValue"),
    TrapCase(
      code: "cached-metrics", severity: "warning",
      edits: [(push, push + "      useCachedMetrics: true\n")],
      words: "the last poll's value, up to 30 s old", remedy: "useCachedMetrics: false"),
    TrapCase(
      code: "credentials", severity: "note",
      edits: [
        (push, push + "      authenticationRef: {name: prometheus-token}\n"),
        (
          "svc.cluster.local:6000\n",
          "svc.cluster.local:6000\n        serverAddress: http://p:9090\n"
        ),
      ],
      words: "never reaches it", remedy: "profile: main"),
    TrapCase(
      code: "several-triggers", severity: "warning",
      edits: [
        (
          push,
          """
              - type: external
                metadata:
                  scalerAddress: keda-burst-scaler.keda.svc.cluster.local:6000
                  queueDepthQuery: sum(other)
                  queueDepthThreshold: "5"
                  tolerance: "0"

          """ + push
        )
      ],
      words: "2 external triggers of one ScaledObject are decided apart", remedy: "triggers:"),
    TrapCase(
      code: "other-triggers", severity: "warning",
      edits: [
        (push, "    - {type: prometheus, metadata: {query: sum(x), threshold: \"1\"}}\n" + push)
      ],
      words: "one of type prometheus: the HPA takes the larger count",
      remedy: "the other's query in its triggers list"),
    TrapCase(
      code: "scaling-modifiers", severity: "warning",
      edits: [
        ("  advanced:\n", "  advanced:\n    scalingModifiers: {formula: a + b, target: \"1\"}\n")
      ],
      words: "scalingModifiers.formula replaces the hint", remedy: "aggregation: formula"),
  ]

  static let ofFiles = [
    TrapCase(
      code: "unreadable", severity: "error", more: "---\nkind: [\n",
      words: "the document is no YAML: did not find expected node content (line 28", remedy: ""),
    TrapCase(
      code: "key-twice", severity: "warning",
      more: """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: web, labels: {app: a, app: b}}

        """,
      words: "\"app\" is written twice (line 29)", remedy: ""),
    TrapCase(
      code: "manifest", severity: "error",
      edits: [("gpuUtilizationThreshold: \"70\"", "gpuUtilizationThreshold: 70")],
      words: "gpuUtilizationThreshold is 70 without quotes", remedy: ""),
    TrapCase(
      code: "manifest", severity: "error",
      edits: [("maxReplicaCount: 50", "maxReplicaCount: \"50\"")],
      words: "write 50 without quotes", remedy: ""),
    TrapCase(
      code: "manifest", severity: "error", edits: [("failureThreshold: 3, ", "")],
      words: "spec.fallback.failureThreshold is missing", remedy: ""),
    TrapCase(
      code: "manifest", severity: "error", edits: [("keda.sh/v1alpha1", "keda.k8s.io/v1alpha1")],
      words: "write apiVersion: keda.sh/v1alpha1", remedy: ""),
    TrapCase(
      code: "manifest", severity: "error",
      edits: [("maxReplicaCount: 50", "maxReplicaCount: 50\n  pollingIntervall: 5")],
      words: "did you mean \"pollingInterval\"?", remedy: ""),
    TrapCase(
      code: "target-missing", severity: "error",
      edits: [("  scaleTargetRef: {name: llm}\n", "")],
      words: "scaleTargetRef.name is missing", remedy: "scaleTargetRef: {name: llm}"),
    TrapCase(
      code: "another-autoscaler", severity: "error",
      more: """
        ---
        apiVersion: autoscaling/v2
        kind: HorizontalPodAutoscaler
        metadata: {name: old, namespace: inference}
        spec: {scaleTargetRef: {kind: Deployment, name: llm}}

        """,
      words: "the HorizontalPodAutoscaler \"old\" (line 27) scales the same Deployment \"llm\"",
      remedy: "kubectl delete horizontalpodautoscaler old"),
    TrapCase(
      code: "another-autoscaler", severity: "error",
      more: """
        ---
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: {name: native, namespace: inference}
        spec:
          scaleTargetRef: {name: llm}
          triggers: [{type: prometheus, metadata: {}}]

        """,
      words: "the ScaledObject \"native\" (line 27)", remedy: "kubectl delete scaledobject native"),
    TrapCase(
      code: "replicas-in-workload", severity: "warning",
      more: """
        ---
        apiVersion: apps/v1
        kind: Deployment
        metadata: {name: llm, namespace: inference}
        spec: {replicas: 3}

        """,
      words: "has replicas: 3, so every apply of it sets the count back", remedy: ""),
  ]
}
