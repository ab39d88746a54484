internal import DecisionLoop
internal import ScalingEngine
internal import Synchronization
internal import TriggerConfiguration

/// Remembers about each external trigger what the decision loop does not: its number among those of
/// its ScaledObject, its history, and how often its decision has changed for which reason.
final class StatusBook: Sendable {
  /// One external trigger as it is shown.
  struct Entry: Sendable {
    /// What is watched.
    let trigger: any WatchedTrigger
    /// 1 for a ScaledObject's first external trigger, counted in the order of appearance.
    var number: Int
    /// Its newest decision.
    let latest: PublishedDecision?
  }

  private struct Record {
    let trigger: any WatchedTrigger
    let ordinal: Int
    var history: SampleHistory
    var countedUntil = -Double.infinity
    var changes: [Reason.Code: Int] = [:]
    var refusals = 0
  }

  private struct State {
    var records: [ObjectIdentifier: Record] = [:]
    var seen = 0
    var dataAges = Histogram(bounds: [0.1, 0.25, 0.5, 1, 2, 5, 10, 15, 30, 60])
  }

  private let state = Mutex(State())

  /// The triggers in the order of namespace, name and appearance; cost O(n log n).
  func entries(of triggers: [any WatchedTrigger]) -> [Entry] {
    let ordinals = state.withLock { state in
      register(triggers, &state)
      return triggers.map { state.records[ObjectIdentifier($0)]?.ordinal ?? 0 }
    }
    let sorted = zip(triggers, ordinals).sorted {
      ($0.0.namespace, $0.0.name, $0.1) < ($1.0.namespace, $1.0.name, $1.1)
    }
    var entries: [Entry] = []
    entries.reserveCapacity(sorted.count)
    for (trigger, _) in sorted {
      let last = entries.last
      let isSame =
        last?.trigger.name == trigger.name && last?.trigger.namespace == trigger.namespace
      let number = isSame ? (last?.number ?? 0) + 1 : 1
      entries.append(Entry(trigger: trigger, number: number, latest: trigger.latest))
    }
    return entries
  }

  /// Takes a row of `step` into each history, counts the journal's new entries, and forgets what is
  /// not decided for any more.
  func sample(_ triggers: [any WatchedTrigger], step: Int, now: ContinuousClock.Instant) {
    let seen = triggers.map { ($0, $0.latest, $0.journal) }
    state.withLock { state in
      register(triggers, &state)
      for (trigger, latest, journal) in seen {
        let key = ObjectIdentifier(trigger)
        guard var record = state.records.removeValue(forKey: key) else { continue }
        if let age = latest?.dataAgeSeconds { state.dataAges.record(age) }
        record.history.append(
          SampleHistory.Row(latest, spec: trigger.spec, now: now), step: step)
        Self.count(journal, into: &record)
        state.records[key] = record
      }
      let current = Set(triggers.map { ObjectIdentifier($0) })
      if state.records.count > current.count {
        state.records = state.records.filter { current.contains($0.key) }
      }
    }
  }

  /// The history of a trigger; `nil` for one never seen.
  func history(of trigger: any WatchedTrigger) -> SampleHistory? {
    state.withLock { $0.records[ObjectIdentifier(trigger)]?.history }
  }

  /// How often a trigger's decision changed, by each reason that shaped the new one, and how often
  /// it changed to none.
  func changes(of trigger: any WatchedTrigger) -> (reasons: [Reason.Code: Int], refusals: Int) {
    state.withLock { state in
      let record = state.records[ObjectIdentifier(trigger)]
      return (record?.changes ?? [:], record?.refusals ?? 0)
    }
  }

  /// The ages of data seen at every sampling.
  var dataAges: Histogram { state.withLock(\.dataAges) }

  private func register(_ triggers: [any WatchedTrigger], _ state: inout State) {
    var unknown = triggers.filter { state.records[ObjectIdentifier($0)] == nil }
    guard !unknown.isEmpty else { return }
    // Those that appear together are numbered by what they ask, not by chance.
    unknown.sort { $0.spec.sources.map(\.query).joined() < $1.spec.sources.map(\.query).joined() }
    for trigger in unknown {
      state.seen += 1
      state.records[ObjectIdentifier(trigger)] = Record(
        trigger: trigger, ordinal: state.seen,
        history: SampleHistory(triggerCount: trigger.spec.sources.count))
    }
  }

  private static func count(_ journal: [JournalEntry], into record: inout Record) {
    guard let newest = journal.last, newest.atSeconds > record.countedUntil else { return }
    for entry in journal where entry.atSeconds > record.countedUntil {
      switch entry.outcome {
      case .success(let decision):
        for reason in Set(decision.reasons.map(\.code)) { record.changes[reason, default: 0] += 1 }
      case .failure: record.refusals += 1
      }
    }
    record.countedUntil = newest.atSeconds
  }
}
