internal import CGRPC
import Synchronization

/// One call of a stream of the latest value.
///
/// `@unchecked Sendable`: `slot`, `onEnd` and `write` are the queue's thread's alone, except that
/// a thread which was given an action by `state` starts that one batch; until the batch completes
/// the state gives out no other action and the call is not released.
final class StreamCall: Completion, OpenStream, @unchecked Sendable {
  private struct Guarded {
    var state = LatestValueState()
    var message: UnsafeMutablePointer<grpc_byte_buffer>?
  }

  private let method: RegisteredMethod
  private let handler: LatestValueHandler
  private let slot = RequestSlot()
  private let guarded = Mutex(Guarded())
  private var onEnd: (@Sendable () -> Void)?
  /// The tag of writes, made before the first so that no other thread has to.
  private var write: StreamEvent?

  /// A slot not yet posted.
  init(method: RegisteredMethod, handler: @escaping LatestValueHandler) {
    self.method = method
    self.handler = handler
  }

  deinit {
    slot.deallocate()
  }

  /// Offers the slot to the core.
  func post() {
    slot.post(for: method, withPayload: true, owner: self)
  }

  override func completed(success: Bool) {
    guard success else { return }  // The server stops.
    method.callArrived()
    method.topUp()
    write = StreamEvent { [self] in wrote() }
    startBatch(on: slot.call, [slot.receiveClose], owner: StreamEvent { [self] in closed() })
    guard method.core.opened(self) else { return }
    if let refusal = method.core.clients.refusal(of: slot.call) { return finish(refusal) }
    guard let payload = slot.payload else {
      return finish(GRPCStatus(.internalError, "the request has no message"))
    }
    if let refusal = method.core.refusal(of: payload) { return finish(refusal) }
    // Kept until the answer counts: when its last reference goes, the stream ends.
    let stream = LatestValueStream(call: self)
    withExtendedLifetime(stream) {
      switch withBytes(of: payload, { handler($0, stream) }) {
      case .open(let onEnd): self.onEnd = onEnd
      case .status(let status): finish(status)
      }
    }
  }

  /// See `LatestValueStream.send`.
  func send(_ bytes: [UInt8]) {
    perform { $0.send(bytes) }
  }

  /// See `LatestValueStream.finish`.
  func finish(_ status: GRPCStatus) {
    perform { $0.finish(status) }
  }

  private func perform(_ change: (inout LatestValueState) -> LatestValueState.Action) {
    let (action, message) = guarded.withLock { guarded in
      let action = change(&guarded.state)
      if case .write(let bytes, _) = action { guarded.message = makeByteBuffer(bytes) }
      return (action, UInt(bitPattern: guarded.message))
    }
    switch action {
    case .nothing: return
    case .write(_, let withHeaders):
      let message = grpc_op.sendMessage(UnsafeMutablePointer(bitPattern: message))
      let operations = withHeaders ? [.sendInitialMetadata, message] : [message]
      if let write { startBatch(on: slot.call, operations, owner: write) }
    case .end(let status, let withHeaders):
      var details = makeSlice(status.message)
      defer { grpc_slice_unref(details) }
      withUnsafeMutablePointer(to: &details) { details in
        let end = grpc_op.sendStatus(status.code, details: details)
        let operations = withHeaders ? [.sendInitialMetadata, end] : [end]
        if let write { startBatch(on: slot.call, operations, owner: write) }
      }
    }
  }

  private func wrote() {
    let message = guarded.withLock { guarded in
      defer { guarded.message = nil }
      return UInt(bitPattern: guarded.message)
    }
    if let message = UnsafeMutablePointer<grpc_byte_buffer>(bitPattern: message) {
      grpc_byte_buffer_destroy(message)
    }
    perform { $0.wrote() }
    releaseIfOver()
  }

  private func closed() {
    let status = guarded.withLock { guarded in
      guarded.state.close()
      return guarded.state.finalStatus
    }
    method.finished(slot.wasCancelled ? .cancelled : status?.code ?? .cancelled)
    onEnd?()
    onEnd = nil
    releaseIfOver()
  }

  /// Called after each batch. Once nothing is out any more no thread will start another.
  private func releaseIfOver() {
    guard write != nil, guarded.withLock({ $0.state.isOver }) else { return }
    write = nil
    slot.reset()
    method.core.closed(self)
    method.core.callLeft()
  }
}

/// The completion of one kind of batch of a stream.
final class StreamEvent: Completion {
  private let body: () -> Void

  /// - Parameter body: run on the queue's thread.
  init(_ body: @escaping () -> Void) {
    self.body = body
  }

  override func completed(success: Bool) {
    body()
  }
}

/// The server's end of a stream of the latest value. Usable from any thread; never blocks.
/// Let go without `finish`, it ends the stream with `UNAVAILABLE`.
package final class LatestValueStream: Sendable {
  private let call: StreamCall

  init(call: StreamCall) {
    self.call = call
  }

  deinit {
    call.finish(GRPCStatus(.unavailable, "the server let the stream go"))
  }

  /// Sends this encoded message, or, while an earlier one is still on its way, remembers it in
  /// place of any other that waits. Nothing after `finish` or when the client has gone.
  package func send(_ bytes: [UInt8]) {
    call.send(bytes)
  }

  /// Ends the stream after what is still waiting. Only the first call counts.
  package func finish(_ status: GRPCStatus) {
    call.finish(status)
  }
}
