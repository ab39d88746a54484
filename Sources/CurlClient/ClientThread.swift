internal import CCurl
internal import Glibc
internal import Synchronization

/// The client's thread: the only place where requests are put on the wire and completions run.
final class ClientThread {
  private let inbox: ClientInbox
  private let multi: Multi
  private var queues: LaneQueues<PendingRequest>
  private var commands: [ClientInbox.Command] = []
  /// Handles to use again; the one used last first, for its warm memory.
  private var idle: [Transfer] = []
  /// On the wire. Few enough (`limits.inFlight`) for a linear search when one is cancelled.
  private var active: [Transfer] = []
  private var nextExpiry = ContinuousClock.now
  /// Whether requests wait because as many as allowed are on the wire.
  private var isDelaying = false

  /// How often requests that wait are looked through for passed deadlines.
  private static let expiryStep = Duration.milliseconds(20)

  private init(inbox: ClientInbox, multi: Multi, limits: HTTPClientLimits) {
    self.inbox = inbox
    self.multi = multi
    queues = LaneQueues(limits: limits)
  }

  /// Starts the thread; false where the system has none left.
  static func start(inbox: ClientInbox, multi: Multi, limits: HTTPClientLimits) -> Bool {
    let owner = Unmanaged.passRetained(ClientThread(inbox: inbox, multi: multi, limits: limits))
    var thread = pthread_t()
    let code = pthread_create(
      &thread, nil,
      { owner in
        guard let owner else { return nil }
        Unmanaged<ClientThread>.fromOpaque(owner).takeRetainedValue().run()
        return nil
      }, owner.toOpaque())
    guard code == 0 else {
      owner.release()
      return false
    }
    pthread_detach(thread)
    return true
  }

  private func run() {
    ccurl_name_thread("http-client")
    blockSignals()
    inbox.threadBegan()
    while !inbox.take(into: &commands) {
      handleCommands()
      startWaiting()
      multi.perform()
      inbox.reached.lookUps.store(multi.lookUps.refusedCount, ordering: .relaxed)
      let hasRoom = completeFinished()
      guard inbox.isEmpty, !(hasRoom && queues.waitingCount > 0) else { continue }
      expireWaiting()
      multi.wait(milliseconds: queues.waitingCount > 0 ? 20 : 60_000)
    }
    handleCommands()
    failAll()
    idle = []
    inbox.threadEnded()
  }

  /// Signals are other threads' business; SIGPIPE, which OpenSSL can raise, must hit nobody.
  private func blockSignals() {
    var all = sigset_t()
    sigfillset(&all)
    pthread_sigmask(SIG_BLOCK, &all, nil)
  }

  private func handleCommands() {
    for command in commands {
      switch command {
      case .start(let request):
        if !queues.append(
          request, lane: request.lane, limit: request.request.laneLimit)
        {
          inbox.reached.queueFull.wrappingAdd(1, ordering: .relaxed)
          request.fail(.queueFull, "\(queues.waitingCount)")
        }
      case .cancel(let id): cancel(id)
      case .run(let work): work()
      }
    }
  }

  private func startWaiting() {
    guard queues.waitingCount > 0 else {
      isDelaying = false
      return
    }
    let now = ContinuousClock.now
    while let request = queues.next() {
      guard request.deadline > now else {
        queues.finished(lane: request.lane)
        request.fail(.timeout, request.timeoutText)
        continue
      }
      guard let transfer = idle.popLast() ?? Transfer(),
        transfer.begin(request, now: now, on: multi)
      else {
        queues.finished(lane: request.lane)
        request.fail(.other, "libcurl does not accept the request")
        continue
      }
      active.append(transfer)
    }
    if queues.waitingCount > 0 && !isDelaying {
      inbox.reached.delays.wrappingAdd(1, ordering: .relaxed)
    }
    isDelaying = queues.waitingCount > 0
  }

  /// Runs the completions of what is over; true when anything was.
  private func completeFinished() -> Bool {
    var isAnyFinished = false
    while let (easy, code) = multi.nextFinished() {
      guard let (transfer, request, result) = Transfer.finish(easy, code, on: multi) else {
        continue
      }
      isAnyFinished = true
      retire(transfer, lane: request.lane)
      request.completion(result)
    }
    return isAnyFinished
  }

  private func retire(_ transfer: Transfer, lane: String) {
    if let index = active.firstIndex(where: { $0 === transfer }) {
      active.swapAt(index, active.count - 1)
      active.removeLast()
    }
    idle.append(transfer)
    queues.finished(lane: lane)
  }

  private func cancel(_ id: HTTPRequestID) {
    if let transfer = active.first(where: { $0.pending?.id == id }),
      let request = transfer.pending
    {
      transfer.abandon(on: multi)
      retire(transfer, lane: request.lane)
      request.fail(.cancelled, "")
    }
    for request in queues.removeWaiting(where: { $0.id == id }) { request.fail(.cancelled, "") }
  }

  private func expireWaiting() {
    guard queues.waitingCount > 0 else { return }
    let now = ContinuousClock.now
    guard now >= nextExpiry else { return }
    nextExpiry = now + ClientThread.expiryStep
    for request in queues.removeWaiting(where: { $0.deadline <= now }) {
      request.fail(.timeout, request.timeoutText + " (it was still waiting in our queue)")
    }
  }

  private func failAll() {
    for transfer in active {
      let request = transfer.pending
      transfer.abandon(on: multi)
      request?.fail(.shutDown, "")
    }
    active = []
    for request in queues.removeWaiting(where: { _ in true }) { request.fail(.shutDown, "") }
  }
}
