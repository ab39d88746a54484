package import DecisionLoop
package import KubernetesClient
internal import KubernetesFormat
package import Logging
internal import ScalingEngine
internal import TriggerConfiguration

/// What the server does in its cluster: follows it, and writes what it is allowed to.
package final class Cluster: Sendable {
  /// How much it does.
  package enum Mode: String, Sendable, CaseIterable {
    /// Nothing: no right is needed and nothing is asked.
    case off
    /// Follows ScaledObjects, workloads, HPAs, pods and nodes, and writes Events.
    case observe
    /// Also writes scale targets whose triggers say `directScaleUp: "true"`.
    case scale
  }

  /// The name of the Lease that decides who writes.
  package static let leaseName = "keda-burst-scaler"

  /// How often what belongs to no trigger any more is forgotten.
  private static let forgetEvery = Duration.seconds(60)

  /// What is known.
  package let watch: ClusterWatch
  private let mode: Mode
  private let election: LeaderElection
  private let recorder: EventRecorder
  private let events: ClusterEvents
  private let scaler: ClusterScaler

  /// Nothing is asked before `run`.
  ///
  /// - Parameters:
  ///   - mode: `observe` or `scale`.
  ///   - identity: what this process is called among its replicas.
  package init(
    api: KubernetesAPI, mode: Mode, identity: String, times: LeaderElection.Times = .init(),
    wallSeconds: @escaping @Sendable () -> Double, logger: Logger
  ) {
    self.mode = mode
    let watch = ClusterWatch(api: api, logger: logger)
    let election = LeaderElection(
      api: api, key: ObjectKey(namespace: api.access.namespace, name: Self.leaseName),
      identity: identity, times: times, wallSeconds: wallSeconds, logger: logger)
    let recorder = EventRecorder(
      api: api, component: "keda-burst-scaler", wallSeconds: wallSeconds, logger: logger)
    let events = ClusterEvents(
      recorder: recorder, watch: watch, isLeader: { election.isLeader })
    self.watch = watch
    self.election = election
    self.recorder = recorder
    self.events = events
    scaler = ClusterScaler(
      api: api, watch: watch, isLeader: { election.isLeader }, wallSeconds: wallSeconds,
      logger: logger, onOutcome: { key, outcome in events.take(outcome, of: key) })
  }

  /// Follows and writes until cancelled; `triggers` are those that there are at the time.
  package func run(for triggers: @escaping @Sendable () -> [ScaledTrigger]) async {
    await withTaskGroup(of: Void.self) { group in
      group.addTask {
        while !Task.isCancelled {
          try? await Task.sleep(for: Self.forgetEvery)
          self.keep(only: triggers())
        }
      }
      group.addTask { await self.watch.run() }
      group.addTask { await self.election.run() }
      group.addTask { await self.recorder.run() }
      if mode == .scale { group.addTask { await self.scaler.run() } }
    }
  }

  /// What connects it with the decisions.
  package var link: ClusterLink {
    ClusterLink(
      canScale: mode == .scale,
      reading: { [watch] trigger in
        var reading = watch.reading(of: trigger.key)
        if let declared = trigger.spec.policy.coldStart,
          let objection = reading.coldStart?.objection(toDeclared: declared / .seconds(1))
        {
          reading.warnings.append(objection)
        }
        return reading
      },
      decided: { [self] trigger, published in
        events.take(published, of: trigger)
        guard mode == .scale, let limits = trigger.spec.directScaleUp,
          let decision = try? published.outcome.get()
        else { return }
        scaler.consider(
          DirectScaleUp.Wish(
            decision, metadata: trigger.metadata, limitPerMinute: limits.perMinute),
          for: trigger.key)
      })
  }

  /// Forgets what belongs to triggers that are no more.
  private func keep(only triggers: [ScaledTrigger]) {
    let byKey = Dictionary(grouping: triggers, by: \.key)
    watch.keep(only: Set(byKey.keys))
    scaler.keep(only: byKey.mapValues { Set($0.map(\.metadata)) })
    events.keep(only: triggers)
  }

  /// What was done so far, and what cannot be done.
  package var status: ClusterStatus {
    ClusterStatus(
      mode: mode.rawValue, isLeader: election.isLeader, writes: scaler.counts,
      events: recorder.counts, troubles: watch.troubles + [election.trouble].compactMap { $0 })
  }
}

/// What was done in the cluster so far, and what cannot be done.
package struct ClusterStatus: Sendable {
  /// `observe` or `scale`.
  package var mode: String
  /// Whether this process writes.
  package var isLeader: Bool
  /// Direct writes.
  package var writes: ClusterScaler.Counts
  /// Events.
  package var events: EventRecorder.Counts
  /// What the API server does not tell or take now.
  package var troubles: [KubernetesFailure]
}
