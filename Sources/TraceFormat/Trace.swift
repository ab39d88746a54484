/// One request of a trace.
package struct Arrival: Sendable, Equatable {
  /// When the request arrives, in seconds from the start of the trace; not negative.
  package var seconds: Double
  /// Tokens of the prompt, at least 1.
  package var promptTokens: Int
  /// Tokens that the answer will have, at least 1.
  package var outputTokens: Int

  /// An arrival; token counts below 1 become 1, since a request without tokens costs nothing.
  package init(seconds: Double, promptTokens: Int, outputTokens: Int) {
    self.seconds = seconds
    self.promptTokens = max(1, promptTokens)
    self.outputTokens = max(1, outputTokens)
  }
}

/// A recorded or synthetic load: arrivals in order of time, and how long the recording lasts.
package struct Trace: Sendable, Equatable {
  /// What reports call this load.
  package var name: String
  /// The requests, ordered by `seconds`; may be empty.
  package let arrivals: [Arrival]
  /// Length of the recording in seconds: nothing arrives at or after it.
  package let durationSeconds: Double

  /// A trace of `arrivals` in any order (sorted here, stably).
  ///
  /// - Parameter durationSeconds: at least this long; a later last arrival lengthens the trace to
  ///   the whole second after it.
  package init(name: String, arrivals: [Arrival], durationSeconds: Double = 0) {
    self.name = name
    var inOrder = true
    for index in arrivals.indices.dropFirst()
    where arrivals[index].seconds < arrivals[index - 1].seconds {
      inOrder = false
      break
    }
    self.arrivals =
      inOrder
      ? arrivals
      : arrivals.enumerated().sorted {
        ($0.element.seconds, $0.offset) < ($1.element.seconds, $1.offset)
      }.map(\.element)
    let last = self.arrivals.last.map { $0.seconds.rounded(.down) + 1 } ?? 0
    self.durationSeconds = max(durationSeconds, last)
  }
}
