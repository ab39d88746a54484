/// Which waiting request may go on the wire next: first come first served within a lane, and lanes
/// in turn, so that a slow server holds up nobody but itself.
///
/// A value without side effects; the client's thread drives it.
struct LaneQueues<Item> {
  private struct Lane {
    var inFlight = 0
    /// Requests on the wire at once; what the newest request said.
    var limit: Int
    var waiting: ArraySlice<Item> = []
    /// Whether the lane stands in `ready`.
    var isReady = false
  }

  private let limits: HTTPClientLimits
  private var lanes: [String: Lane] = [:]
  /// Lanes with something waiting and room for it, the one served longest ago first.
  private var ready: ArraySlice<String> = []
  /// Requests on the wire, over all lanes.
  private(set) var inFlight = 0
  /// Requests that wait, over all lanes.
  private(set) var waitingCount = 0

  init(limits: HTTPClientLimits) { self.limits = limits }

  /// Adds a request at its lane's end; false where the queue is full.
  ///
  /// - Parameter limit: requests of the lane on the wire at once; nil: the client's own limit.
  mutating func append(_ item: Item, lane name: String, limit: Int?) -> Bool {
    guard waitingCount < limits.queued else { return false }
    waitingCount += 1
    let limit = max(1, limit ?? limits.inFlightPerOrigin)
    lanes[name, default: Lane(limit: limit)].waiting.append(item)
    lanes[name]?.limit = limit
    markIfReady(name)
    return true
  }

  /// Takes the next request that may go on the wire now, which then counts as in flight.
  mutating func next() -> Item? {
    guard inFlight < limits.inFlight, let name = ready.popFirst() else { return nil }
    let item = lanes[name]?.waiting.popFirst()
    lanes[name]?.isReady = false
    guard let item else { return nil }
    lanes[name]?.inFlight += 1
    inFlight += 1
    waitingCount -= 1
    markIfReady(name)
    return item
  }

  /// Tells that a request taken with `next` is over.
  mutating func finished(lane name: String) {
    inFlight -= 1
    lanes[name]?.inFlight -= 1
    if let lane = lanes[name], lane.inFlight == 0, lane.waiting.isEmpty {
      lanes[name] = nil
    } else {
      markIfReady(name)
    }
  }

  /// Takes out every waiting request for which `isUnwanted`. Linear in all that waits.
  mutating func removeWaiting(where isUnwanted: (Item) -> Bool) -> [Item] {
    guard waitingCount > 0 else { return [] }
    var removed: [Item] = []
    for (name, lane) in lanes where lane.waiting.contains(where: isUnwanted) {
      removed.append(contentsOf: lane.waiting.filter(isUnwanted))
      lanes[name]?.waiting.removeAll(where: isUnwanted)
      guard lanes[name]?.waiting.isEmpty == true else { continue }
      ready.removeAll { $0 == name }
      lanes[name]?.isReady = false
      if lane.inFlight == 0 { lanes[name] = nil }
    }
    waitingCount -= removed.count
    return removed
  }

  /// What a lane may have on the wire. Once half of all is taken it is a quarter, so that a few slow
  /// servers cannot take the rest as well. (A lane that is not ready has something on the wire, whose
  /// end looks at it again.)
  private func limit(of lane: Lane) -> Int {
    inFlight > limits.inFlight / 2 ? max(1, lane.limit / 4) : lane.limit
  }

  private mutating func markIfReady(_ name: String) {
    guard let lane = lanes[name], !lane.isReady, !lane.waiting.isEmpty,
      lane.inFlight < limit(of: lane)
    else { return }
    lanes[name]?.isReady = true
    ready.append(name)
  }
}
