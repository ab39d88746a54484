internal import DecisionLoop
package import KubernetesClient
package import KubernetesFormat
package import Logging
internal import Synchronization
internal import TriggerConfiguration

/// Writes scale targets directly, where their triggers ask for it (`directScaleUp`).
package final class ClusterScaler: Sendable {
  /// How often something was written or left alone.
  package struct Counts: Sendable, Equatable {
    /// Counts raised.
    package var written = 0
    /// Writes that the API server did not take, conflicts that went well at the next try apart.
    package var failed = 0
    /// Writes that met a newer object and were considered anew.
    package var conflicts = 0
    /// Seconds on the way of the last write, from decision to answer.
    package var lastSeconds: Double?
  }

  /// What happened, for logs and Events.
  package enum Outcome: Sendable, Equatable {
    /// The count was raised.
    case wrote(from: Int, to: Int)
    /// More is wanted, but not by us; told when the reason changes.
    case held(DirectScaleUp.Hold)
    /// The API server did not take it.
    case failed(KubernetesFailure)
  }

  private struct Order: Sendable {
    var key: ObjectKey
    var wish: DirectScaleUp.Wish
    var decidedAt: ContinuousClock.Instant
  }

  private struct Target {
    var rules = DirectScaleUp()
    var isBusy = false
    var waiting: Order?
    /// By the trigger's metadata: several may be for one target.
    var holds: [[String: String]: DirectScaleUp.Hold] = [:]
    var notBefore: ContinuousClock.Instant?
  }

  private struct State {
    var targets: [ObjectKey: Target] = [:]
    var counts = Counts()
  }

  /// Writes that may be under way at once.
  private static let writesAtOnce = 32
  /// Tries after a conflict: each looks at the object as it then is.
  private static let tries = 4

  private let api: KubernetesAPI
  private let watch: ClusterWatch
  private let isLeader: @Sendable () -> Bool
  private let wallSeconds: @Sendable () -> Double
  private let logger: Logger
  private let onOutcome: @Sendable (ObjectKey, Outcome) -> Void
  private let state = Mutex(State())
  private let orders: AsyncStream<Order>
  private let feed: AsyncStream<Order>.Continuation

  /// A scaler that writes through `api` what `watch` tells of, while `isLeader`.
  package init(
    api: KubernetesAPI, watch: ClusterWatch, isLeader: @escaping @Sendable () -> Bool,
    wallSeconds: @escaping @Sendable () -> Double, logger: Logger,
    onOutcome: @escaping @Sendable (ObjectKey, Outcome) -> Void = { _, _ in }
  ) {
    self.api = api
    self.watch = watch
    self.isLeader = isLeader
    self.wallSeconds = wallSeconds
    self.logger = logger
    self.onOutcome = onOutcome
    (orders, feed) = AsyncStream.makeStream()
  }

  /// What has been written so far.
  package var counts: Counts { state.withLock { $0.counts } }

  /// Considers what a trigger of a ScaledObject wants; returns at once.
  package func consider(_ wish: DirectScaleUp.Wish, for key: ObjectKey) {
    let order = Order(key: key, wish: wish, decidedAt: .now)
    let (verdict, news) = judge(order, view: watch.view(of: key))
    if let news { tell(news, of: key) }
    guard case .write = verdict else { return }
    // One write at a time for a target; the newest decision waits for it.
    let isFree = state.withLock { state in
      guard state.targets[key]?.isBusy == true else {
        state.targets[key]?.isBusy = true
        return true
      }
      state.targets[key]?.waiting = order
      return false
    }
    if isFree { feed.yield(order) }
  }

  /// Writes until cancelled.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      var started = 0
      for await order in orders {
        if started >= Self.writesAtOnce { await group.next() }
        group.addTask { await self.carryOut(order) }
        started += 1
      }
    }
  }

  /// Forgets what belongs to other triggers than these: each ScaledObject's, by their metadata.
  package func keep(only triggers: [ObjectKey: Set<[String: String]>]) {
    state.withLock { state in
      state.targets = state.targets.filter { triggers[$0.key] != nil || $0.value.isBusy }
      for (key, target) in state.targets {
        state.targets[key]?.holds = target.holds.filter { triggers[key]?.contains($0.key) == true }
      }
    }
  }

  /// The verdict on an order, and what is to be told of it where that is new.
  private func judge(
    _ order: Order, view: TargetView?
  ) -> (verdict: DirectScaleUp.Verdict, news: Outcome?) {
    let (leads, now) = (isLeader(), wallSeconds())
    return state.withLock { state in
      var target = state.targets[order.key] ?? Target()
      defer { state.targets[order.key] = target }
      if let notBefore = target.notBefore, .now < notBefore { return (.nothing, nil) }
      let verdict = target.rules.verdict(
        order.wish, view: view, isLeader: leads, atSeconds: now)
      let before = target.holds.removeValue(forKey: order.wish.metadata)
      guard case .held(let hold) = verdict else { return (verdict, nil) }
      target.holds[order.wish.metadata] = hold
      return (verdict, before == hold ? nil : .held(hold))
    }
  }

  private func carryOut(_ order: Order) async {
    var next: Order? = order
    while let order = next {
      await write(order)
      next = state.withLock { state in
        let waiting = state.targets[order.key]?.waiting
        state.targets[order.key]?.waiting = nil
        if waiting == nil { state.targets[order.key]?.isBusy = false }
        return waiting
      }
    }
  }

  private func write(_ order: Order) async {
    var view = watch.view(of: order.key)
    for _ in 0..<Self.tries {
      let (verdict, news) = judge(order, view: view)
      if let news { tell(news, of: order.key) }
      guard case .write(let count) = verdict, let workload = view?.workload, let found = view else {
        return
      }
      do throws(KubernetesFailure) {
        try await put(count, found.resource, workload)
        note(count, from: workload.currentReplicas, order)
        return
      } catch {
        guard error.kind == .conflict else { return giveUp(error, order) }
        state.withLock { $0.counts.conflicts += 1 }
        do throws(KubernetesFailure) {
          view?.workload = try await api.get(found.resource, workload.metadata.key)
        } catch {
          return giveUp(error, order)
        }
      }
    }
    giveUp(
      KubernetesFailure(
        kind: .conflict, action: "patch the scale of \"\(order.key)\"",
        detail: "it changed \(Self.tries) times in between"), order)
  }

  private func put(
    _ count: Int, _ resource: APIResource, _ workload: Workload
  ) async throws(KubernetesFailure) {
    let patch = ScalePatch(
      metadata: .init(resourceVersion: workload.metadata.resourceVersion),
      spec: .init(replicas: count))
    let _: Scale = try await api.patch(
      resource, workload.metadata.key, subresource: "scale", patch)
  }

  private struct ScalePatch: Encodable {
    struct Metadata: Encodable {
      var resourceVersion: String?
    }
    struct Spec: Encodable {
      var replicas: Int
    }
    var metadata: Metadata
    var spec: Spec
  }

  private func note(_ count: Int, from before: Int, _ order: Order) {
    let seconds = (ContinuousClock.now - order.decidedAt) / .seconds(1)
    let now = wallSeconds()
    state.withLock { state in
      state.targets[order.key]?.rules.wrote(count, from: before, atSeconds: now)
      state.counts.written += 1
      state.counts.lastSeconds = seconds
    }
    logger.info(
      "replicas written",
      metadata: [
        "namespace": "\(order.key.namespace)", "scaledObject": "\(order.key.name)",
        "from": "\(before)", "to": "\(count)",
        "milliseconds": "\(Int((seconds * 1000).rounded()))",
      ])
    onOutcome(order.key, .wrote(from: before, to: count))
  }

  /// The API server is left alone for a while, as long as it says.
  private func giveUp(_ failure: KubernetesFailure, _ order: Order) {
    var pause = Duration.seconds(failure.isPassing ? 1 : 15)
    if case .busy(let seconds?) = failure.kind { pause = .seconds(min(max(1, seconds), 300)) }
    if failure.kind == .conflict { pause = .zero }
    state.withLock { state in
      state.counts.failed += 1
      state.targets[order.key]?.notBefore = .now + pause
    }
    tell(.failed(failure), of: order.key)
  }

  private func tell(_ outcome: Outcome, of key: ObjectKey) {
    var metadata: Logger.Metadata = [
      "namespace": "\(key.namespace)", "scaledObject": "\(key.name)",
    ]
    switch outcome {
    case .wrote: break
    case .held(.notLeader): return
    case .held(let hold):
      metadata["reason"] = "\(hold)"
      logger.notice("replicas not written", metadata: metadata)
    case .failed(let failure):
      metadata["error"] = "\(failure)"
      logger.warning("replicas could not be written", metadata: metadata)
    }
    onOutcome(key, outcome)
  }
}

extension TargetView {
  /// The resource of its workload.
  var resource: APIResource {
    object.spec.scaleTargetRef.kind == "StatefulSet" ? .statefulSets : .deployments
  }
}
