internal import MetricCollection
internal import ScalingEngine
internal import Synchronization
package import TriggerConfiguration

/// One external trigger of one ScaledObject that is being decided for.
package final class ScaledTrigger: Sendable {
  /// The ScaledObject's namespace.
  package let namespace: String
  /// The ScaledObject's name.
  package let name: String
  /// The trigger metadata as its callers send it.
  package let metadata: [String: String]
  /// What its metadata says.
  package let spec: TriggerSpec

  private let state: Mutex<State>
  private let onDecision: @Sendable (PublishedDecision) -> Void
  private let wallSeconds: @Sendable () -> Double
  private let groups: GroupActivity
  private let cluster: ClusterLink?
  private let begunAt = ContinuousClock.now

  /// How long the first decision waits for the past: below the 500 ms that its first caller waits.
  static let historyPatience = Duration.milliseconds(350)

  private struct State {
    var decider: ReplicaDecider
    var latest: PublishedDecision?
    var journal = DecisionJournal()
    var history = History.awaited
    var pending: Pending?
    var meanwhile = Meanwhile()
  }

  /// Whether the windows are filled from the source's past already.
  private enum History {
    /// Not yet: the first decisions wait for it, for a short time.
    case awaited
    /// It came, or nobody waits for it any more.
    case settled
  }

  /// A round of answers that came while the history was awaited.
  private struct Pending {
    var answers: TriggerQueries.Answers
    var now: ContinuousClock.Instant
    var seconds: Double
  }

  /// What was decided on since the past was asked for, which the past does not hold.
  private struct Meanwhile {
    /// Nil where nothing was asked for, or where there are more than are kept.
    var observations: [(observation: Observation, seconds: Double)]?

    /// One a second for longer than a source may take to tell the past of one query.
    static let limit = 30

    mutating func note(_ observation: Observation, atSeconds seconds: Double) {
      guard let count = observations?.count else { return }
      if count < Self.limit {
        observations?.append((observation, seconds))
      } else {
        observations = nil
      }
    }
  }

  init(
    namespace: String, name: String, metadata: [String: String], spec: TriggerSpec,
    wallSeconds: @escaping @Sendable () -> Double, groups: GroupActivity, cluster: ClusterLink?,
    onDecision: @escaping @Sendable (PublishedDecision) -> Void
  ) {
    self.namespace = namespace
    self.name = name
    self.metadata = metadata
    self.spec = spec
    self.wallSeconds = wallSeconds
    self.groups = groups
    self.cluster = cluster
    self.onDecision = onDecision
    state = Mutex(State(decider: ReplicaDecider(policy: spec.policy)))
  }

  /// The newest decision; `nil` before the first round of answers.
  package var latest: PublishedDecision? { state.withLock(\.latest) }

  /// The changes of the last quarter of an hour, oldest first.
  package var journal: [JournalEntry] { state.withLock(\.journal.entries) }

  /// How many seconds of the past the windows need: all that can still be in one of them, and for what
  /// is learned half an hour.
  var historySeconds: Int {
    let policy = spec.policy
    let windows = max(policy.stableWindow, policy.scaleDownDelay ?? .zero, .seconds(30))
    return policy.isPlainArithmetic ? Int(2 * windows.inSeconds) : max(1800, Int(windows.inSeconds))
  }

  /// The past is being asked for, up to this instant: what is decided on from now on is kept for it.
  func awaitHistory() {
    state.withLock { $0.meanwhile.observations = [] }
  }

  /// Takes the past in: a new decider lives through it second by second and through what was decided
  /// on meanwhile, and goes on from there. A past so late that not all of that is kept any more is
  /// not taken: the burst of those seconds would be forgotten.
  ///
  /// Returns whether it is taken, and what to log, where a decision was waiting for it.
  func take(
    _ history: QueryHistory, queries: TriggerQueries, secondsOfOrigin: (Int) -> Double
  ) -> (isTaken: Bool, changed: JournalEntry?) {
    var decider = ReplicaDecider(policy: spec.policy)
    live(through: history, queries, &decider, secondsOfOrigin)
    let end = secondsOfOrigin(history.startSeconds + (history.count - 1) * history.stepSeconds)
    let isTaken = state.withLock { state in
      defer { state.meanwhile.observations = nil }
      guard let meanwhile = state.meanwhile.observations else { return false }
      decider.absorbDays(of: state.decider)
      for one in meanwhile where one.seconds > end {
        _ = decider.decide(one.observation, atSeconds: one.seconds)
      }
      state.decider = decider
      return true
    }
    return (isTaken, settleHistory())
  }

  /// Takes over the hours of earlier days that another decider has lived through, for
  /// `forecast: seasonal`.
  func takeDays(of past: ReplicaDecider) {
    state.withLock { $0.decider.absorbDays(of: past) }
  }

  /// Lets a decider live through a stretch of the past, instant by instant.
  func live(
    through history: QueryHistory, _ queries: TriggerQueries, _ decider: inout ReplicaDecider,
    _ secondsOfOrigin: (Int) -> Double
  ) {
    let instant = ContinuousClock.now
    let builder = ObservationBuilder(spec: spec)
    for index in 0..<history.count {
      let answers = queries.answers(history.answers(at: index, answeredAt: instant))
      let observation = builder.build(answers, at: instant).observation
      let unix = history.startSeconds + index * history.stepSeconds
      _ = decider.decide(observation, atSeconds: secondsOfOrigin(unix))
    }
  }

  /// Waits no longer for the past: decides on the round that came meanwhile, if one did.
  func settleHistory() -> JournalEntry? {
    let pending = state.withLock { state -> Pending? in
      defer { state.pending = nil }
      guard state.history == .awaited else { return nil }
      state.history = .settled
      return state.pending
    }
    guard let pending else { return nil }
    return decide(pending.answers, at: pending.now, secondsOfOrigin: pending.seconds)
  }

  /// Decides on a round's answers. Returns what to log: the decision where it differs from the one before.
  func decide(
    _ answers: TriggerQueries.Answers, at now: ContinuousClock.Instant, secondsOfOrigin: Double
  ) -> JournalEntry? {
    let isTooEarly = state.withLock { state in
      if now - begunAt > Self.historyPatience { state.history = .settled }
      if state.history == .awaited {
        state.pending = Pending(answers: answers, now: now, seconds: secondsOfOrigin)
      }
      return state.history == .awaited
    }
    guard !isTooEarly else { return nil }
    let reading = cluster?.reading(self)
    let built = ObservationBuilder(spec: spec).build(answers, at: now, cluster: reading)
    let wall = wallSeconds()
    let (published, entry) = state.withLock { state in
      state.meanwhile.note(built.observation, atSeconds: secondsOfOrigin)
      let outcome = state.decider.decide(built.observation, atSeconds: secondsOfOrigin)
        .mapError { $0.adding(remarks: built.remarks) }
        .map { $0.awake(with: groups.joined(self, isActive: $0.isActive)) }
      let published = PublishedDecision(
        outcome: outcome, observation: built.observation, decidedAt: now,
        validUntil: now + spec.policy.staleAfter, dataAgeSeconds: built.dataAgeSeconds,
        remarks: built.remarks, cluster: reading)
      state.latest = published
      let entry = JournalEntry(
        atSeconds: wall, outcome: outcome, observation: built.observation)
      return (published, state.journal.record(entry) ? entry : nil)
    }
    onDecision(published)
    cluster?.decided(self, published)
    return entry
  }
}

extension Decision {
  /// The decision as its group has it: active while any member is.
  fileprivate func awake(with isGroupActive: Bool) -> Decision {
    guard isGroupActive, !isActive else { return self }
    var awake = self
    awake.isActive = true
    awake.reasons.removeAll { $0.code == .inactive }
    awake.reasons.append(Reason(.group))
    return awake
  }
}
