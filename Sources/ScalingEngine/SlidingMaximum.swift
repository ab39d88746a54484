internal import DequeModule

/// The largest number of the last so many seconds.
///
/// Kept is only what may still become the largest: each number is larger than all after it. 5, 9, 3,
/// 4 are kept as 9, 4. A number that falls all the time takes 16 bytes a second, any other hardly
/// any memory.
struct SlidingMaximum {
  /// Length in seconds; a number of that age or older has left.
  private(set) var lengthSeconds: Double
  private var entries: Deque<Entry> = []

  private struct Entry {
    var second: Double
    var value: Double
  }

  /// Nothing yet, over the last `lengthSeconds` (at least 1).
  init(lengthSeconds: Double) {
    self.lengthSeconds = Swift.max(1, lengthSeconds)
  }

  /// Takes in `value` at `now`, in seconds; `now` never goes back by a second or more.
  mutating func record(_ value: Double, atSeconds now: Double) {
    expire(atSeconds: now)
    while let last = entries.last, last.value <= value { entries.removeLast() }
    entries.append(Entry(second: now.rounded(.down), value: value))
  }

  /// The largest value of the window that ends at `now`; `nil` when it holds none.
  mutating func value(atSeconds now: Double) -> Double? {
    expire(atSeconds: now)
    return entries.first?.value
  }

  /// Changes the length to `seconds` (at least 1); what has left does not come back.
  mutating func resize(toSeconds seconds: Double) {
    lengthSeconds = Swift.max(1, seconds)
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int { entries.count * MemoryLayout<Entry>.stride }

  private mutating func expire(atSeconds now: Double) {
    while let first = entries.first, first.second <= now - lengthSeconds { entries.removeFirst() }
  }
}
