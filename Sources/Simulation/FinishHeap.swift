/// The decoding sequences of a replica, ordered by the step at which they finish.
struct FinishHeap: Sendable {
  /// A decoding sequence.
  struct Entry: Sendable {
    /// The replica's step number after which it is done.
    var step: Int
    /// Prompt and output tokens: its context at the end, and what it reserved.
    var tokens: Int
  }

  private var entries: [Entry] = []

  /// How many sequences decode.
  var count: Int { entries.count }
  /// The step of the next finish, if anything decodes.
  var nextStep: Int? { entries.first?.step }

  /// Adds a sequence. O(log n).
  mutating func insert(_ entry: Entry) {
    var child = entries.count
    entries.append(entry)
    while child > 0 {
      let parent = (child - 1) >> 1
      guard entry.step < entries[parent].step else { break }
      entries[child] = entries[parent]
      child = parent
    }
    entries[child] = entry
  }

  /// Takes the sequence that finishes first; there must be one. O(log n).
  mutating func removeFirst() -> Entry {
    let first = entries[0]
    let last = entries.removeLast()
    let count = entries.count
    guard count > 0 else { return first }
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < count else { break }
      if child + 1 < count, entries[child + 1].step < entries[child].step { child += 1 }
      guard entries[child].step < last.step else { break }
      entries[parent] = entries[child]
      parent = child
    }
    entries[parent] = last
    return first
  }
}
