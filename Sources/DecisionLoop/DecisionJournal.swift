internal import DequeModule
package import ScalingEngine

/// One change of a trigger's decision.
package struct JournalEntry: Sendable {
  /// Unix time in seconds.
  package var atSeconds: Double
  /// What was decided from then on.
  package var outcome: Outcome
  /// What the engine was given.
  package var observation: Observation

  /// An entry from its parts.
  package init(atSeconds: Double, outcome: Outcome, observation: Observation) {
    self.atSeconds = atSeconds
    self.outcome = outcome
    self.observation = observation
  }
}

/// The changes of one trigger's decisions over the last quarter of an hour, oldest first.
package struct DecisionJournal: Sendable {
  /// Entries older than this leave, but for the newest one.
  package static let lengthSeconds = 900.0
  /// Most entries kept; the oldest leave first.
  package static let entryLimit = 256

  private var kept: Deque<JournalEntry> = []

  /// An empty journal.
  package init() {}

  /// The entries, oldest first.
  package var entries: [JournalEntry] { Array(kept) }

  /// Takes `entry` in when it tells something new: other replicas, mode, activity, shortfall, or
  /// another refusal. Returns whether it did.
  package mutating func record(_ entry: JournalEntry) -> Bool {
    while let oldest = kept.first, kept.count > 1,
      oldest.atSeconds < entry.atSeconds - Self.lengthSeconds
    {
      kept.removeFirst()
    }
    if let last = kept.last, Self.sayTheSame(last.outcome, entry.outcome) { return false }
    if kept.count == Self.entryLimit { kept.removeFirst() }
    kept.append(entry)
    return true
  }

  private static func sayTheSame(_ one: Outcome, _ other: Outcome) -> Bool {
    switch (one, other) {
    case (.success(let one), .success(let other)):
      one.desiredReplicas == other.desiredReplicas && one.mode == other.mode
        && one.isActive == other.isActive && one.shortfall == other.shortfall
    case (.failure(let one), .failure(let other)): one.kind == other.kind
    default: false
    }
  }
}
