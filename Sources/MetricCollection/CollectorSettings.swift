/// How often and how much a collector asks.
package struct CollectorSettings: Sendable {
  /// The time between two askings of a query.
  package var interval = Duration.seconds(1)
  /// Distinct queries over all groups.
  package var queryLimit = 20_000
  /// Makes the jitter repeatable.
  package var seed: UInt64 = 1

  /// Every second, up to 20 000 queries.
  package init() {}

  /// Queries of one group; a round remembers which it waits for in the bits of a word.
  package static let groupQueryLimit = 64

  /// For queries without a timeout of their own: over before the next round begins.
  package var defaultTimeout: Duration { interval * 0.9 }

  /// Queries start at this many instants spread over the interval, 20 ms apart where that is
  /// possible.
  var slotCount: Int { max(1, min(50, Int(interval / .milliseconds(20)))) }

  /// Up to here a group's queries join the slot of one that it shares with others.
  static let sociableSlotSize = 64
}
