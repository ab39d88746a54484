/// Sets impossible observations right before anything is learned from them.
///
/// | Found | Done |
/// |---|---|
/// | time not finite, or earlier than before | the last instant is used again |
/// | a reading below 0, not finite, or a total above 10¹² | that trigger is unknown |
/// | utilization above 1 by more than 5 % | that trigger is unknown (a ratio read as percent, or reverse) |
/// | utilization above 1 by less | 1 |
/// | series of fewer replicas than before, which are ready | the reading is a lower bound |
/// | readings missing or too many | missing are unknown, extra are passed over |
/// | replica counts below 0 | not known |
/// | ready above current | current is taken to be ready |
/// | placeable below 0 | not known |
struct ObservationCheck {
  private var lastSeconds: Double?
  private var told: [SlidingMaximum] = []

  /// From this many seconds on without an observation nothing is learned from the change across them.
  static let gapSeconds = 10.0

  /// For as long a replica whose series are gone is missed: as long as Prometheus looks back for
  /// a sample, and as the HPA looks back before it scales down.
  private static let missedSeconds = 300.0

  /// Bytes held outside the value itself.
  var heapBytes: Int {
    told.reduce(told.capacity * MemoryLayout<SlidingMaximum>.stride) { $0 + $1.heapBytes }
  }

  /// No total of requests on Earth is above this.
  private static let totalLimit = 1e12

  /// A possible observation, its instant, and a reason where something had to be set right.
  struct Checked {
    var observation: Observation
    var seconds: Double
    var reasons: [Reason] = []
  }

  /// Checks `raw`, said to be of `seconds`, against `triggers`.
  mutating func check(
    _ raw: Observation, atSeconds seconds: Double, triggers: [TriggerPolicy]
  ) -> Checked {
    var checked = Checked(observation: raw, seconds: seconds)
    if !seconds.isFinite || lastSeconds.map({ seconds < $0 }) == true {
      checked.seconds = lastSeconds ?? 0
      checked.reasons.append(Reason(.impossibleObservation))
    }
    lastSeconds = checked.seconds
    checked.observation.readings = triggers.indices.map { index in
      guard index < raw.readings.count else { return .unknown }
      let reading = possible(raw.readings[index], kind: triggers[index].kind)
      if reading == .unknown, raw.readings[index] != .unknown {
        checked.reasons.append(Reason(.impossibleObservation, trigger: triggers[index].name))
      }
      return reading
    }
    checkReplicas(&checked)
    for (index, trigger) in triggers.enumerated() {
      missSeries(of: trigger, at: index, in: &checked)
    }
    return checked
  }

  /// Where replicas were told of that are still ready and told of no more, the reading is a lower
  /// bound: a stopped exporter is no idle GPU.
  private mutating func missSeries(
    of trigger: TriggerPolicy, at index: Int, in checked: inout Checked
  ) {
    if told.count <= index { told.append(SlidingMaximum(lengthSeconds: Self.missedSeconds)) }
    guard index < checked.observation.seriesReplicas.count,
      let newest = checked.observation.seriesReplicas[index], newest > 0,
      let total = TriggerDemand.total(checked.observation.readings[index])
    else { return }
    told[index].record(Double(newest), atSeconds: checked.seconds)
    guard let ready = checked.observation.readyReplicas,
      let before = told[index].value(atSeconds: checked.seconds)
    else { return }
    let expected = Swift.min(Int(before), ready)
    guard newest < expected else { return }
    checked.observation.readings[index] = .atLeast(total)
    checked.reasons.append(
      Reason(
        .partlyKnown, trigger: trigger.name, amount: Double(newest), limit: Double(expected)))
  }

  private func checkReplicas(_ checked: inout Checked) {
    var impossible = false
    func possible(_ count: Int?) -> Int? {
      guard let count, count < 0 || count > Bounds.replicaLimit else { return count }
      impossible = true
      return nil
    }
    let current = possible(checked.observation.currentReplicas)
    let ready = possible(checked.observation.readyReplicas)
    checked.observation.placeableReplicas = possible(checked.observation.placeableReplicas)
    checked.observation.readyReplicas = ready
    checked.observation.currentReplicas = current
    if let current, let ready, ready > current {
      impossible = true
      checked.observation.currentReplicas = ready
    }
    // None asked for is none ready.
    if checked.observation.currentReplicas == 0 { checked.observation.readyReplicas = 0 }
    if impossible { checked.reasons.append(Reason(.impossibleObservation)) }
  }

  private func possible(_ reading: TriggerReading, kind: TriggerKind) -> TriggerReading {
    let limit = kind == .utilization ? 1.0 : Double.greatestFiniteMagnitude
    func isPossible(_ value: Double, upTo limit: Double) -> Bool {
      value.isFinite && value >= 0 && value <= limit * 1.05
    }
    switch reading {
    case .unknown: return .unknown
    case .total(let total), .atLeast(let total):
      return total.isFinite && total >= 0 && total <= Self.totalLimit ? reading : .unknown
    case .average(let mean):
      return isPossible(mean, upTo: limit) ? .average(Swift.min(mean, limit)) : .unknown
    case .perReplica(let sum, let replicas):
      guard replicas >= 0, replicas <= Bounds.replicaLimit else { return .unknown }
      guard kind == .utilization else {
        return isPossible(sum, upTo: Self.totalLimit) ? reading : .unknown
      }
      guard isPossible(sum, upTo: Double(replicas)) else { return .unknown }
      return .perReplica(sum: Swift.min(sum, Double(replicas)), replicas: replicas)
    }
  }
}
