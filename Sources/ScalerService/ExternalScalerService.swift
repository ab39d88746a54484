package import DecisionLoop
package import GRPCBinding
package import Logging
package import MetricCollection
internal import ScalerMessages
internal import TriggerConfiguration

/// `externalscaler.ExternalScaler`: KEDA's five RPCs, answered from the latest decisions.
///
/// Handlers run on the completion queue's one thread and never wait: each finds its trigger and
/// copies an encoded answer.
package final class ExternalScalerService: Sendable {
  /// The service's full name.
  package static let name = "externalscaler.ExternalScaler"
  /// Longest wait of a first `GetMetrics` or `IsActive` for the first answer of the sources.
  package static let firstAnswerLimit = Duration.milliseconds(500)
  /// How often `true` is said again on an open stream.
  package static let activityRepeat = Duration.seconds(60)

  private let table: TriggerTable
  private let forgetAfter: Duration
  private let firstMentions: AsyncStream<FirstMention>
  private let firstMention: AsyncStream<FirstMention>.Continuation

  private struct FirstMention: Sendable {
    var entry: TriggerEntry
    var deadline: ContinuousClock.Instant
  }

  /// A service over `runner`.
  ///
  /// - Parameters:
  ///   - limits: most of what is remembered at once.
  ///   - forgetAfter: a trigger without a call and without a stream for so long is forgotten.
  package init(
    runner: DecisionRunner, limits: TriggerTableLimits,
    forgetAfter: Duration, logger: Logger
  ) {
    table = TriggerTable(
      runner: runner, limits: limits, logger: logger)
    self.forgetAfter = forgetAfter
    (firstMentions, firstMention) = AsyncStream.makeStream(
      bufferingPolicy: .bufferingNewest(limits.triggers))
  }

  /// How often each limit was reached: those of `ServiceLimit` and of `TriggerLimit`.
  package var reachedLimits: [String: Int] { table.reachedLimits }

  /// The five methods, to be registered with a server.
  package var methods: [GRPCMethod] {
    [
      .unary("/\(Self.name)/IsActive") { [self] bytes, context in
        answer(found(bytes), .isActive, context)
      },
      .unary("/\(Self.name)/GetMetricSpec") { [self] bytes, _ in
        switch found(bytes) {
        case .success(let entry):
          entry.mention(at: .now)
          return Self.answer(entry.metricSpec)
        case .failure(let failure): return .status(failure.status)
        }
      },
      .unary("/\(Self.name)/GetMetrics") { [self] bytes, context in
        getMetrics(bytes, context)
      },
      .latestValue("/\(Self.name)/StreamIsActive") { [self] bytes, stream in
        open(bytes, stream, kind: .activity)
      },
      .latestValue("/\(Self.name)/StreamMetricSpec") { [self] bytes, stream in
        open(bytes, stream, kind: .spec)
      },
    ]
  }

  /// Puts other servers that may be asked into force.
  /// - Returns: how many triggers are begun anew because of it.
  package func replaceSources(_ sources: SourceDirectory) -> Int { table.replaceSources(sources) }

  /// Begins to collect and decide for a trigger as if KEDA had mentioned it, or mentions it again.
  ///
  /// - Returns: what decides for it; `nil` where its metadata is refused or a limit is reached.
  @discardableResult
  package func mention(
    namespace: String, name: String, metadata: [String: String]
  ) -> ScaledTrigger? {
    let ref = ScaledObjectRef(name: name, namespace: namespace, metadata: metadata)
    guard case .success(let entry) = table.add(ref, at: .now) else { return nil }
    entry.mention(at: .now)
    return entry.trigger
  }

  /// Gives up first waits, repeats activity and forgets idle triggers until cancelled.
  package func run() async {
    await withTaskGroup { group in
      group.addTask { await self.endFirstWaits() }
      group.addTask { await self.sweep() }
    }
  }

  private func endFirstWaits() async {
    // Deadlines come in order, so one after the other is in time for each.
    for await mention in firstMentions {
      do {
        try await Task.sleep(until: mention.deadline, clock: .continuous)
      } catch {
        return
      }
      mention.entry.giveUpWaiting()
    }
  }

  private func sweep() async {
    let interval = Duration.seconds(5)
    while true {
      do {
        try await Task.sleep(for: interval, clock: .continuous)
      } catch {
        return
      }
      let now = ContinuousClock.now
      table.forget(notMentionedSince: now - forgetAfter)
      for entry in table.entries { entry.repeatActivity(every: Self.activityRepeat, at: now) }
    }
  }
}

