/// A first-in-first-out queue of request numbers.
struct RequestQueue: Sendable {
  private var items: [Int32] = []
  private var head = 0

  /// How many wait.
  var count: Int { items.count - head }
  /// Whether none waits.
  var isEmpty: Bool { head == items.count }
  /// The one that has waited longest in this queue.
  var first: Int? { isEmpty ? nil : Int(items[head]) }

  /// Puts a request at the end.
  mutating func append(_ request: Int) {
    items.append(Int32(truncatingIfNeeded: request))
  }

  /// Takes the first; the queue must not be empty.
  mutating func removeFirst() -> Int {
    defer {
      head += 1
      if head == items.count {
        items.removeAll(keepingCapacity: true)
        head = 0
      } else if head >= 4096, head * 2 > items.count {
        items.removeFirst(head)
        head = 0
      }
    }
    return Int(items[head])
  }

  /// Takes all that `leaves` is true for, keeping the order of the others.
  mutating func removeAll(where leaves: (Int) -> Bool) {
    items.removeFirst(head)
    head = 0
    items.removeAll { leaves(Int($0)) }
  }

  /// Takes everything, in order.
  mutating func drain() -> [Int] {
    let all = items[head...].map { Int($0) }
    items = []
    head = 0
    return all
  }
}
