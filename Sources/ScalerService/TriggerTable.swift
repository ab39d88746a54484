internal import DecisionLoop
internal import GRPCBinding
internal import Logging
internal import ScalerMessages
internal import Synchronization
internal import TriggerConfiguration

/// Every trigger that somebody has mentioned of late, found by its identity.
final class TriggerTable: Sendable {
  private let runner: DecisionRunner
  private let limit: Int
  private let logger: Logger
  private let state = Mutex(State())

  private struct State {
    var entries: [UInt64: [TriggerEntry]] = [:]
    var count = 0
    var isFullSaid = false
  }

  init(
    runner: DecisionRunner, limit: Int, logger: Logger
  ) {
    self.runner = runner
    self.limit = limit
    self.logger = logger
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

  /// The entry of `ref`, made where there is none.
  func add(_ ref: ScaledObjectRef, at now: ContinuousClock.Instant)
    -> Result<TriggerEntry, AnswerFailure>
  {
    let identity = TriggerIdentity(ref)
    let entry = makeEntry(identity, at: now)
    enum Place {
      case added
      case present(TriggerEntry)
      case full(isNews: Bool)
    }
    let place = state.withLock { state -> Place in
      let present = state.entries[identity.stableHash]?.first { $0.identity == identity }
      if let present { return .present(present) }
      guard state.count < limit else {
        defer { state.isFullSaid = true }
        return .full(isNews: !state.isFullSaid)
      }
      state.entries[identity.stableHash, default: []].append(entry)
      state.count += 1
      state.isFullSaid = false
      return .added
    }
    switch place {
    case .present(let present): return .success(present)
    case .full(let isNews):
      if isNews { logger.warning("limit of triggers reached", metadata: ["limit": "\(limit)"]) }
      return .failure(
        AnswerFailure(
          code: .resourceExhausted,
          message: "\(limit) triggers are served already; raise --max-scaled-objects"))
    case .added: return begin(entry)
    }
  }

  /// Ends collecting for triggers that nobody asked about since `instant`.
  func forget(notMentionedSince instant: ContinuousClock.Instant) {
    let forgotten = state.withLock { state -> [TriggerEntry] in
      var forgotten: [TriggerEntry] = []
      for (hash, entries) in state.entries {
        let kept = entries.filter { !$0.isForgotten(since: instant) }
        guard kept.count < entries.count else { continue }
        forgotten += entries.filter { entry in !kept.contains { $0 === entry } }
        state.entries[hash] = kept.isEmpty ? nil : kept
      }
      state.count -= forgotten.count
      return forgotten
    }
    for entry in forgotten {
      if let trigger = entry.trigger { runner.end(trigger) }
      logger.info("trigger forgotten", metadata: Self.metadata(entry.identity.ref))
    }
  }

  /// Every entry, in no order.
  var entries: [TriggerEntry] {
    state.withLock { Array($0.entries.values.joined()) }
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
      return refused(identity, .invalidArgument, "\(error)", at: now)
    }
  }

  private func refused(
    _ identity: TriggerIdentity, _ code: GRPCStatusCode, _ why: String,
    at now: ContinuousClock.Instant
  ) -> TriggerEntry {
    var metadata = Self.metadata(identity.ref)
    metadata["error"] = "\(why)"
    logger.warning("trigger metadata refused", metadata: metadata)
    return TriggerEntry(identity: identity, refusal: GRPCStatus(code, why), at: now)
  }

  private func begin(_ entry: TriggerEntry) -> Result<TriggerEntry, AnswerFailure> {
    guard let spec = entry.spec else { return .success(entry) }
    do {
      let trigger = try runner.begin(
        namespace: entry.identity.ref.namespace, name: entry.identity.ref.name, spec: spec
      ) { [weak entry] published in
        entry?.update(published)
      }
      entry.adopt(trigger)
      var metadata = Self.metadata(entry.identity.ref)
      if !spec.warnings.isEmpty {
        metadata["warnings"] = "\(spec.warnings.joined(separator: "; "))"
      }
      logger.info("trigger first mentioned", metadata: metadata)
      return .success(entry)
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
