import AdminServer
import ScalingEngine
import Synchronization
import TriggerConfiguration

@testable import DecisionLoop

/// An external trigger that shows whatever a test wants to be seen.
final class FakeTrigger: WatchedTrigger {
  let namespace: String
  let name: String
  let spec: TriggerSpec
  private let state = Mutex<(latest: PublishedDecision?, journal: [JournalEntry])>((nil, []))

  /// A trigger with a utilization source "gpu" (target 70 %) and a queue "queue" (target 50).
  init(_ namespace: String, _ name: String, spec: TriggerSpec = FakeTrigger.spec()) {
    self.namespace = namespace
    self.name = name
    self.spec = spec
  }

  var latest: PublishedDecision? { state.withLock(\.latest) }
  var journal: [JournalEntry] { state.withLock(\.journal) }

  static func spec(warnings: [String] = [], queue: String = "queue") -> TriggerSpec {
    let policy = ScalingPolicy(triggers: [
      TriggerPolicy(name: "gpu", kind: .utilization, target: .number(0.7)),
      TriggerPolicy(name: queue, kind: .queueDepth, target: .number(50)),
    ])
    return TriggerSpec(
      policy: policy,
      sources: [
        TriggerSource(
          name: "gpu", kind: .utilization, query: #"DCGM_FI_DEV_GPU_UTIL{pod=~"llm-.*"}"#),
        TriggerSource(name: queue, kind: .queueDepth, query: "sum(queue_depth)"),
      ], warnings: warnings)
  }

  /// Publishes `outcome`, and writes it into the journal at `atSeconds` where that is given.
  func publish(
    _ outcome: Outcome, ready: Int? = 2, readings: [TriggerReading] = FakeTrigger.readings,
    remarks: [String] = [], validFor: Duration = .seconds(600), journalAt atSeconds: Double? = nil
  ) {
    let observation = Observation(readings: readings, readyReplicas: ready)
    state.withLock { state in
      state.latest = PublishedDecision(
        outcome: outcome, observation: observation, decidedAt: .now, validUntil: .now + validFor,
        dataAgeSeconds: 0.25, remarks: remarks)
      if let atSeconds {
        state.journal.append(
          JournalEntry(atSeconds: atSeconds, outcome: outcome, observation: observation))
      }
    }
  }

  /// Two replicas at 97 % and 1000 waiting.
  static let readings: [TriggerReading] = [.perReplica(sum: 1.94, replicas: 2), .total(1000)]

  /// Twenty replicas in panic mode because of the queue.
  static let panic = Decision(
    desiredReplicas: 20, isActive: true, mode: .panic,
    reasons: [
      Reason(.demand, trigger: "queue", amount: 20, limit: 50),
      Reason(.panic, amount: 10, limit: 2),
    ], demands: [2.771, 20], shortfall: 0)

  /// Two replicas, calm.
  static let calm = Decision(
    desiredReplicas: 2, isActive: true,
    reasons: [Reason(.demand, trigger: "gpu", amount: 1.2, limit: 0.7)], demands: [1.2, 0])
}
