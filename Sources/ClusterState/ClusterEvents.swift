package import DecisionLoop
package import KubernetesClient
package import KubernetesFormat
internal import ScalingEngine
internal import Synchronization

/// Turns what happens to a ScaledObject into Events on it: on the edge, never every second.
package final class ClusterEvents: Sendable {
  private struct Seen {
    var isBurst = false
    var isShort = false
    var isHeld = false
    var isUndecided = false
  }

  private let recorder: EventRecorder
  private let watch: ClusterWatch
  private let isLeader: @Sendable () -> Bool
  private let seen = Mutex<[ObjectIdentifier: Seen]>([:])

  /// Events by `recorder` on the ScaledObjects that `watch` tells of, while `isLeader`.
  package init(
    recorder: EventRecorder, watch: ClusterWatch, isLeader: @escaping @Sendable () -> Bool
  ) {
    self.recorder = recorder
    self.watch = watch
    self.isLeader = isLeader
  }

  /// Takes a decision in; returns at once.
  package func take(_ published: PublishedDecision, of trigger: ScaledTrigger) {
    var now = Seen()
    let decision = try? published.outcome.get()
    now.isBurst = decision?.mode == .panic
    now.isShort = (decision?.shortfall ?? 0) > 0
    now.isHeld = decision?.mode == .hold
    now.isUndecided = decision == nil
    let before = seen.withLock { seen in
      let id = ObjectIdentifier(trigger)
      // A standing burst that began before the restart is told once.
      let before = seen[id] ?? Seen()
      seen[id] = now
      return before
    }
    for note in Self.notes(before, now, published) {
      write(note.reason, note.message, note.isWarning, on: trigger.key)
    }
  }

  /// Takes in what became of a direct write.
  package func take(_ outcome: ClusterScaler.Outcome, of key: ObjectKey) {
    switch outcome {
    case .wrote(let from, let to):
      write("DirectScaleUp", "asked for \(replicas(to)) directly, \(from) before", false, on: key)
    case .held(.notLeader), .held(.unknownTarget), .held(.unknownHPA): break
    case .held(let hold): write("DirectScaleUpHeld", hold.description, false, on: key)
    case .failed(let failure): write("DirectScaleUpFailed", failure.description, true, on: key)
    }
  }

  /// Forgets triggers that are no more.
  package func keep(only triggers: [ScaledTrigger]) {
    let ids = Set(triggers.map(ObjectIdentifier.init))
    seen.withLock { $0 = $0.filter { ids.contains($0.key) } }
  }

  private struct Edge {
    var reason: String
    var message: String
    var isWarning = false
  }

  private static func notes(
    _ before: Seen, _ now: Seen, _ published: PublishedDecision
  ) -> [Edge] {
    let decision = try? published.outcome.get()
    let desired = decision?.desiredReplicas ?? 0
    var notes: [Edge] = []
    if now.isBurst != before.isBurst, !now.isUndecided {
      let panic = decision?.reasons.first { $0.code == .panic }
      notes.append(
        now.isBurst
          ? Edge(
            reason: "BurstEntered",
            message: "\(replicas(desired)) wanted: \(panic?.description ?? "panic mode")")
          : Edge(reason: "BurstLeft", message: "demand is back within ready capacity"))
    }
    if now.isShort, !before.isShort {
      notes.append(
        Edge(
          reason: "Shortfall",
          message: "no place for \(replicas(decision?.shortfall ?? 0)) beyond \(desired)",
          isWarning: true))
    }
    if now.isHeld, !before.isHeld {
      notes.append(
        Edge(
          reason: "DecisionHeld",
          message: "newer data are missing: \(replicas(desired)) as before (onStale: hold)",
          isWarning: true))
    }
    if now.isUndecided, !before.isUndecided, case .failure(let undecided) = published.outcome {
      notes.append(
        Edge(
          reason: undecided.kind == .noData ? "SourceStale" : "Undecidable",
          message: String(undecided.explanation.prefix(500)), isWarning: true))
    }
    if !now.isUndecided, before.isUndecided {
      notes.append(Edge(reason: "SourceBack", message: "the sources answer again"))
    }
    return notes
  }

  private func write(_ reason: String, _ message: String, _ isWarning: Bool, on key: ObjectKey) {
    guard isLeader(), let object = watch.scaledObjects[key] else { return }
    recorder.note(
      EventRecorder.Note(
        object: ObjectReference(
          apiVersion: APIResource.scaledObjects.apiVersion, kind: "ScaledObject",
          namespace: key.namespace, name: key.name, uid: object.metadata.uid),
        reason: reason, message: message, isWarning: isWarning))
  }
}

extension ScaledTrigger {
  /// Which ScaledObject it belongs to.
  package var key: ObjectKey { ObjectKey(namespace: namespace, name: name) }
}

private func replicas(_ count: Int) -> String { count == 1 ? "1 replica" : "\(count) replicas" }