extension ExternalScalerService {
  /// The entry that a `ScaledObjectRef` names.
  private func found(_ bytes: RawSpan) -> Result<TriggerEntry, AnswerFailure> {
    do throws(MessageError) {
      return try decodeScaledObjectRef(bytes) { table.entry(for: $0, at: .now) }
    } catch {
      return .failure(failure(error))
    }
  }

  private func failure(_ error: MessageError) -> AnswerFailure {
    if case .tooManyMetadataEntries = error {
      table.metadataKeysReached()
      return AnswerFailure(code: .resourceExhausted, message: "\(error)")
    }
    return AnswerFailure(code: .internalError, message: "\(error)")
  }

  private func getMetrics(_ bytes: RawSpan, _ context: borrowing UnaryContext) -> UnaryAnswer {
    struct Asked {
      var entry: Result<TriggerEntry, AnswerFailure>
      var metric: Int?
      var name: String?
    }
    let asked: Asked
    do throws(MessageError) {
      asked = try decodeGetMetricsRequest(bytes) { ref in
        let entry = table.entry(for: ref, at: .now)
        guard case .success(let found) = entry else { return Asked(entry: entry) }
        let metrics = found.plan.metrics
        let index = metrics.firstIndex { ref.metricNameEquals($0.name) }
        return Asked(entry: entry, metric: index, name: index == nil ? ref.metricName : nil)
      }
    } catch {
      return .status(failure(error).status)
    }
    guard case .success(let entry) = asked.entry, case .success = entry.metricSpec else {
      return answer(asked.entry, .isActive, context)
    }
    guard let metric = asked.metric else {
      let known = entry.plan.metrics.map { "\"\($0.name)\"" }.joined(separator: ", ")
      return .status(
        GRPCStatus(
          .invalidArgument,
          "metricName is \(quoted(asked.name ?? "")); this trigger has \(known)"))
    }
    return answer(asked.entry, .metric(metric), context)
  }

  private func answer(
    _ found: Result<TriggerEntry, AnswerFailure>, _ question: TriggerEntry.Question,
    _ context: borrowing UnaryContext
  ) -> UnaryAnswer {
    let entry: TriggerEntry
    switch found {
    case .success(let one): entry = one
    case .failure(let failure): return .status(failure.status)
    }
    let now = ContinuousClock.now
    if let answer = entry.answer(question, at: now) { return Self.answer(answer) }
    guard let call = context.park() else {
      return .status(
        GRPCStatus(.resourceExhausted, "too many calls wait for a first answer; ask again"))
    }
    entry.wait(question, call: call)
    firstMention.yield(FirstMention(entry: entry, deadline: now + Self.firstAnswerLimit))
    return .later
  }

  private static func answer(_ answer: TriggerAnswers.Answer) -> UnaryAnswer {
    switch answer {
    case .success(let bytes): .reply(bytes)
    case .failure(let failure): .status(failure.status)
    }
  }

  private func open(
    _ bytes: RawSpan, _ stream: LatestValueStream, kind: TriggerEntry.StreamKind
  ) -> StreamAnswer {
    let entry: TriggerEntry
    switch found(bytes) {
    case .success(let one): entry = one
    case .failure(let failure): return .status(failure.status)
    }
    if case .failure(let refusal) = entry.metricSpec { return .status(refusal.status) }
    entry.open(stream, kind: kind, at: .now)
    return .open { [weak stream] in
      if let stream { entry.close(stream, at: .now) }
    }
  }
}
