/// How many lines may be logged: a bucket of lines for each sentence (all that differs between lines
/// of one kind is their metadata), so that a flood of one does not hide another. A value; whoever writes drives it.
struct LogGate {
  private struct Bucket {
    var lines: Double
    var filledAt: ContinuousClock.Instant
    var dropped = 0
  }

  private let linesPerSecond: Double
  private let burst: Double
  private var buckets: [String: Bucket] = [:]
  /// Lines dropped since the start.
  private(set) var droppedCount = 0

  /// Sentences with a bucket of their own; the rest, should there ever be more, share one.
  static let sentenceLimit = 256
  /// Seconds' worth of lines that may come at once: a start with many triggers is no flood.
  static let burstSeconds = 10.0

  /// A gate for so many lines of one sentence a second.
  init(linesPerSecond: Int) {
    self.linesPerSecond = Double(linesPerSecond)
    burst = Double(linesPerSecond) * Self.burstSeconds
  }

  /// What becomes of a line.
  enum Verdict: Equatable {
    /// It is written; before it, how many of its sentence were dropped since the last one.
    case write(droppedBefore: Int)
    /// It is dropped.
    case drop
  }

  /// Judges a line of `sentence`.
  mutating func judge(_ sentence: String, at now: ContinuousClock.Instant) -> Verdict {
    let isOwn = buckets[sentence] != nil || buckets.count < Self.sentenceLimit
    let sentence = isOwn ? sentence : ""
    var bucket = buckets[sentence] ?? Bucket(lines: burst, filledAt: now)
    let seconds = max(0, (now - bucket.filledAt) / .seconds(1))
    bucket.lines = min(burst, bucket.lines + seconds * linesPerSecond)
    bucket.filledAt = now
    defer { buckets[sentence] = bucket }
    guard bucket.lines >= 1 else {
      bucket.dropped += 1
      droppedCount += 1
      return .drop
    }
    bucket.lines -= 1
    defer { bucket.dropped = 0 }
    return .write(droppedBefore: bucket.dropped)
  }

  /// A line that was to be written could not be.
  mutating func lost() { droppedCount += 1 }
}
