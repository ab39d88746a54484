internal import DecisionLoop
internal import GRPCBinding
internal import Logging
internal import MetricCollection
internal import ScalerMessages
internal import Synchronization
internal import TriggerConfiguration

/// Every trigger that somebody has mentioned of late, found by its identity.
final class TriggerTable: Sendable {
  private let runner: DecisionRunner
  private let limits: TriggerTableLimits
  private let logger: Logger
  private let state = Mutex(State())

  private struct State {
    var entries: [UInt64: [TriggerEntry]] = [:]
    /// Of those whose metadata was refused.
    var refusals = 0
    /// Of the others.
    var count = 0
    var heldBytes = 0
    var reached: [String: Int] = [:]

    /// Takes an entry out; `false` where it is out already.
    mutating func remove(_ entry: TriggerEntry) -> Bool {
      let hash = entry.identity.stableHash
      guard var kept = entries[hash], let index = kept.firstIndex(where: { $0 === entry })
      else { return false }
      kept.remove(at: index)
      entries[hash] = kept.isEmpty ? nil : kept
      if entry.spec == nil { refusals -= 1 } else { count -= 1 }
      heldBytes -= entry.identity.byteCount
      return true
    }

    mutating func reach(_ limit: ServiceLimit) { reached[limit.rawValue, default: 0] += 1 }
  }

  init(
    runner: DecisionRunner, limits: TriggerTableLimits, logger: Logger
  ) {
    self.runner = runner
    self.limits = limits
    self.logger = logger
  }

  /// How often each limit was reached, those of metadata included.
  var reachedLimits: [String: Int] { state.withLock(\.reached) }

  /// A message had more metadata entries than are read.
  func metadataKeysReached() {
    state.withLock { $0.reached[TriggerLimit.metadataKeys.rawValue, default: 0] += 1 }
  }

  /// The entry of the trigger that `ref` names; made, and its collection begun, on first sight.
  ///
  /// Known triggers cost one lock, one hash look-up and a comparison, whatever their number.
  func entry(
    for ref: borrowing DecodedScaledObjectRef, at now: ContinuousClock.Instant
  ) -> Result<TriggerEntry, AnswerFailure> {
    let candidates = state.withLock { $0.entries[ref.identityHash] }
    if let candidates {
      for entry in candidates where ref.isSame(as: entry.identity) { return .success(entry) }
    }
    return add(ref.materialized(), at: now)
  }

  /// The entry of `ref`, made where there is none and room for one.
  func add(_ ref: ScaledObjectRef, at now: ContinuousClock.Instant)
    -> Result<TriggerEntry, AnswerFailure>
  {
    let identity = TriggerIdentity(ref)
    let known = state.withLock { state -> Result<TriggerEntry, AnswerFailure>? in
      let present = state.entries[identity.stableHash]?.first { $0.identity == identity }
      return present.map { .success($0) } ?? refusal(of: identity, in: &state).map { .failure($0) }
    }
    if let known { return known }
    let entry = makeEntry(identity, at: now)
    enum Place {
      case added
      case present(TriggerEntry)
      case passedOver
      case full(AnswerFailure)
    }
    let place = state.withLock { state -> Place in
      let present = state.entries[identity.stableHash]?.first { $0.identity == identity }
      if let present { return .present(present) }
      if entry.spec == nil {
        for limit in entry.reachedLimits { state.reached[limit.rawValue, default: 0] += 1 }
        guard state.refusals < limits.refusals else {
          state.reach(.refusals)
          return .passedOver
        }
        state.refusals += 1
      } else {
        if let failure = refusal(of: identity, in: &state) { return .full(failure) }
        state.count += 1
      }
      state.heldBytes += identity.byteCount
      state.entries[identity.stableHash, default: []].append(entry)
      return .added
    }
    switch place {
    case .present(let present): return .success(present)
    case .passedOver: return .success(entry)
    case .full(let failure): return .failure(failure)
    case .added: return begin(entry, at: now)
    }
  }

  private func isKnown(_ entry: TriggerEntry) -> Bool {
    state.withLock { state in
      state.entries[entry.identity.stableHash]?.contains { $0 === entry } == true
    }
  }

  /// Takes an entry out that could not be collected for, so that the next call tries again.
  private func remove(_ entry: TriggerEntry) {
    _ = state.withLock { $0.remove(entry) }
  }

  /// Takes out all entries for which `isOut` holds. No call waits while they are looked for, however
  /// many there are: the search walks the table as it was, and each is locked out by itself.
  private func takeOut(where isOut: (TriggerEntry) -> Bool) -> [TriggerEntry] {
    entries.filter(isOut).filter { entry in
      // Somebody may have asked about it meanwhile.
      state.withLock { isOut(entry) && $0.remove(entry) }
    }
  }

