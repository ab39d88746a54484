package import KubernetesFormat
package import Logging
internal import Synchronization

/// One of several processes leads: the one that holds a Lease, which it renews.
///
/// The rules and times are client-go's (tools/leaderelection): a lease of 15 s that nobody renewed
/// may be taken; a holder that could not renew for 10 s leads no more; a look every 2 s. Others'
/// clocks are not trusted: a lease is old when *we* have seen no change of it for so long.
package final class LeaderElection: Sendable {
  /// Whose times.
  package struct Times: Sendable {
    /// A lease that was not renewed for so long may be taken.
    package var lease = Duration.seconds(15)
    /// Who could not renew for so long leads no more; less than `lease`.
    package var renewDeadline = Duration.seconds(10)
    /// Between two looks.
    package var retry = Duration.seconds(2)

    /// client-go's.
    package init() {}
  }

  private struct State {
    var leadsUntil: ContinuousClock.Instant?
    var seen: Lease?
    var seenAt = ContinuousClock.now
    var trouble: KubernetesFailure?
  }

  private let api: KubernetesAPI
  private let key: ObjectKey
  private let identity: String
  private let times: Times
  private let wallSeconds: @Sendable () -> Double
  private let logger: Logger
  private let state = Mutex(State())

  /// An election over the Lease at `key`, for a process called `identity`, as no other is called.
  package init(
    api: KubernetesAPI, key: ObjectKey, identity: String, times: Times = Times(),
    wallSeconds: @escaping @Sendable () -> Double, logger: Logger
  ) {
    self.api = api
    self.key = key
    self.identity = identity
    self.times = times
    self.wallSeconds = wallSeconds
    self.logger = logger
  }

  /// Whether this process leads now.
  package var isLeader: Bool {
    state.withLock { $0.leadsUntil.map { ContinuousClock.now < $0 } ?? false }
  }

  /// Why the Lease cannot be read or written; nil while it can.
  package var trouble: KubernetesFailure? { state.withLock { $0.trouble } }

  /// Takes part until cancelled, and then gives the Lease back, so that another leads at once.
  package func run() async {
    var wasLeader = false
    while !Task.isCancelled {
      do throws(KubernetesFailure) {
        try await look()
        state.withLock { $0.trouble = nil }
      } catch {
        note(error)
      }
      let isLeader = isLeader
      if isLeader != wasLeader {
        logger.notice(
          isLeader ? "leads" : "leads no more", metadata: ["lease": "\(key)"])
        wasLeader = isLeader
      }
      try? await Task.sleep(for: times.retry * Double.random(in: 1..<1.2))
    }
    if isLeader { await Task { await self.giveBack() }.value }
  }

  private func note(_ failure: KubernetesFailure) {
    // Another was faster: that is no trouble.
    guard failure.kind != .conflict else { return }
    let isNews = state.withLock { state in
      defer { state.trouble = failure }
      return state.trouble?.kind != failure.kind
    }
    if isNews { logger.warning("lease cannot be kept", metadata: ["error": "\(failure)"]) }
  }

  /// One look at the Lease: renews or takes it where that is allowed.
  private func look() async throws(KubernetesFailure) {
    let asked = ContinuousClock.now
    let found: Lease
    do throws(KubernetesFailure) {
      found = try await api.get(.leases, key)
    } catch {
      guard error.kind == .notFound else { throw error }
      let made: Lease = try await api.create(
        Lease(metadata: ObjectMeta(name: key.name, namespace: key.namespace), spec: held(by: nil)),
        .leases)
      keep(made, since: asked)
      return
    }
    let isFree = state.withLock { state in
      if state.seen?.spec != found.spec {
        state.seen = found
        state.seenAt = asked
      }
      let holder = found.spec.holderIdentity ?? ""
      return holder.isEmpty || holder == identity || asked - state.seenAt > times.lease
    }
    guard isFree else {
      state.withLock { $0.leadsUntil = nil }
      return
    }
    var wanted = found
    wanted.spec = held(by: found.spec)
    keep(try await api.replace(wanted, .leases), since: asked)
  }

  private func keep(_ lease: Lease, since asked: ContinuousClock.Instant) {
    state.withLock { state in
      state.seen = lease
      state.seenAt = asked
      state.leadsUntil = asked + times.renewDeadline
    }
  }

  /// The Lease as it is to be: ours, renewed now.
  private func held(by before: Lease.Spec?) -> Lease.Spec {
    let now = MicroTime(unixSeconds: wallSeconds())
    var spec = before ?? Lease.Spec()
    if spec.holderIdentity != identity {
      spec.acquireTime = now
      spec.leaseTransitions = before == nil ? 0 : (spec.leaseTransitions ?? 0) + 1
    }
    spec.holderIdentity = identity
    spec.leaseDurationSeconds = max(1, Int(times.lease.components.seconds))
    spec.renewTime = now
    return spec
  }

  private func giveBack() async {
    let seen = state.withLock { state in
      state.leadsUntil = nil
      return state.seen
    }
    guard var lease = seen else { return }
    lease.spec.holderIdentity = ""
    lease.spec.leaseDurationSeconds = 1
    lease.spec.renewTime = MicroTime(unixSeconds: wallSeconds())
    do throws(KubernetesFailure) {
      let _: Lease = try await api.replace(lease, .leases)
    } catch {
      logger.notice(
        "lease not given back; another takes it when it has run out",
        metadata: ["error": "\(error)"])
    }
  }
}
