internal import CGRPC
import Synchronization

/// A stream: a drain ends it with `OK` instead of waiting for it.
protocol OpenStream: AnyObject, Sendable {
  /// Ends the stream. From any thread; only the first status counts.
  func finish(_ status: GRPCStatus)
}

/// Owns the core's server and its completion queue, and knows what is open.
///
/// `@unchecked Sendable`: the handles are thread-safe (grpc/grpc.h); what is the queue's thread's
/// alone is marked so; the rest is behind `shared`.
final class ServerCore: @unchecked Sendable {
  private enum Stage {
    case serving, draining, forced, stopped
  }

  private struct Shared {
    var stage = Stage.serving
    var streams: [ObjectIdentifier: any OpenStream] = [:]
    var parked: [ObjectIdentifier: ParkedAnswer] = [:]
    var waiters: [CheckedContinuation<Void, Never>] = []
    var reached = GRPCLimitCounts()
  }

  /// The core's server; must outlive every slot and call.
  let server: OpaquePointer
  /// The one completion queue.
  let queue: OpaquePointer
  /// What is refused.
  let limits: GRPCServerConfiguration.Limits
  /// Whose calls are answered.
  let clients: ClientNames
  /// Calls by method and status.
  let counters: CallCounters
  /// The counters' row of methods that nobody offers.
  let unknownRow: Int
  /// Set once before the start; must outlive `server`, which `deinit` destroys first.
  var certificates: CertificateSource?
  private let shared = Mutex(Shared())

  // The queue's thread's alone, once that runs.
  private var activeCalls = 0
  private var shutDown = false
  private var queueClosed = false

  /// Adopts a server that has not been started and its queue.
  init(
    adopting server: OpaquePointer, queue: OpaquePointer, limits: GRPCServerConfiguration.Limits,
    clients: ClientNames, methods: [String]
  ) {
    self.server = server
    self.queue = queue
    self.limits = limits
    self.clients = clients
    counters = CallCounters(methods: methods)
    unknownRow = methods.count
  }

  deinit {
    grpc_server_destroy(server)
    grpc_completion_queue_destroy(queue)
  }

  // MARK: The queue's thread

  /// False once nothing may be posted any more.
  var takesCalls: Bool { !queueClosed }

  /// Serves until the queue has been shut down and emptied.
  func serve() {
    while true {
      let event = grpc_completion_queue_next(queue, gpr_inf_future(GPR_CLOCK_MONOTONIC), nil)
      if event.type == GRPC_QUEUE_SHUTDOWN { break }
      guard event.type == GRPC_OP_COMPLETE, let tag = event.tag else { continue }
      Completion.take(tag).completed(success: event.success != 0)
    }
    let waiters = shared.withLock { shared in
      defer { shared.waiters = [] }
      shared.stage = .stopped
      return shared.waiters
    }
    for waiter in waiters { waiter.resume() }
  }

  /// A slot has got a call.
  func callArrived(row: Int) {
    activeCalls += 1
    counters.started(row)
  }

  /// A call is over and its handles are released.
  func callLeft() {
    activeCalls -= 1
    closeQueueIfDone()
  }

  /// The core has ended all connections and calls.
  func serverShutDown() {
    shutDown = true
    closeQueueIfDone()
  }

  /// No batch may start after this, so it waits for the last call.
  private func closeQueueIfDone() {
    guard shutDown && activeCalls == 0 && !queueClosed else { return }
    queueClosed = true
    grpc_completion_queue_shutdown(queue)
  }

  /// A stream has arrived.
  /// - Returns: false when it has been refused and ended already.
  func opened(_ call: any OpenStream) -> Bool {
    let refusal = shared.withLock { shared -> GRPCStatus? in
      guard shared.stage == .serving else { return .ok }
      guard shared.streams.count < limits.streams else {
        shared.reached.streams += 1
        return GRPCStatus(
          .resourceExhausted, "\(limits.streams) streams are open already; raise --max-streams")
      }
      shared.streams[ObjectIdentifier(call)] = call
      return nil
    }
    guard let refusal else { return true }
    call.finish(refusal)
    return false
  }

  /// A stream is over.
  func closed(_ call: any OpenStream) {
    shared.withLock { _ = $0.streams.removeValue(forKey: ObjectIdentifier(call)) }
  }

  /// There is room for one more parked call.
  func canPark() -> Bool {
    shared.withLock { shared in
      let isRoom = shared.parked.count < limits.parkedCalls
      if !isRoom { shared.reached.parkedCalls += 1 }
      return isRoom
    }
  }

  /// A call was parked. When the server has given up waiting it is answered at once.
  func parked(_ answer: ParkedAnswer) {
    let late = shared.withLock { shared in
      shared.parked[ObjectIdentifier(answer)] = answer
      return shared.stage == .forced
    }
    if late { giveUp(answer) }
  }

  /// A parked call is over.
  func unparked(_ answer: ParkedAnswer) {
    shared.withLock { _ = $0.parked.removeValue(forKey: ObjectIdentifier(answer)) }
  }

  private func giveUp(_ answer: ParkedAnswer) {
    answer.answer(.status(GRPCStatus(.unavailable, "the server is stopping")))
  }

  // MARK: Any thread

  /// Streams open now.
  var openStreams: Int { shared.withLock { $0.streams.count } }

  /// Calls parked now.
  var parkedCalls: Int { shared.withLock { $0.parked.count } }

  /// Why a request is not read: it is too long.
  func refusal(of message: UnsafeMutablePointer<grpc_byte_buffer>) -> GRPCStatus? {
    let bytes = grpc_byte_buffer_length(message)
    guard bytes > limits.receiveMessageBytes else { return nil }
    shared.withLock { $0.reached.messages += 1 }
    return GRPCStatus(
      .resourceExhausted,
      "the request has \(bytes) bytes; at most \(limits.receiveMessageBytes) are read: raise "
        + "--max-message-bytes")
  }

  /// How often each limit was reached.
  var reachedLimits: GRPCLimitCounts {
    var counts = shared.withLock(\.reached)
    counts.connections = ConnectionGate.refused
    counts.descriptors = ConnectionGate.starved
    return counts
  }

  /// Takes no new calls, ends streams with `OK`, lets calls finish. Does nothing the second time.
  func beginDrain() {
    let streams = shared.withLock { shared -> [any OpenStream]? in
      guard shared.stage == .serving else { return nil }
      shared.stage = .draining
      return Array(shared.streams.values)
    }
    guard let streams else { return }
    let shutDown = StreamEvent { [self] in serverShutDown() }
    grpc_server_shutdown_and_notify(server, queue, shutDown.retainedTag())
    for stream in streams { stream.finish(.ok) }
  }

  /// Ends at once what a drain has left.
  func endNow() {
    beginDrain()
    let parked = shared.withLock { shared -> [ParkedAnswer] in
      guard shared.stage == .draining else { return [] }
      shared.stage = .forced
      return Array(shared.parked.values)
    }
    for answer in parked { giveUp(answer) }
    grpc_server_cancel_all_calls(server)
  }

  /// Returns when the serving thread has ended.
  func stopped() async {
    await withCheckedContinuation { continuation in
      let stopped = shared.withLock { shared in
        if shared.stage != .stopped { shared.waiters.append(continuation) }
        return shared.stage == .stopped
      }
      if stopped { continuation.resume() }
    }
  }
}
