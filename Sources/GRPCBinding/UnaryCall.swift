internal import CGRPC
import Synchronization

/// One slot for calls of a unary method: posted, answered in one batch, posted again.
///
/// `@unchecked Sendable`: everything runs on the queue's thread, except that a parked call is
/// prepared and sent once from another thread, under and after `ParkedAnswer`'s lock, which the
/// queue's thread takes again before it reads what was prepared.
final class UnaryCall: Completion, @unchecked Sendable {
  private enum Phase {
    case posted, answering
  }

  private static let operations = 4
  private let method: RegisteredMethod
  private let handler: UnaryHandler
  private let slot = RequestSlot()
  /// Message, headers, status, close: an answer without a message starts at the second.
  private let batch: UnsafeMutablePointer<grpc_op>
  private var response: UnsafeMutablePointer<grpc_byte_buffer>?
  private var phase = Phase.posted
  private var parked: ParkedAnswer?
  /// Kept until the handler's answer counts: when its last reference goes, the call is answered.
  private var handedOut: ParkedCall?

  /// A slot not yet posted.
  init(method: RegisteredMethod, handler: @escaping UnaryHandler) {
    self.method = method
    self.handler = handler
    batch = .allocate(capacity: Self.operations)
    batch.initialize(to: .sendMessage(nil))
    (batch + 1).initialize(to: .sendInitialMetadata)
    (batch + 2).initialize(to: .sendStatus(.ok))
    (batch + 3).initialize(to: slot.receiveClose)
  }

  deinit {
    slot.deallocate()
    batch.deinitialize(count: Self.operations)
    batch.deallocate()
  }

  /// Offers the slot to the core.
  func post() {
    phase = .posted
    slot.post(for: method, withPayload: true, owner: self)
  }

  override func completed(success: Bool) {
    switch phase {
    case .posted where success: arrived()
    case .posted: break  // The server stops: the slot goes with its last reference.
    case .answering: finished()
    }
  }

  private func arrived() {
    phase = .answering
    method.callArrived()
    if let refusal = method.core.clients.refusal(of: slot.call) {
      return answer(.status(refusal))
    }
    guard let payload = slot.payload else {
      return answer(.status(GRPCStatus(.internalError, "the request has no message")))
    }
    if let refusal = method.core.refusal(of: payload) { return answer(.status(refusal)) }
    let answered = withBytes(of: payload) { handler($0, UnaryContext(call: self)) }
    guard let parked else { return answer(answered) }
    method.topUp()
    if case .later = answered {} else { parked.answer(answered) }
    handedOut = nil
  }

  private func answer(_ answered: UnaryAnswer) {
    prepare(answered)
    send()
  }

  /// Takes the call out of its slot, to be answered from anywhere.
  /// - Returns: nil when too many calls are parked already, or it was done before.
  func park() -> ParkedCall? {
    guard parked == nil, method.core.canPark() else { return nil }
    let parked = ParkedAnswer(call: self)
    self.parked = parked
    method.core.parked(parked)
    let call = ParkedCall(parked)
    handedOut = call
    return call
  }

  /// Fills the batch; to be followed by `send`.
  func prepare(_ answered: UnaryAnswer) {
    switch answered {
    case .reply(let bytes):
      response = makeByteBuffer(bytes)
      batch[0].data.send_message.send_message = response
      batch[2].data.send_status_from_server.status = GRPC_STATUS_OK
      method.finished(.ok)
    case .status(let status) where status.code != .ok:
      prepare(status)
    case .status, .later:
      prepare(GRPCStatus(.internalError, "the server has no answer"))
    }
  }

  private func prepare(_ status: GRPCStatus) {
    response = nil
    statusText = status.message
    batch[2].data.send_status_from_server.status =
      grpc_status_code(Int32(truncatingIfNeeded: status.code.rawValue))
    method.finished(status.code)
  }

  private var statusText = ""

  /// Sends what `prepare` filled in. Afterwards the call may already be over and in use again.
  func send() {
    if response != nil {
      startBatch(on: slot.call, batch, count: Self.operations, owner: self)
      return
    }
    var details = makeSlice(statusText)
    defer { grpc_slice_unref(details) }
    withUnsafeMutablePointer(to: &details) { details in
      batch[2].data.send_status_from_server.status_details = details
      startBatch(on: slot.call, batch + 1, count: Self.operations - 1, owner: self)
    }
  }

  private func finished() {
    if let parked {
      parked.synchronize()
      method.core.unparked(parked)
      self.parked = nil
    }
    if let response { grpc_byte_buffer_destroy(response) }
    response = nil
    batch[2].data.send_status_from_server.status_details = nil
    slot.reset()
    if method.callLeft() { post() }
  }
}

/// What a unary handler may ask of its call.
package struct UnaryContext: ~Copyable {
  private let call: UnaryCall

  init(call: UnaryCall) {
    self.call = call
  }

  /// Keeps the call open to be answered later; the handler then returns `.later`.
  /// - Returns: nil when the limit of parked calls is reached: answer `RESOURCE_EXHAUSTED`.
  package func park() -> ParkedCall? {
    call.park()
  }
}

/// The right to answer one call once, from any thread. Dropped without an answer, it answers
/// `UNAVAILABLE`; a second answer, or one after the server has given up waiting, is ignored.
package final class ParkedCall: Sendable {
  private let parked: ParkedAnswer

  init(_ parked: ParkedAnswer) {
    self.parked = parked
  }

  deinit {
    parked.answer(.status(GRPCStatus(.unavailable, "the server let the call go unanswered")))
  }

  /// Status `OK` with this encoded response.
  package func reply(_ bytes: [UInt8]) {
    parked.answer(.reply(bytes))
  }

  /// Only a status.
  package func fail(_ status: GRPCStatus) {
    parked.answer(.status(status))
  }
}

/// The one answer of a parked call, whoever gives it first.
final class ParkedAnswer: Sendable {
  private let call: Mutex<UnaryCall?>

  init(call: UnaryCall) {
    self.call = Mutex(call)
  }

  /// Answers unless it has been done. The batch is filled under the lock and sent outside of it.
  func answer(_ answered: UnaryAnswer) {
    let call = call.withLock { call -> UnaryCall? in
      defer { call = nil }
      call?.prepare(answered)
      return call
    }
    call?.send()
  }

  /// Makes what `answer` filled in visible to the calling thread.
  func synchronize() {
    call.withLock { _ in }
  }
}
