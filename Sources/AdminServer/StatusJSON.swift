internal import DecisionLoop
internal import ScalingEngine
internal import TriggerConfiguration

/// The JSON of docs/api.md.
enum StatusJSON {
  /// One external trigger as it is now, without its past.
  static func summary(_ entry: StatusBook.Entry, now: ContinuousClock.Instant) -> [UInt8] {
    var json = JSONWriter()
    json.object { writeSummary(entry, now: now, to: &$0) }
    return json.bytes
  }

  /// One external trigger with its journal and history.
  static func detail(
    _ entry: StatusBook.Entry, history: SampleHistory?, now: ContinuousClock.Instant,
    wallSeconds: Double
  ) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      writeSummary(entry, now: now, to: &json)
      json.key("settings")
      json.object { writeSettings(entry.trigger.spec, to: &$0) }
      json.key("journal")
      json.array(entry.trigger.journal) { json, change in
        json.object { write(change, spec: entry.trigger.spec, to: &$0) }
      }
      json.key("history")
      json.object { writeHistory(history, wallSeconds: wallSeconds, to: &$0) }
    }
    return json.bytes
  }

  private static func writeSummary(
    _ entry: StatusBook.Entry, now: ContinuousClock.Instant, to json: inout JSONWriter
  ) {
    let trigger = entry.trigger
    let state = TriggerState(entry.latest, now: now)
    json.field("namespace", trigger.namespace)
    json.field("name", trigger.name)
    json.field("externalTrigger", entry.number)
    json.field("state", state.rawValue)
    let observation = entry.latest?.observation
    let outcome = entry.latest.map { latest in
      latest.validUntil < now ? .failure(Self.late(latest, now: now)) : latest.outcome
    }
    write(outcome, to: &json)
    json.field("currentReplicas", observation?.currentReplicas)
    json.field("readyReplicas", observation?.readyReplicas)
    json.field("placeableReplicas", observation?.placeableReplicas)
    let age = entry.latest.flatMap { latest in
      latest.dataAgeSeconds.map { $0 + (now - latest.decidedAt).inSeconds }
    }
    json.field("dataAgeSeconds", age.map { Int(max(0, $0).rounded(.down)) })
    json.field("remarks", entry.latest?.remarks ?? [])
    let cluster = entry.latest?.cluster
    json.field("warnings", trigger.spec.warnings + (cluster?.warnings ?? []))
    json.field("roomReplicas", cluster?.placeableReplicas)
    json.field("coldStartSecondsP50", cluster?.coldStart?.p50)
    json.field("coldStartSecondsP90", cluster?.coldStart?.p90)
    json.key("triggers")
    let demands = (try? outcome?.get())?.demands
    json.array(trigger.spec.sources.indices) { json, index in
      json.object {
        writeTrigger(
          trigger.spec, index, reading: observation?.readings[checked: index] ?? .unknown,
          demand: demands?[checked: index] ?? nil, to: &$0)
      }
    }
  }

  /// What is decided: `desiredReplicas` … `error`.
  private static func write(_ outcome: Outcome?, to json: inout JSONWriter) {
    let decision = try? outcome?.get()
    json.field("desiredReplicas", decision?.desiredReplicas)
    json.key("active")
    if let decision { json.value(decision.isActive) } else { json.value(Int?.none) }
    json.field("shortfall", decision?.shortfall)
    json.key("reasons")
    json.array(decision?.reasons ?? []) { json, reason in
      json.object { write(reason, to: &$0) }
    }
    json.key("error")
    guard case .failure(let undecided) = outcome else { return json.value(String?.none) }
    json.object { json in
      json.field("kind", undecided.kind == .noData ? "noData" : "impossible")
      json.field("text", undecided.explanation)
      json.field("remedy", remedy(undecided.kind))
    }
  }

  private static func remedy(_ kind: Undecided.Kind) -> String {
    switch kind {
    case .noData:
      "KEDA is told UNAVAILABLE and keeps its replicas, or uses the ScaledObject's fallback; check "
        + "that the source answers these queries (a slow one needs a longer \"timeout\" in the "
        + "trigger metadata), and set \"onStale: hold\" to ride out gaps"
    case .impossible:
      "KEDA is told INVALID_ARGUMENT until the ScaledObject's trigger metadata is changed"
    }
  }

  private static func late(_ latest: PublishedDecision, now: ContinuousClock.Instant) -> Undecided {
    let age = Int((now - latest.decidedAt).inSeconds)
    return Undecided(
      kind: .noData,
      explanation: "the last decision is \(age) s old: the collection of its data stands still")
  }

  private static func write(_ reason: Reason, to json: inout JSONWriter) {
    json.field("code", reason.code.rawValue)
    json.field("trigger", reason.trigger)
    json.field("amount", reason.amount)
    json.field("limit", reason.limit)
    json.field("text", reason.description)
  }

  private static func writeTrigger(
    _ spec: TriggerSpec, _ index: Int, reading: TriggerReading, demand: Double?,
    to json: inout JSONWriter
  ) {
    let source = spec.sources[index]
    let shown = ShownReading(reading, source: source)
    json.field("name", source.name)
    json.field("kind", source.kind.rawValue)
    json.field("unit", source.unit.rawValue)
    json.field("query", source.query)
    json.field("total", shown.total)
    json.field("mean", shown.mean)
    json.field("replicas", shown.replicas)
    json.field("target", spec.policy.triggers[checked: index]?.shownTarget(source))
    json.field("demandReplicas", demand)
  }

  private static func writeSettings(_ spec: TriggerSpec, to json: inout JSONWriter) {
    json.field("serverAddress", spec.serverAddress?.description)
    json.field("output", spec.output.rawValue)
    json.field("minReplicas", spec.policy.minReplicas)
    json.field("maxReplicas", spec.policy.maxReplicas)
    json.field("stableWindowSeconds", spec.policy.stableWindow.inSeconds)
    json.field("panicWindowSeconds", spec.policy.panicWindow.inSeconds)
    json.field("panicThreshold", spec.policy.panicThreshold)
    json.field("coldStartSeconds", spec.policy.coldStart?.inSeconds)
    json.field("staleAfterSeconds", spec.policy.staleAfter.inSeconds)
    json.field("onStale", spec.policy.onStale.rawValue)
    json.field("holdForSeconds", spec.policy.holdFor.inSeconds)
    json.field("forecast", spec.policy.forecast.rawValue)
  }

  private static func write(
    _ change: JournalEntry, spec: TriggerSpec, to json: inout JSONWriter
  ) {
    json.field("at", change.atSeconds)
    json.field("state", TriggerState(change.outcome).rawValue)
    write(change.outcome, to: &json)
    json.field("currentReplicas", change.observation.currentReplicas)
    json.field("readyReplicas", change.observation.readyReplicas)
    json.key("readings")
    json.array(zip(spec.sources, change.observation.readings)) { json, pair in
      let shown = ShownReading(pair.1, source: pair.0)
      json.object {
        $0.field("trigger", pair.0.name)
        $0.field("total", shown.total)
        $0.field("mean", shown.mean)
      }
    }
  }

  private static func writeHistory(
    _ history: SampleHistory?, wallSeconds: Double, to json: inout JSONWriter
  ) {
    func column(_ column: SampleHistory.Column) -> [Float] { history?.column(column) ?? [] }
    func write(_ numbers: [Float], _ json: inout JSONWriter) {
      json.array(numbers) { $0.value(Double($1)) }
    }
    json.field("stepSeconds", SampleHistory.stepSeconds)
    json.field("endsAt", history?.lastStep.map { $0 * SampleHistory.stepSeconds })
    json.key("states")
    json.array(column(.state)) { json, number in
      json.value(number.isNaN ? nil : TriggerState.allCases[checked: Int(number)]?.rawValue)
    }
    json.key("desired")
    write(column(.desired), &json)
    json.key("current")
    write(column(.current), &json)
    json.key("ready")
    write(column(.ready), &json)
    json.key("triggers")
    json.array(0..<(history?.triggers ?? 0)) { json, index in
      json.object { json in
        json.key("readings")
        write(column(.reading(index)), &json)
        json.key("demands")
        write(column(.demand(index)), &json)
      }
    }
  }
}

extension Collection where Index == Int {
  /// The element at `index`, or `nil` where there is none.
  subscript(checked index: Int) -> Element? {
    indices.contains(index) ? self[index] : nil
  }
}
