internal import Glibc

/// The time the collector goes by; tests bring their own.
package protocol CollectionClock: Sendable {
  /// The time of day, which may be wrong and may jump, in seconds since 1970.
  var unixSeconds: Double { get }

  /// Monotonic time.
  var now: ContinuousClock.Instant { get }

  /// Returns at an instant or soon after it.
  ///
  /// - Throws: `CancellationError` when the task is cancelled.
  func sleep(until deadline: ContinuousClock.Instant) async throws
}

/// Time as the machine counts it since boot, suspension included.
package struct SystemClock: CollectionClock {
  /// The machine's clock.
  package init() {}

  /// `CLOCK_REALTIME`, to the second.
  package var unixSeconds: Double { Double(time(nil)) }

  /// `CLOCK_BOOTTIME` on Linux.
  package var now: ContinuousClock.Instant { .now }

  /// Sleeps in a task, holding no thread.
  package func sleep(until deadline: ContinuousClock.Instant) async throws {
    try await Task.sleep(until: deadline, clock: .continuous)
  }
}
