internal import DecisionLoop

extension MetricsPage {
  /// What is known and done in the cluster; nothing where it is not asked.
  func writeCluster(_ out: inout MetricsWriter) {
    guard let cluster = counters.cluster else { return }
    out.single(
      "keda_burst_scaler_cluster_leader", .gauge,
      "1 while this process holds the Lease, and with it writes replicas and Events.",
      cluster.isLeader ? 1 : 0, [("mode", cluster.mode)])
    out.single(
      "keda_burst_scaler_cluster_troubles", .gauge,
      "What the cluster's API does not tell or take now; the log and the page say what.",
      Double(cluster.troubles.count))
    out.family(
      "keda_burst_scaler_direct_writes_total", .counter,
      "Replicas written directly, by what came of it.")
    out.sample(Double(cluster.replicaWrites), [("result", "written")])
    out.sample(Double(cluster.replicaWriteFailures), [("result", "failed")])
    out.sample(Double(cluster.replicaWriteConflicts), [("result", "conflict")])
    if let seconds = cluster.lastWriteSeconds {
      out.single(
        "keda_burst_scaler_direct_write_last_seconds", .gauge,
        "From the last directly written decision to the API server's answer.", seconds)
    }
    out.family("keda_burst_scaler_events_total", .counter, "Events, by what came of them.")
    out.sample(Double(cluster.eventsWritten), [("result", "written")])
    out.sample(Double(cluster.eventsDropped), [("result", "dropped")])
    writeReadings(&out)
  }

  private func writeReadings(_ out: inout MetricsWriter) {
    out.family(
      "keda_burst_scaler_room_replicas", .gauge,
      "Replicas that run or find a place, as the cluster's API tells; absent where unknown.")
    for entry in shown {
      guard let room = entry.latest?.cluster?.placeableReplicas else { continue }
      out.sample(Double(room), entry.labels)
    }
    out.family(
      "keda_burst_scaler_cold_start_seconds", .gauge,
      "Asked-for to ready over the replicas seen; absent before the first.")
    for entry in shown {
      guard let coldStart = entry.latest?.cluster?.coldStart else { continue }
      for (quantile, seconds) in [("0.5", coldStart.p50), ("0.9", coldStart.p90)] {
        out.sample(seconds, entry.labels + [("quantile", quantile)])
      }
    }
  }
}
