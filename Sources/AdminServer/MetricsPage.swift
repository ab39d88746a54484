internal import DecisionLoop
internal import ScalingEngine
internal import TriggerConfiguration

/// Everything that `/metrics` says; docs/api.md lists it.
struct MetricsPage {
  /// The newest decisions.
  let entries: [StatusBook.Entry]
  /// Histories and counts of changes.
  let book: StatusBook
  /// Counts of the other parts.
  let counters: ProcessCounters
  /// Whether KEDA can be answered.
  let readiness: Readiness
  /// What the admin server has counted of itself.
  let requests: RequestCounters.Counts
  /// The program's version.
  let version: String
  /// Most external triggers with series of their own.
  let limit: Int
  /// The instant of the answer.
  let now: ContinuousClock.Instant

  var shown: ArraySlice<StatusBook.Entry> { entries.prefix(limit) }

  /// The page in `format`.
  func text(_ format: MetricsWriter.Format) -> [UInt8] {
    var out = MetricsWriter(format: format)
    writeProcess(&out)
    writeCalls(&out)
    writeLimits(&out)
    writeSources(&out)
    writeAdmin(&out)
    writeCluster(&out)
    writeTriggers(&out)
    writeDemand(&out)
    writeChanges(&out)
    return out.finish()
  }

  private func writeProcess(_ out: inout MetricsWriter) {
    out.single(
      "keda_burst_scaler_build_info", .gauge, "1, with the version as its label.", 1,
      [("version", version)])
    out.single(
      "keda_burst_scaler_ready", .gauge, "1 while KEDA can be answered.",
      readiness == .ready ? 1 : 0)
    if let usage = ProcessUsage() {
      out.single(
        "process_cpu_seconds_total", .counter, "CPU time of the process.", usage.cpuSeconds)
      out.single(
        "process_resident_memory_bytes", .gauge, "Resident memory.", usage.residentBytes)
      out.single(
        "process_start_time_seconds", .gauge, "Unix time of the start.", usage.startedAt)
      out.single("process_open_fds", .gauge, "Open file descriptors.", usage.openDescriptors)
    }
    out.single(
      "keda_burst_scaler_external_triggers", .gauge,
      "External triggers of ScaledObjects that are being decided for.", Double(entries.count))
    out.single(
      "keda_burst_scaler_external_triggers_without_series", .gauge,
      "External triggers left out of the series below: the limit is \(limit).",
      Double(max(0, entries.count - limit)))
  }

  private func writeCalls(_ out: inout MetricsWriter) {
    out.family("keda_burst_scaler_grpc_calls_started_total", .counter, "Calls that arrived.")
    for calls in counters.calls { out.sample(Double(calls.started), [("method", calls.shownName)]) }
    out.family(
      "keda_burst_scaler_grpc_calls_finished_total", .counter, "Calls that ended, by status code.")
    for calls in counters.calls {
      for (code, count) in calls.finished.sorted(by: { $0.key < $1.key }) {
        out.sample(Double(count), [("method", calls.shownName), ("code", code)])
      }
    }
    out.single(
      "keda_burst_scaler_grpc_open_streams", .gauge, "Streams open now.",
      Double(counters.openStreams))
    out.single(
      "keda_burst_scaler_grpc_parked_calls", .gauge, "Calls waiting for a trigger's first answer.",
      Double(counters.parkedCalls))
  }

  private func writeLimits(_ out: inout MetricsWriter) {
    out.single(
      "keda_burst_scaler_grpc_connections", .gauge, "Connections to the gRPC port now.",
      Double(counters.grpcConnections))
    out.family("keda_burst_scaler_limit", .gauge, "How much a limit allows; docs/limits.md.")
    for limit in counters.limits { out.sample(Double(limit.value), [("limit", limit.name)]) }
    out.family(
      "keda_burst_scaler_limit_reached_total", .counter, "How often a limit was reached.")
    for limit in counters.limits {
      let own = AdminLimit(rawValue: limit.name).flatMap { requests.reached[$0] } ?? 0
      out.sample(Double(limit.reached + own), [("limit", limit.name)])
    }
  }

  private func writeSources(_ out: inout MetricsWriter) {
    out.single(
      "keda_burst_scaler_source_requests_started_total", .counter,
      "Requests to sources that were started.", Double(counters.sourceRequestsStarted))
    out.single(
      "keda_burst_scaler_source_requests_answered_total", .counter,
      "Requests to sources that brought an answer.", Double(counters.sourceRequestsAnswered))
    out.family(
      "keda_burst_scaler_source_requests_failed_total", .counter,
      "Requests to sources that brought none, by reason.")
    for (reason, count) in counters.sourceRequestsFailed.sorted(by: { $0.key < $1.key }) {
      out.sample(Double(count), [("reason", reason)])
    }
    out.family(
      "keda_burst_scaler_source_requests_skipped_total", .counter,
      "Times a query was not asked, by reason.")
    for (reason, count) in counters.sourceRequestsSkipped.sorted(by: { $0.key < $1.key }) {
      out.sample(Double(count), [("reason", reason)])
    }
    out.single(
      "keda_burst_scaler_source_requests_in_flight", .gauge, "Requests to sources running now.",
      Double(counters.sourceRequestsInFlight))
    out.single(
      "keda_burst_scaler_source_queries", .gauge, "Distinct queries that are collected.",
      Double(counters.queries))
    out.family(
      "keda_burst_scaler_observed_data_age_seconds", .histogram,
      "Age of the oldest value each decision rests on, looked at every 5 s, all triggers together.")
    out.sample(book.dataAges)
  }

