import DecisionLoop
import ScalingEngine
import Testing

/// The journal keeps changes, not seconds.
@Suite struct DecisionJournalTests {
  private func entry(_ second: Double, _ desired: Int, mode: Decision.Mode = .stable)
    -> JournalEntry
  {
    JournalEntry(
      atSeconds: second,
      outcome: .success(Decision(desiredReplicas: desired, isActive: desired > 0, mode: mode)),
      observation: Observation(readings: []))
  }

  @Test func `The same decision again is not recorded, another one is`() {
    var journal = DecisionJournal()
    let isNews = [entry(1, 3), entry(2, 3), entry(3, 4), entry(4, 4, mode: .panic)].map {
      journal.record($0)
    }
    #expect(isNews == [true, false, true, true])
    #expect(journal.entries.map(\.atSeconds) == [1, 3, 4])
  }

  @Test func `Entries older than a quarter of an hour leave, but for the newest`() {
    var journal = DecisionJournal()
    _ = journal.record(entry(0, 1))
    _ = journal.record(entry(10, 2))
    _ = journal.record(entry(2000, 3))
    #expect(journal.entries.map(\.atSeconds) == [10, 2000])
  }

  @Test func `However often decisions change, the journal is bounded`() {
    var journal = DecisionJournal()
    for second in 0..<1000 { _ = journal.record(entry(Double(second) * 0.1, second)) }
    #expect(journal.entries.count == DecisionJournal.entryLimit)
    #expect(journal.entries.last?.atSeconds == 99.9)
  }
}
