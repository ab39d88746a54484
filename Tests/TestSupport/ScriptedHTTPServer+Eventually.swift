import Glibc

/// Why a test gave up waiting.
package struct ConditionNotMet: Error {
  /// How long it waited.
  package let waited: Duration
}

/// Waits until a condition holds, looking every few milliseconds.
///
/// - Throws: `ConditionNotMet` when it does not hold in time.
package func eventually(
  within limit: Duration = .seconds(10), _ condition: () async throws -> Bool
) async throws {
  let deadline = ContinuousClock.now + limit
  while try await !condition() {
    guard ContinuousClock.now < deadline else { throw ConditionNotMet(waited: limit) }
    try await Task.sleep(for: .milliseconds(3))
  }
}

/// Gives other threads a millisecond; for scripts that block their own thread on a condition.
package func pause() { usleep(1000) }
