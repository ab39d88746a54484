internal import CGRPC
import Synchronization

/// One bidirectional stream in which each request message gets one response message.
///
/// `@unchecked Sendable`: everything is the queue's thread's alone, except `finish`, which
/// sends the status only if `ending` says that it is the first to do so and no message is out.
final class LockstepCall: Completion, OpenStream, @unchecked Sendable {
  private struct Guarded {
    var writing = false
    var ending: GRPCStatus?
    var statusSent = false
    var outstanding = 0
    var headersSent = false
  }

  private let method: RegisteredMethod
  private let handler: LockstepHandler
  private let slot = RequestSlot()
  private let request: UnsafeMutablePointer<UnsafeMutablePointer<grpc_byte_buffer>?>
  private var response: UnsafeMutablePointer<grpc_byte_buffer>?
  private let guarded = Mutex(Guarded())
  private var sentStatus: StreamEvent?

  /// A slot not yet posted.
  init(method: RegisteredMethod, handler: @escaping LockstepHandler) {
    self.method = method
    self.handler = handler
    request = .allocate(capacity: 1)
    request.initialize(to: nil)
  }

  deinit {
    slot.deallocate()
    request.deallocate()
  }

  /// Offers the slot to the core.
  func post() {
    slot.post(for: method, withPayload: false, owner: self)
  }

  override func completed(success: Bool) {
    guard success else { return }  // The server stops.
    method.callArrived()
    method.topUp()
    sentStatus = StreamEvent { [self] in batchEnded() }
    start([slot.receiveClose]) { [self] in
      let status = guarded.withLock { $0.ending }
      method.finished(slot.wasCancelled ? .cancelled : status?.code ?? .cancelled)
    }
    guard method.core.opened(self) else { return }
    if let refusal = method.core.clients.refusal(of: slot.call) { return finish(refusal) }
    readNext()
  }

  private func readNext() {
    guard guarded.withLock({ $0.ending == nil }) else { return }
    start([.receiveMessage(request)]) { [self] in received() }
  }

  private func received() {
    guard let message = request.pointee else { return finish(.ok) }
    request.pointee = nil
    defer { grpc_byte_buffer_destroy(message) }
    if let refusal = method.core.refusal(of: message) { return finish(refusal) }
    switch withBytes(of: message, handler) {
    case .status(let status): finish(status)
    case .reply(let bytes): reply(bytes)
    }
  }

  private func reply(_ bytes: [UInt8]) {
    let withHeaders = guarded.withLock { guarded -> Bool? in
      guard guarded.ending == nil else { return nil }
      guarded.writing = true
      defer { guarded.headersSent = true }
      return !guarded.headersSent
    }
    guard let withHeaders else { return }
    response = makeByteBuffer(bytes)
    let message = grpc_op.sendMessage(response)
    start(withHeaders ? [.sendInitialMetadata, message] : [message]) { [self] in
      if let response { grpc_byte_buffer_destroy(response) }
      response = nil
      guarded.withLock { $0.writing = false }
      sendStatusIfDue()
      readNext()
    }
  }

  /// Ends the stream after the response that is being sent, if any. Only the first status counts.
  func finish(_ status: GRPCStatus) {
    guarded.withLock { if $0.ending == nil { $0.ending = status } }
    sendStatusIfDue()
  }

  private func sendStatusIfDue() {
    let due = guarded.withLock { guarded -> (status: GRPCStatus, withHeaders: Bool)? in
      // Nothing outstanding means that the call has been released.
      guard let status = guarded.ending, !guarded.writing, !guarded.statusSent,
        guarded.outstanding > 0
      else { return nil }
      guarded.statusSent = true
      guarded.outstanding += 1
      return (status, !guarded.headersSent)
    }
    guard let due, let sentStatus else { return }
    var details = makeSlice(due.status.message)
    defer { grpc_slice_unref(details) }
    withUnsafeMutablePointer(to: &details) { details in
      let end = grpc_op.sendStatus(due.status.code, details: details)
      startBatch(
        on: slot.call, due.withHeaders ? [.sendInitialMetadata, end] : [end], owner: sentStatus)
    }
  }

  /// Starts a batch on the queue's thread; `then` runs when it has completed.
  private func start(_ operations: [grpc_op], then: @escaping () -> Void) {
    guarded.withLock { $0.outstanding += 1 }
    startBatch(
      on: slot.call, operations,
      owner: StreamEvent { [self] in
        then()
        batchEnded()
      })
  }

  private func batchEnded() {
    let over = guarded.withLock { guarded in
      guarded.outstanding -= 1
      return guarded.outstanding == 0
    }
    guard over else { return }
    sentStatus = nil
    slot.reset()
    method.core.closed(self)
    method.core.callLeft()
  }
}
