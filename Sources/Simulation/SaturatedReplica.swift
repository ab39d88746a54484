package import TraceFormat

/// What one replica does when it always has enough to do: what a user who measured it would know.
package struct SaturatedReplica: Sendable, Equatable {
  /// Mean number of requests running.
  package let slots: Double
  /// Requests finished per second.
  package let requestsPerSecond: Double

  /// Feeds a replica of `profile` requests of the trace, taken from all over it, as fast as it
  /// admits them, and measures after the first fifth of them.
  ///
  /// - Parameter requests: how many to feed; a trace with fewer is repeated. An empty trace gives
  ///   the profile's slots and no rate.
  package init(_ trace: Trace, profile: FleetProfile, requests: Int = 2000) {
    guard !trace.arrivals.isEmpty else {
      slots = Double(profile.maxSequences)
      requestsPerSecond = 0
      return
    }
    let costs = StepCosts(profile)
    var batch = Batch()
    var now = 0.0
    var fed = 0
    var measuredFrom = 0.0
    var requestSeconds = 0.0
    // A stride without a common factor with most lengths, so that neighbours do not stay together.
    let stride = max(1, trace.arrivals.count / requests) | 1
    while fed < requests {
      let arrival = trace.arrivals[fed &* stride % trace.arrivals.count]
      let tokens = arrival.promptTokens + arrival.outputTokens
      if batch.hasRoom(tokens: tokens, profile) {
        batch.admit(
          fed, promptTokens: arrival.promptTokens, outputTokens: arrival.outputTokens, now: now,
          costs)
        fed += 1
        if fed == requests / 5 {
          measuredFrom = now
          requestSeconds = 0
        }
      } else {
        let end = batch.segmentEnd
        requestSeconds += Double(batch.running) * (end - now)
        now = end
        batch.endSegment(costs) { _ in }
      }
    }
    let seconds = max(now - measuredFrom, 1e-9)
    slots = requestSeconds / seconds
    requestsPerSecond = Double(requests - requests / 5) / seconds
  }
}