  private func writeAdmin(_ out: inout MetricsWriter) {
    out.family(
      "keda_burst_scaler_admin_requests_total", .counter, "Answers of the admin port, by status.")
    for (status, count) in requests.byStatus.sorted(by: { $0.key < $1.key }) {
      out.sample(Double(count), [("code", "\(status)")])
    }
    out.family(
      "keda_burst_scaler_admin_request_duration_seconds", .histogram,
      "Time to make an answer of the admin port, without sending it.")
    out.sample(requests.durations)
    out.single(
      "keda_burst_scaler_admin_event_clients", .gauge, "Clients of /api/v1/events now.",
      Double(requests.eventClients))
    out.single(
      "keda_burst_scaler_admin_connections_refused_total", .counter,
      "Admin connections closed for a bound: too many, too long silent, or too much sent.",
      Double(requests.refusedConnections))
  }

  private func writeTriggers(_ out: inout MetricsWriter) {
    func each(
      _ name: String, _ help: String, _ value: (StatusBook.Entry, TriggerState) -> Double?
    ) {
      out.family("keda_burst_scaler_" + name, .gauge, help)
      for entry in shown {
        let state = TriggerState(entry.latest, now: now)
        if let value = value(entry, state) { out.sample(value, entry.labels) }
      }
    }
    each("desired_replicas", "Replicas wanted; absent while undecided.") { entry, state in
      entry.decision(in: state).map { Double($0.desiredReplicas) }
    }
    each("current_replicas", "Replicas asked for; absent where unknown.") { entry, _ in
      entry.latest?.observation.currentReplicas.map(Double.init)
    }
    each("ready_replicas", "Replicas able to serve; absent where unknown.") { entry, _ in
      entry.latest?.observation.readyReplicas.map(Double.init)
    }
    each("active", "1 while the workload should run at all.") { entry, state in
      entry.decision(in: state).map { $0.isActive ? 1 : 0 }
    }
    each("shortfall_replicas", "Replicas wanted beyond what can be placed.") { entry, state in
      entry.decision(in: state).map { Double($0.shortfall) }
    }
    each("undecided", "1 while KEDA is answered with an error.") { _, state in
      state == .undecided ? 1 : 0
    }
    each("data_age_seconds", "Age of the oldest value the decision rests on.") { entry, _ in
      entry.latest.flatMap { latest in
        latest.dataAgeSeconds.map { $0 + (now - latest.decidedAt).inSeconds }
      }
    }
    out.family(
      "keda_burst_scaler_mode", .gauge, "1 for the mode the decision is in: stable, panic or hold.")
    for entry in shown {
      let state = TriggerState(entry.latest, now: now)
      for mode in [TriggerState.stable, .panic, .hold] {
        out.sample(mode == state ? 1 : 0, entry.labels + [("mode", mode.rawValue)])
      }
    }
  }

  /// At most four triggers of each external trigger, as in the history.
  private func writeDemand(_ out: inout MetricsWriter) {
    out.family(
      "keda_burst_scaler_trigger_demand_replicas", .gauge,
      "Replicas that one trigger asks for; absent where unknown.")
    for entry in shown {
      let demands = entry.decision(in: TriggerState(entry.latest, now: now))?.demands ?? []
      let named = zip(entry.trigger.spec.sources, demands).prefix(SampleHistory.triggerLimit)
      for (source, demand) in named {
        if let demand { out.sample(demand, entry.labels + [("trigger", source.name)]) }
      }
    }
  }

  private func writeChanges(_ out: inout MetricsWriter) {
    out.family(
      "keda_burst_scaler_decision_changes_total", .counter,
      "Changes of the decision, once for each reason that shaped the new one; \"undecided\" is none."
    )
    for entry in shown {
      let (reasons, refusals) = book.changes(of: entry.trigger)
      for code in Reason.Code.allCases {
        guard let count = reasons[code] else { continue }
        out.sample(Double(count), entry.labels + [("reason", code.rawValue)])
      }
      if refusals > 0 {
        out.sample(Double(refusals), entry.labels + [("reason", "undecided")])
      }
    }
  }
}

extension ProcessCounters.Calls {
  /// The method's path, or `unknown`: what strangers call does not become a label.
  fileprivate var shownName: String { method.isEmpty ? "unknown" : method }
}

extension StatusBook.Entry {
  /// Labels that do not collide with those which Prometheus puts on a scrape.
  var labels: MetricsWriter.Labels {
    [
      ("scaledobject_namespace", trigger.namespace), ("scaledobject", trigger.name),
      ("external_trigger", "\(number)"),
    ]
  }

  /// The decision that is in force.
  fileprivate func decision(in state: TriggerState) -> Decision? {
    state == .undecided ? nil : try? latest?.outcome.get()
  }
}
