internal import DequeModule

/// Numbers of the last so many seconds, one per whole second, with their mean and minimum.
///
/// Two numbers within one second are one entry that holds the later. Memory: 16 bytes a second.
package struct SlidingWindow: Sendable {
  // Entries of that age or older have left.
  private let lengthSeconds: Double
  private var entries: Deque<Entry> = []
  private var sum = 0.0

  private struct Entry {
    var second: Double
    var value: Double
  }

  /// An empty window over the last `lengthSeconds` (at least 1).
  package init(lengthSeconds: Double) {
    self.lengthSeconds = Swift.max(1, lengthSeconds)
  }

  /// Takes in `value` at `now`, in seconds; `now` never goes back (the caller sees to it).
  package mutating func record(_ value: Double, atSeconds now: Double) {
    expire(atSeconds: now)
    let second = now.rounded(.down)
    if let last = entries.last, last.second == second {
      sum += value - last.value
      entries[entries.count - 1].value = value
    } else {
      entries.append(Entry(second: second, value: value))
      sum += value
    }
  }

  /// The mean of what the window holds at `now`; `nil` when it holds nothing.
  ///
  /// A 3-second window given 1, 2, 6, 4 at seconds 0, 1, 2, 3 has the mean (2 + 6 + 4) ÷ 3 = 4.
  package mutating func mean(atSeconds now: Double) -> Double? {
    expire(atSeconds: now)
    return entries.isEmpty ? nil : sum / Double(entries.count)
  }

  /// The smallest value the window holds at `now`; `nil` when it holds nothing. O(length).
  package mutating func minimum(atSeconds now: Double) -> Double? {
    expire(atSeconds: now)
    return entries.lazy.map(\.value).min()
  }

  /// Bytes held outside the value itself.
  var heapBytes: Int { entries.count * MemoryLayout<Entry>.stride }

  private mutating func expire(atSeconds now: Double) {
    while let first = entries.first, first.second <= now - lengthSeconds {
      sum -= first.value
      entries.removeFirst()
    }
    if entries.isEmpty { sum = 0 }
  }
}
