internal import FlyingSocks
internal import Foundation
internal import Synchronization

/// What the clients of `/api/v1/events` are told once a second; made once for all of them, and only
/// while there are any.
///
/// A client's first event is `snapshot`, everything. Then `update` follows every second with what has
/// changed since the second before. A client that could not follow gets a `snapshot` again.
final class EventFeed: Sendable {
  /// One second's frames.
  struct Frame: Sendable {
    /// Which second, by its number.
    var number: Int
    /// Every summary by its key, for what comes next.
    fileprivate var summaries: [String: [UInt8]]
    fileprivate var order: [String]
    /// The changes since the frame before.
    fileprivate var update: [UInt8]
    fileprivate var head: [UInt8]

    /// The `snapshot` event.
    fileprivate var snapshot: [UInt8] {
      EventFeed.event("snapshot", head: head, order.compactMap { summaries[$0] }, removed: [])
    }
  }

  private let frame = Mutex<Frame?>(nil)
  private let make: @Sendable () -> StatusList

  /// A feed of what `make` sees.
  init(make: @escaping @Sendable () -> StatusList) { self.make = make }

  /// The event of second `number` for a client whose last one was `last`.
  func event(_ number: Int, after last: Int?) -> [UInt8] {
    frame.withLock { frame in
      if frame?.number != number { frame = next(number, after: frame) }
      guard let frame else { return [] }
      return last == frame.number - 1 ? frame.update : frame.snapshot
    }
  }

  private func next(_ number: Int, after previous: Frame?) -> Frame {
    let list = make()
    var frame = Frame(number: number, summaries: [:], order: [], update: [], head: list.head)
    var changed: [[UInt8]] = []
    for (key, summary) in list.summaries {
      frame.order.append(key)
      frame.summaries[key] = summary
      if previous?.summaries[key] != summary { changed.append(summary) }
    }
    let removed = previous?.order.filter { frame.summaries[$0] == nil } ?? []
    frame.update = Self.event("update", head: list.head, changed, removed: removed)
    return frame
  }

  private static func event(
    _ name: String, head: [UInt8], _ summaries: [[UInt8]], removed: [String]
  ) -> [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.key("server")
      json.value(json: head)
      json.key("scaledObjects")
      json.array(summaries) { $0.value(json: $1) }
      json.field("removed", removed)
    }
    return Array("event: \(name)\ndata: ".utf8) + json.bytes + Array("\n\n".utf8)
  }
}

/// Everything that can be seen at one instant, as JSON.
struct StatusList: Sendable {
  /// The server's own state.
  var head: [UInt8]
  /// Each external trigger by `namespace/name/number`, in order.
  var summaries: [(key: String, json: [UInt8])]
}

/// The body of an answer to one client of the events: a piece every second until the client goes, the
/// server stops, or an hour is over (a browser comes back by itself).
struct EventStream: AsyncBufferedSequence {
  typealias Element = UInt8

  let feed: EventFeed
  let lease: EventLease

  func makeAsyncIterator() -> Iterator { Iterator(feed: feed, lease: lease) }

  struct Iterator: AsyncBufferedIteratorProtocol {
    let feed: EventFeed
    let lease: EventLease
    private var last: Int?
    private var rest: ArraySlice<UInt8> = []
    private var eventsLeft = 3600

    init(feed: EventFeed, lease: EventLease) {
      self.feed = feed
      self.lease = lease
    }

    mutating func next() async throws -> UInt8? { try await nextBuffer(suggested: 1)?.first }

    mutating func nextBuffer(suggested count: Int) async throws -> ArraySlice<UInt8>? {
      if rest.isEmpty {
        guard eventsLeft > 0, !lease.isOver else { return nil }
        eventsLeft -= 1
        if last != nil { try await Task.sleep(for: lease.untilNextSecond) }
        let number = lease.second
        // A timer that fires a little early must not repeat a second.
        guard number != last else { return Array(": wait\n\n".utf8)[...] }
        rest = feed.event(number, after: last)[...]
        last = number
      }
      let piece = rest.prefix(Swift.max(count, 16_384))
      rest = rest.dropFirst(piece.count)
      return piece
    }
  }
}

/// A client's place among the clients of the events; given back when it is let go.
final class EventLease: Sendable {
  private let counters: RequestCounters
  private let hasEnded: @Sendable () -> Bool
  private let origin = ContinuousClock.now

  /// A place; `nil` where none is free.
  init?(counters: RequestCounters, limit: Int, hasEnded: @escaping @Sendable () -> Bool) {
    guard counters.admitEventClient(limit: limit) else { return nil }
    self.counters = counters
    self.hasEnded = hasEnded
  }

  deinit { counters.eventClientLeft() }

  /// Whether the stream is to end.
  var isOver: Bool { hasEnded() }

  /// The number of the current second, the same for all clients.
  var second: Int { Int(Date.now.timeIntervalSince1970) }

  /// Until just after the next second begins.
  var untilNextSecond: Duration {
    let now = Date.now.timeIntervalSince1970
    return .seconds(1.002 - now.truncatingRemainder(dividingBy: 1))
  }
}
