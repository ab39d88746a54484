internal import DecisionLoop
internal import GRPCBinding
internal import ScalerMessages
internal import ScalingEngine
internal import Synchronization
internal import TriggerConfiguration

/// One trigger that somebody has mentioned: its answers, its streams, and who waits for the first.
final class TriggerEntry: Sendable {
  /// Which trigger.
  let identity: TriggerIdentity
  /// Encoded `GetMetricSpecResponse`, from the metadata alone; or why the metadata is refused.
  let metricSpec: TriggerAnswers.Answer
  /// The metrics that may be asked for; empty where the metadata is refused.
  let plan: MetricPlan
  /// What the metadata says; `nil` where it is refused.
  let spec: TriggerSpec?
  /// The limits that refused metadata goes beyond; empty where it is not refused.
  let reachedLimits: [TriggerLimit]
  private let state: Mutex<State>

  private struct State {
    var trigger: ScaledTrigger?
    var answers: TriggerAnswers?
    var lastDecision: Decision?
    var waiting: [Waiting] = []
    var activityStreams: [ObjectIdentifier: LatestValueStream] = [:]
    var specStreams: [ObjectIdentifier: LatestValueStream] = [:]
    var lastMentioned: ContinuousClock.Instant
    var lastPushed: ContinuousClock.Instant?
    /// Whether it was taken out of the table: nothing more will be told of it.
    var isOver = false
  }

  /// A call that came before the first decision.
  private struct Waiting {
    var question: Question
    var call: ParkedCall
  }

  /// What a call wants to know.
  enum Question {
    /// `IsActive`.
    case isActive
    /// `GetMetrics` for the metric at this index of the plan.
    case metric(Int)
  }

  /// An entry for metadata that parses.
  init(identity: TriggerIdentity, spec: TriggerSpec, at now: ContinuousClock.Instant) {
    self.identity = identity
    self.spec = spec
    reachedLimits = []
    let plan = spec.metricPlan
    self.plan = plan
    let specs = plan.metrics.map { MetricSpec(name: $0.name, target: $0.target) }
    metricSpec = Result { try encodeMetricSpecs(specs) }
      .mapError { AnswerFailure(code: .internalError, message: "\($0)") }
    state = Mutex(State(lastMentioned: now))
  }

  /// An entry for metadata that does not: every call is told why.
  init(
    identity: TriggerIdentity, refusal: GRPCStatus, reachedLimits: [TriggerLimit],
    at now: ContinuousClock.Instant
  ) {
    self.identity = identity
    self.reachedLimits = reachedLimits
    spec = nil
    plan = .nothing
    let failure = AnswerFailure(code: refusal.code, message: refusal.message)
    metricSpec = .failure(failure)
    state = Mutex(State(lastMentioned: now))
  }

  /// Ties the entry to what decides for it.
  func adopt(_ trigger: ScaledTrigger) {
    state.withLock { $0.trigger = trigger }
  }

  /// Tells every question from now on that nothing can be collected, and why; the spec stands.
  func refuseToDecide(_ why: String) {
    let published = PublishedDecision(
      outcome: .failure(Undecided(kind: .impossible, explanation: why)),
      observation: Observation(readings: []), decidedAt: .now,
      validUntil: .now + .seconds(1_000_000_000))
    update(published)
  }

  /// What decides for it; `nil` where the metadata is refused.
  var trigger: ScaledTrigger? { state.withLock(\.trigger) }

  /// The answer to `question` as of `now`; `nil` before the first decision.
  func answer(_ question: Question, at now: ContinuousClock.Instant) -> TriggerAnswers.Answer? {
    if case .failure(let refusal) = metricSpec { return .failure(refusal) }
    return state.withLock { state in
      state.lastMentioned = now
      // Looked at in place: a copy of all answers would cost each call their reference counts.
      guard let validUntil = state.answers?.validUntil else { return nil }
      guard now < validUntil else { return .failure(Self.tooOld) }
      return switch question {
      case .isActive: state.answers?.isActive
      case .metric(let index): state.answers?.metrics[index]
      }
    }
  }

  /// Notes that somebody asked, without an answer from the snapshot.
  func mention(at now: ContinuousClock.Instant) {
    state.withLock { $0.lastMentioned = now }
  }

  /// Keeps `call` until the first decision. Answers it at once if that has come in the meantime.
  func wait(_ question: Question, call: ParkedCall) {
    let answer = state.withLock { state -> TriggerAnswers.Answer? in
      if let answers = state.answers { return Self.pick(question, from: answers) }
      state.waiting.append(Waiting(question: question, call: call))
      return nil
    }
    if let answer { Self.finish(call, with: answer) }
  }

  /// Tells everyone who still waits for the first decision that there is none.
  func giveUpWaiting() {
    let waiting = state.withLock { state in
      defer { state.waiting = [] }
      return state.waiting
    }
    for one in waiting { Self.finish(one.call, with: .failure(Self.tooEarly)) }
  }