  /// Why there is no room for one more trigger; known ones are not looked for.
  private func refusal(of identity: TriggerIdentity, in state: inout State) -> AnswerFailure? {
    if state.count >= limits.triggers {
      state.reach(.triggers)
      return AnswerFailure(
        code: .resourceExhausted,
        message: "\(limits.triggers) triggers are served already; raise --max-scaled-objects")
    }
    if state.heldBytes + identity.byteCount > limits.heldBytes {
      state.reach(.heldBytes)
      return AnswerFailure(
        code: .resourceExhausted,
        message: "the metadata of all triggers would be longer than \(limits.heldBytes) bytes; "
          + "shorten it, for example by recording rules")
    }
    return nil
  }

  /// Ends collecting for triggers that nobody asked about since `instant`.
  func forget(notMentionedSince instant: ContinuousClock.Instant) {
    for entry in takeOut(where: { $0.isForgotten(since: instant) }) {
      if let trigger = entry.trigger { runner.end(trigger) }
      entry.endStreams()
      logger.info("trigger forgotten", metadata: Self.metadata(entry.identity.ref))
    }
  }

  /// Puts other servers that may be asked into force. Triggers that this changes, and those that are
  /// refused now, are forgotten with their streams ended, so that the next call begins them anew.
  ///
  /// - Returns: how many of those that were decided for.
  func replaceSources(_ sources: SourceDirectory) -> Int {
    let changed = Set(runner.replaceSources(sources).map(ObjectIdentifier.init))
    let dropped = takeOut { entry in
      entry.trigger.map { changed.contains(ObjectIdentifier($0)) } ?? true
    }
    for entry in dropped {
      if let trigger = entry.trigger { runner.end(trigger) }
      entry.endStreams()
    }
    return changed.count
  }

  /// Every entry, in no order.
  var entries: [TriggerEntry] {
    // The lock is held for a reference, not for the walk.
    Array(state.withLock(\.entries).values.joined())
  }

  private func makeEntry(_ identity: TriggerIdentity, at now: ContinuousClock.Instant)
    -> TriggerEntry
  {
    do {
      let spec = try TriggerSpec(
        metadata: identity.ref.metadata, namespace: identity.ref.namespace)
      if let objection = runner.objection(to: spec, namespace: identity.ref.namespace) {
        return refused(
          identity, objection.isForbidden ? .permissionDenied : .invalidArgument,
          objection.explanation, at: now)
      }
      return TriggerEntry(identity: identity, spec: spec, at: now)
    } catch {
      return refused(
        identity, .invalidArgument, "\(error)", limits: error.problems.compactMap(\.limit), at: now)
    }
  }

  private func refused(
    _ identity: TriggerIdentity, _ code: GRPCStatusCode, _ why: String,
    limits: [TriggerLimit] = [], at now: ContinuousClock.Instant
  ) -> TriggerEntry {
    TriggerEntry(
      identity: identity, refusal: GRPCStatus(code, why), reachedLimits: limits, at: now)
  }

  private func begin(
    _ entry: TriggerEntry, at now: ContinuousClock.Instant
  ) -> Result<TriggerEntry, AnswerFailure> {
    guard let spec = entry.spec else {
      var metadata = Self.metadata(entry.identity.ref)
      if case .failure(let refusal) = entry.metricSpec {
        metadata["error"] = "\(refusal.status.message)"
      }
      logger.warning("trigger metadata refused", metadata: metadata)
      return .success(entry)
    }
    do {
      let ref = entry.identity.ref
      let trigger = try runner.begin(
        namespace: ref.namespace, name: ref.name, metadata: ref.metadata, spec: spec
      ) { [weak entry] published in
        entry?.update(published)
      }
      entry.adopt(trigger)
      // Sources that were replaced meanwhile have taken the entry out, and found nothing to end.
      guard isKnown(entry) else {
        runner.end(trigger)
        return add(entry.identity.ref, at: now)
      }
      var metadata = Self.metadata(entry.identity.ref)
      if !spec.warnings.isEmpty {
        metadata["warnings"] = "\(spec.warnings.joined(separator: "; "))"
      }
      logger.info("trigger first mentioned", metadata: metadata)
      return .success(entry)
    } catch let error as CollectionLimitReached {
      remove(entry)
      return .failure(AnswerFailure(code: .resourceExhausted, message: "\(error)"))
    } catch {
      entry.refuseToDecide("\(error)")
      logger.warning(
        "trigger cannot be collected for",
        metadata: Self.metadata(entry.identity.ref).merging(["error": "\(error)"]) { $1 })
      return .success(entry)
    }
  }

  private static func metadata(_ ref: ScaledObjectRef) -> Logger.Metadata {
    ["namespace": "\(ref.namespace.excerpt)", "scaledObject": "\(ref.name.excerpt)"]
  }
}
