internal import PrometheusFormat

/// Whether a query's answers are of ever later instants, by their server's own clock.
///
/// One that repeats the instant of the one before tells nothing new: something between keeps it, or
/// the server's clock stands still. Two clocks are not compared, for either may be wrong or jump;
/// only a first answer for quite another time of day has to be followed by a later one, too.
struct AnswerProgress {
  /// What an answer is worth.
  enum Verdict: Equatable {
    /// It holds now.
    case new
    /// It is the one before, and is as old as that.
    case repeated
    /// It has been the same for too long, or was old when it first came.
    case stuck
  }

  /// How long one instant may be repeated before that is no answer any more.
  static let patience = Duration.seconds(5)
  /// How far the first answer's time may be from the time of day: as long as Prometheus itself looks
  /// back for a sample.
  static let oddSeconds = 300.0

  private var timestamp: Double?
  private var advancedAt: ContinuousClock.Instant?

  /// Judges an answer for `timestamp`, in Unix seconds; nil and 0 tell nothing.
  ///
  /// - Parameter unixSeconds: the time of day; nil where it is not known.
  mutating func judge(
    _ timestamp: Double?, at now: ContinuousClock.Instant, unixSeconds: Double?
  ) -> Verdict {
    guard let timestamp, timestamp > 0 else { return .new }
    let last = self.timestamp
    self.timestamp = timestamp
    guard let last else {
      if let unixSeconds, abs(unixSeconds - timestamp) > Self.oddSeconds { return .stuck }
      advancedAt = now
      return .new
    }
    guard timestamp == last else {
      advancedAt = now
      return .new
    }
    guard let advancedAt, now - advancedAt <= Self.patience else { return .stuck }
    return .repeated
  }
}

extension QueryAnswer {
  /// The instant that it holds for; nil where it has no number. All of a query's samples have one.
  var timestampSeconds: Double? {
    switch result {
    case .scalar(let point): point.timestampSeconds
    case .vector(let samples): samples.first?.timestampSeconds
    case .matrix, .string: nil
    }
  }
}

extension CollectionFailure {
  /// The answer of `timestamp`, in Unix seconds, comes again and again.
  static func stuck(at timestamp: Double) -> CollectionFailure {
    CollectionFailure(
      .unusableAnswer,
      "the answer is that for \(Int(min(timestamp, 1e15))) (Unix seconds) again and for no later "
        + "instant; is a cache in between, or has the server's clock stopped?")
  }
}