  /// Takes a new decision in: answers those who wait, and tells streams of a change.
  func update(_ published: PublishedDecision) {
    guard let spec else { return }
    let decision = try? published.outcome.get()
    let told = state.withLock { state -> (waiting: [Waiting], streams: [LatestValueStream]) in
      let activityBefore = state.answers?.activity
      if let decision, let last = state.lastDecision, saysTheSame(decision, last) {
        state.answers?.validUntil = published.validUntil
      } else {
        state.answers = TriggerAnswers(published, spec: spec, plan: plan)
      }
      state.lastDecision = decision
      let waiting = state.waiting
      state.waiting = []
      guard let activity = state.answers?.activity, activity != activityBefore else {
        return (waiting, [])
      }
      state.lastPushed = published.decidedAt
      return (waiting, Array(state.activityStreams.values))
    }
    for one in told.waiting {
      if let answer = answer(one.question, at: published.decidedAt) {
        Self.finish(one.call, with: answer)
      }
    }
    push(to: told.streams)
  }

  private func saysTheSame(_ one: Decision, _ other: Decision) -> Bool {
    one.desiredReplicas == other.desiredReplicas && one.isActive == other.isActive
      && (spec?.output == .replicas || one.demands == other.demands)
  }

  private static func pick(_ question: Question, from answers: TriggerAnswers)
    -> TriggerAnswers.Answer
  {
    switch question {
    case .isActive: answers.isActive
    case .metric(let index): answers.metrics[index]
    }
  }

  private static func finish(_ call: ParkedCall, with answer: TriggerAnswers.Answer) {
    switch answer {
    case .success(let bytes): call.reply(bytes)
    case .failure(let failure): call.fail(failure.status)
    }
  }

  private static let tooOld = AnswerFailure(
    code: .unavailable,
    message: "the last decision is too old: collection has stopped or this process was suspended")
  private static let tooEarly = AnswerFailure(
    code: .unavailable,
    message: "the sources have not answered yet since this trigger was first asked about")
}

// MARK: - Streams

extension TriggerEntry {
  /// Which stream a caller opened.
  enum StreamKind {
    /// `StreamIsActive`.
    case activity
    /// `StreamMetricSpec`.
    case spec
  }

  /// Adds a stream and sends it the state at once, where it is known.
  func open(_ stream: LatestValueStream, kind: StreamKind, at now: ContinuousClock.Instant) {
    let (isOver, first) = state.withLock { state -> (Bool, [UInt8]?) in
      state.lastMentioned = now
      // Whoever found the entry before it was taken out opens the stream again.
      guard !state.isOver else { return (true, nil) }
      switch kind {
      case .activity:
        state.activityStreams[ObjectIdentifier(stream)] = stream
        guard let answers = state.answers, now < answers.validUntil else { return (false, nil) }
        return (false, try? answers.isActive.get())
      case .spec:
        state.specStreams[ObjectIdentifier(stream)] = stream
        return (false, try? metricSpec.get())
      }
    }
    if isOver { stream.finish(.ok) }
    if let first { stream.send(first) }
  }

  /// Forgets a stream that has ended.
  func close(_ stream: LatestValueStream, at now: ContinuousClock.Instant) {
    state.withLock { state in
      state.lastMentioned = now
      state.activityStreams[ObjectIdentifier(stream)] = nil
      state.specStreams[ObjectIdentifier(stream)] = nil
    }
  }

  /// Ends every stream with OK, those that are still to be opened too, so that callers open them
  /// again.
  func endStreams() {
    let streams = state.withLock { state in
      state.isOver = true
      return Array(state.activityStreams.values) + state.specStreams.values
    }
    for stream in streams { stream.finish(.ok) }
  }

  /// Sends `true` once more to open streams when the last push is `interval` ago: a repeat, so that
  /// one lost on the way is made up for, and no drumbeat (each costs KEDA a write).
  func repeatActivity(every interval: Duration, at now: ContinuousClock.Instant) {
    let streams = state.withLock { state -> [LatestValueStream] in
      guard let answers = state.answers, answers.activity == true, now < answers.validUntil,
        let last = state.lastPushed, now - last >= interval
      else { return [] }
      state.lastPushed = now
      return Array(state.activityStreams.values)
    }
    push(to: streams)
  }

  /// Whether nobody has asked since `instant` and no stream is open.
  func isForgotten(since instant: ContinuousClock.Instant) -> Bool {
    state.withLock { state in
      state.lastMentioned < instant && state.activityStreams.isEmpty
        && state.specStreams.isEmpty && state.waiting.isEmpty
    }
  }

  private func push(to streams: [LatestValueStream]) {
    guard !streams.isEmpty,
      let bytes = state.withLock({ try? $0.answers?.isActive.get() })
    else { return }
    for stream in streams { stream.send(bytes) }
  }
}
