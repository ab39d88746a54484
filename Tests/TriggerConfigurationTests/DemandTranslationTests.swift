import Testing

@testable import TriggerConfiguration

/// What one query and threshold become, case by case.
@Suite struct DemandTranslationTests {
  private static func entry(
    _ query: String, _ threshold: String, isValue: Bool = false, kind: String = "Deployment"
  ) throws -> MigratedTrigger {
    try DemandTranslation(
      NativeDemand(query: query, threshold: threshold, isValue: isValue),
      target: MigrationTarget(kind: kind, name: "llm", namespace: "i")
    ).migrated()
  }

  @Test(
    arguments: [
      // A total of a catalogued metric keeps its query and gets its kind.
      ("sum(vllm:num_requests_waiting)", "5", "queueDepth", "sum(vllm:num_requests_waiting)"),
      ("sum(vllm_num_requests_running) or vector(0)", "16", "concurrency", nil),
      ("(sum(tgi_queue_size{x=\"avg(\"}))", "3", "queueDepth", nil),
      ("sum by (pod) (vllm:num_requests_waiting)", "5", "queueDepth", nil),
      ("sum(rate(vllm:request_success_total[1m]))", "3", "rate", nil),
      ("nv_trt_llm_request_metrics{request_type=\"scheduled\"}", "3", "concurrency", nil),
      // Not requests any more, or not one known metric: a gauge.
      ("sum(vllm:num_requests_waiting) / 10", "5", "gauge", nil),
      ("sum(vllm:num_requests_waiting) + sum(vllm:num_requests_running)", "5", "gauge", nil),
      ("max(vllm:num_requests_waiting)", "5", "gauge", nil),
      ("sum(increase(vllm:request_success_total[1m]))", "60", "gauge", nil),
      ("sum(DCGM_FI_DEV_GPU_UTIL)", "70", "gauge", nil),
      ("sum(my_queue)", "5", "gauge", nil), ("avg(my_load)", "5", "gauge", nil),
      ("inference_pool_average_queue_size", "5", "gauge", nil),
      // An average over replicas: the series are left apart.
      (
        "avg(DCGM_FI_DEV_GPU_UTIL{pod=~\"a.*\"})", "70", "utilization",
        "DCGM_FI_DEV_GPU_UTIL{pod=~\"a.*\"}"
      ),
      (
        " ( avg ( avg_over_time(DCGM_FI_DEV_GPU_UTIL[1m]) ) ) ", "70", "utilization",
        "avg_over_time(DCGM_FI_DEV_GPU_UTIL[1m])"
      ),
      ("max(DCGM_FI_PROF_SM_ACTIVE)", "0.6", "utilization", "DCGM_FI_PROF_SM_ACTIVE"),
      ("avg(vllm:num_requests_waiting)", "5", "queueDepth", "vllm:num_requests_waiting"),
      // A threshold that the unit cannot have: the number's meaning is left alone.
      ("avg(DCGM_FI_DEV_GPU_UTIL)", "0.7", "gauge", nil),
      ("avg(DCGM_FI_PROF_SM_ACTIVE)", "70", "gauge", nil),
    ] as [(String, String, String, String?)])
  func `A query becomes the kind that its metric tells`(
    query: String, threshold: String, kind: String, expected: String?
  ) throws {
    let entry = try Self.entry(query, threshold)
    #expect(entry.kind == kind)
    #expect(entry.query == expected ?? query)
    #expect(entry.threshold == threshold)
    #expect(!entry.isMean)
  }

  @Test(
    arguments: [
      ("avg(DCGM_FI_PROF_SM_ACTIVE) * 100", "60", nil),
      ("100 * avg(nv_gpu_utilization)", "60", nil),
      ("sum(DCGM_FI_DEV_GPU_UTIL) / count(DCGM_FI_DEV_GPU_UTIL)", "70", nil),
      ("avg(avg by (pod) (nv_gpu_utilization))", "0.7", "ratio"),
      ("avg(inference_pool_average_kv_cache_utilization)", "0.8", "ratio"),
    ] as [(String, String, String?)])
  func `A mean that cannot be taken apart stays one, and asks for the ready replicas`(
    query: String, threshold: String, unit: String?
  ) throws {
    let entry = try Self.entry(query, threshold)
    #expect(entry.kind == "utilization")
    #expect(entry.query == query)
    #expect(entry.isMean)
    #expect(entry.unit == unit)
  }

  @Test func `Value multiplies by the ready replicas, and the query does so from now on`() throws {
    let metric = "kube_deployment_status_replicas_ready{deployment=\"llm\","
    let ready =
      "clamp_min(scalar(max(\(metric)exported_namespace=\"\",namespace=\"i\"} "
      + "or \(metric)exported_namespace=\"i\"})), 1)"
    let entry = try Self.entry("sum(x)", "5", isValue: true)
    #expect(entry.query == "((sum(x)) or vector(0)) * \(ready)")
    #expect(entry.kind == "gauge")
    #expect(!entry.ignoresNull)
    // An average times the replicas is the sum over replicas already.
    let average = try Self.entry("avg(DCGM_FI_DEV_GPU_UTIL)", "70", isValue: true)
    #expect(average.query == "DCGM_FI_DEV_GPU_UTIL")
    #expect(average.kind == "utilization")
    #expect(throws: Untranslatable.self) {
      try Self.entry("sum(x)", "5", isValue: true, kind: "LeaderWorkerSet")
    }
  }

  @Test func `Renamed labels of a workload tell its replicas apart`() throws {
    let query = "avg(DCGM_FI_DEV_GPU_UTIL{exported_pod=~\"llm-.*\"})"
    #expect(try Self.entry(query, "70").replicaLabel == "exported_pod")
    #expect(try Self.entry("avg(DCGM_FI_DEV_GPU_UTIL{pod=~\"a\"})", "70").replicaLabel == nil)
  }

  @Test func `The trap is told with its number: 100 over 70 never asks for more than 2`() throws {
    let notes = try Self.entry("avg(DCGM_FI_DEV_GPU_UTIL)", "70").notes
    #expect(notes.contains { $0.contains("could never ask for more than 2 replicas") })
    let ratio = try Self.entry("max(DCGM_FI_PROF_SM_ACTIVE)", "0.3").notes
    #expect(ratio.contains { $0.contains("could never ask for more than 4 replicas") })
  }

  @Test(arguments: [
    ("sum(x)", "0", "its threshold is \"0\"; write a number above 0"),
    ("sum(x)", "", "its threshold is \"\"; write a number above 0"),
    (
      "sum(x", "5", "its query has a \"(\" at character 4 that is never closed; close it with \")\""
    ),
    ("", "5", "its query is empty; write a PromQL query, or leave it out"),
  ])
  func `What cannot be used is said with what to write`(
    query: String, threshold: String, reason: String
  ) {
    #expect(throws: Untranslatable(reason: reason)) { try Self.entry(query, threshold) }
  }

  @Test(
    arguments: [
      ("20", "20"), ("700m", "0.7"), ("1500m", "1.5"), ("2k", "2000"), ("1Gi", "1073741824"),
      ("1e3", "1e3"), ("many", nil), ("5 m", nil),
    ] as [(String, String?)])
  func `A quantity is a number`(text: String, number: String?) {
    #expect(plainQuantity(text) == number)
  }
}
