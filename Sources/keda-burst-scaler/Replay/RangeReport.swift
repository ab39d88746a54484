import ScalingEngine
import TriggerConfiguration

/// What a recorded range was, and what would have been asked for in it.
struct RangeReport {
  /// One step of one configuration.
  struct State: Equatable {
    /// What really ran; nil where no source told.
    var readyReplicas: Int?
    /// The most that would have been asked for in the step; nil without a decision.
    var wantedReplicas: Int?
    /// Whether the engine was in panic mode.
    var isPanicking = false
    /// Seconds of the step without a decision.
    var undecidedSeconds = 0
    /// Each trigger's value in the user's way of thinking; nil where unknown.
    var readings: [Double?]
  }

  /// One configuration.
  struct Row {
    /// As the user wrote it.
    var name: String
    /// Its triggers.
    var triggers: [TriggerSource]
    /// The steps of the range.
    var states: [State] = []
    /// What was odd, and in how many steps, in the order of the first.
    private(set) var notes: [(text: String, count: Int)] = []

    /// A row without steps.
    init(name: String, triggers: [TriggerSource]) {
      self.name = name
      self.triggers = triggers
    }

    /// Counts something odd; at most eight kinds are kept.
    mutating func note(_ text: String) {
      if let index = notes.firstIndex(where: { $0.text == text }) {
        notes[index].count += 1
      } else if notes.count < 8 {
        notes.append((text, 1))
      }
    }
  }

  /// What a count of replicas was over the range.
  struct Summary: Equatable {
    /// Replica-hours of the steps in which it is known.
    var replicaHours = 0.0
    /// Share of the range in which it is known, 0 … 1.
    var knownShare = 0.0
    /// The largest.
    var most = 0
    /// Times that it changed.
    var changes = 0
    /// Times that it turned from growing to shrinking or back.
    var flips = 0
    /// Its mean over the steps in which it is known.
    var mean = 0.0
  }

  /// What was asked for.
  var range: RecordedRange
  /// The HPA's bounds, by which what would have been asked for is cut; nil where not known.
  var bounds: ClosedRange<Int>?
  /// The configurations, in order; all have the same number of steps.
  var rows: [Row]
  /// What of the ScaledObject is not played, a sentence each.
  var notes: [String]

  /// What really ran, by the first configuration that can tell.
  var readyReplicas: [Int?] {
    let known = rows.first { row in row.states.contains { $0.readyReplicas != nil } }
    return (known ?? rows.first)?.states.map(\.readyReplicas) ?? []
  }

  /// Replicas over time, summed up.
  func summary(_ counts: [Int?]) -> Summary {
    var summary = Summary()
    var direction = 0
    var last: Int?
    var steps = 0
    var replicaSeconds = 0
    for case let count? in counts {
      steps += 1
      replicaSeconds += count * range.stepSeconds
      summary.most = max(summary.most, count)
      if let last, count != last {
        summary.changes += 1
        let turn = (count - last).signum()
        if direction != 0, turn != direction { summary.flips += 1 }
        direction = turn
      }
      last = count
    }
    guard steps > 0 else { return summary }
    summary.knownShare = Double(steps) / Double(counts.count)
    summary.replicaHours = Double(replicaSeconds) / 3600
    summary.mean = Double(replicaSeconds) / Double(steps * range.stepSeconds)
    return summary
  }

  /// How long requests waited in a range.
  struct Waiting: Equatable {
    /// Seconds in which the queue depth is known.
    var knownSeconds = 0
    /// Seconds of them in which requests waited.
    var seconds = 0
    /// Seconds of those in which more replicas would have been asked for than ran.
    var withMore = 0
  }

  /// How long requests waited for `row`; nil without a queue among its triggers.
  func waiting(_ row: Row) -> Waiting? {
    guard let queue = row.triggers.firstIndex(where: { $0.kind == .queueDepth }) else { return nil }
    var waiting = Waiting()
    for (state, ready) in zip(row.states, readyReplicas) {
      guard let depth = state.readings[queue] else { continue }
      waiting.knownSeconds += range.stepSeconds
      guard depth > 0 else { continue }
      waiting.seconds += range.stepSeconds
      if let ready, let wanted = state.wantedReplicas, wanted > ready {
        waiting.withMore += range.stepSeconds
      }
    }
    return waiting
  }

  /// A reading as people say it: percent per replica for utilization, else a total.
  static func value(_ reading: TriggerReading) -> Double? {
    switch reading {
    case .unknown: nil
    case .total(let total), .atLeast(let total): total
    case .average(let mean): 100 * mean
    case .perReplica(let sum, let replicas): replicas > 0 ? 100 * sum / Double(replicas) : nil
    }
  }

  /// The sentence that says what these numbers are not.
  static let openLoop =
    "Open loop: the fleet of that time did not react to these decisions. With more or fewer "
    + "replicas its queues and utilization, and so the decisions after them, would have been "
    + "others. To see what would have become of the load, replay it against a modelled fleet."
}
