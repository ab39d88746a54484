package import KubernetesFormat
package import Logging
internal import Synchronization

/// Writes Events on objects: the same one again within ten minutes counts up the first, and no
/// object gets more than a few.
///
/// The limits are client-go's in kind (tools/record): a bucket for each object. Events are for
/// people; what cannot be written is dropped, counted, and said once.
package final class EventRecorder: Sendable {
  /// What is to be written.
  package struct Note: Sendable, Equatable {
    /// On which object.
    package var object: ObjectReference
    /// What happened, in one word.
    package var reason: String
    /// What happened, in a sentence.
    package var message: String
    /// Whether somebody should look.
    package var isWarning: Bool

    /// A note from its parts.
    package init(object: ObjectReference, reason: String, message: String, isWarning: Bool) {
      self.object = object
      self.reason = reason
      self.message = message
      self.isWarning = isWarning
    }
  }

  /// What has become of notes so far.
  package struct Counts: Sendable, Equatable {
    /// Written, new or counted up.
    package var written = 0
    /// Dropped: too many, or the API server did not take them.
    package var dropped = 0
  }

  fileprivate struct Key: Hashable {
    var object: ObjectReference
    var reason: String
  }

  fileprivate struct Written {
    var event: Event
    var at: ContinuousClock.Instant
  }

  fileprivate struct Bucket {
    var tokens: Double
    var at: ContinuousClock.Instant
  }

  fileprivate struct State {
    var written: [Key: Written] = [:]
    var buckets: [ObjectReference: Bucket] = [:]
    var counts = Counts()
    var isTroubleSaid = false
  }

  /// Events that one object may get at once …
  package static let burst = 10.0
  /// … and seconds after which it may get one more.
  package static let refillSeconds = 60.0
  /// The same again within this counts up.
  private static let sameWithin = Duration.seconds(600)
  /// Notes that wait to be written.
  private static let queueLimit = 256

  private let api: KubernetesAPI
  private let component: String
  private let wallSeconds: @Sendable () -> Double
  private let logger: Logger
  private let notes: AsyncStream<Note>
  private let feed: AsyncStream<Note>.Continuation
  private let state = Mutex(State())

  /// A recorder that calls itself `component`; nothing is written before `run`.
  package init(
    api: KubernetesAPI, component: String, wallSeconds: @escaping @Sendable () -> Double,
    logger: Logger
  ) {
    self.api = api
    self.component = component
    self.wallSeconds = wallSeconds
    self.logger = logger
    (notes, feed) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(Self.queueLimit))
  }

  /// What has become of notes so far.
  package var counts: Counts { state.withLock { $0.counts } }

  /// Has something written; returns at once.
  package func note(_ note: Note) {
    if case .dropped = feed.yield(note) { state.withLock { $0.counts.dropped += 1 } }
  }

  /// Writes until cancelled.
  package func run() async {
    for await note in notes { await write(note) }
  }

  private func write(_ note: Note) async {
    let now = ContinuousClock.now
    let key = Key(object: note.object, reason: note.reason)
    let (isAllowed, before) = state.withLock { state -> (Bool, Event?) in
      state.written = state.written.filter { now - $0.value.at < Self.sameWithin }
      guard state.take(note.object, at: now) else {
        state.counts.dropped += 1
        return (false, nil)
      }
      return (true, state.written[key]?.event)
    }
    guard isAllowed else { return }
    do throws(KubernetesFailure) {
      let event = try await put(note, over: before)
      state.withLock { state in
        state.written[key] = Written(event: event, at: now)
        state.counts.written += 1
        state.isTroubleSaid = false
      }
    } catch {
      let isNews = state.withLock { state in
        state.counts.dropped += 1
        defer { state.isTroubleSaid = true }
        return !state.isTroubleSaid
      }
      if isNews { logger.warning("events cannot be written", metadata: ["error": "\(error)"]) }
    }
  }

  private func put(_ note: Note, over before: Event?) async throws(KubernetesFailure) -> Event {
    let now = Timestamp(unixSeconds: wallSeconds())
    if let before {
      do throws(KubernetesFailure) {
        return try await api.patch(
          .events, before.metadata.key,
          CountUp(count: before.count + 1, lastTimestamp: now, message: note.message))
      } catch {
        // It is gone after an hour; then it is written anew.
        guard error.kind == .notFound else { throw error }
      }
    }
    let name = note.object.name + "." + String(UInt64.random(in: 0...UInt64.max), radix: 16)
    return try await api.create(
      Event(
        name: name, about: note.object, reason: note.reason, message: note.message,
        isWarning: note.isWarning, at: now, component: component), .events)
  }

  private struct CountUp: Encodable {
    var count: Int
    var lastTimestamp: Timestamp
    var message: String
  }
}

extension EventRecorder.State {
  /// Takes one of an object's tokens; false where it has none.
  fileprivate mutating func take(
    _ object: ObjectReference, at now: ContinuousClock.Instant
  ) -> Bool {
    let full = EventRecorder.burst
    func tokens(_ bucket: EventRecorder.Bucket) -> Double {
      let gained = (now - bucket.at) / .seconds(EventRecorder.refillSeconds)
      return min(full, bucket.tokens + gained)
    }
    buckets = buckets.filter { tokens($0.value) < full }
    let left = buckets[object].map(tokens) ?? full
    guard left >= 1 else { return false }
    buckets[object] = EventRecorder.Bucket(tokens: left - 1, at: now)
    return true
  }
}
