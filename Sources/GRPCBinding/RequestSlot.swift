internal import CGRPC

/// The memory that the core fills when a call of one registered method arrives. Posted again
/// after `reset`; used by one call at a time.
struct RequestSlot {
  private struct Memory {
    var call: OpaquePointer?
    var deadline = gpr_timespec()
    var metadata = grpc_metadata_array()
    var payload: UnsafeMutablePointer<grpc_byte_buffer>?
    var cancelled: Int32 = 0
  }

  private let memory: UnsafeMutablePointer<Memory>
  // Found once, so that no call depends on key paths being folded away (in release they are).
  private let callAddress: UnsafeMutablePointer<OpaquePointer?>?
  private let deadlineAddress: UnsafeMutablePointer<gpr_timespec>?
  private let metadataAddress: UnsafeMutablePointer<grpc_metadata_array>?
  private let payloadAddress: UnsafeMutablePointer<UnsafeMutablePointer<grpc_byte_buffer>?>?

  /// Empty memory; `deallocate` ends it.
  init() {
    memory = .allocate(capacity: 1)
    memory.initialize(to: Memory())
    grpc_metadata_array_init(&memory.pointee.metadata)
    callAddress = memory.pointer(to: \.call)
    deadlineAddress = memory.pointer(to: \.deadline)
    metadataAddress = memory.pointer(to: \.metadata)
    payloadAddress = memory.pointer(to: \.payload)
  }

  /// Frees the memory; no call may be left in it.
  func deallocate() {
    reset()
    grpc_metadata_array_destroy(&memory.pointee.metadata)
    memory.deinitialize(count: 1)
    memory.deallocate()
  }

  /// The call that arrived, nil before that and after `reset`.
  var call: OpaquePointer? { memory.pointee.call }
  /// The request message; nil when the client closed its side without sending one.
  var payload: UnsafeMutablePointer<grpc_byte_buffer>? { memory.pointee.payload }

  /// Completes when the call is over.
  var receiveClose: grpc_op {
    var operation = grpc_op.make(GRPC_OP_RECV_CLOSE_ON_SERVER)
    operation.data.recv_close_on_server.cancelled = memory.pointer(to: \.cancelled)
    return operation
  }

  /// After `receiveClose`: the call did not end by our status.
  var wasCancelled: Bool { memory.pointee.cancelled != 0 }

  /// Asks the core for the next call of `method`; its arrival completes `owner`.
  func post(for method: RegisteredMethod, withPayload: Bool, owner: Completion) {
    let core = method.core
    let error = grpc_server_request_registered_call(
      core.server, method.handle, callAddress, deadlineAddress, metadataAddress,
      withPayload ? payloadAddress : nil,
      core.queue, core.queue, owner.retainedTag())
    precondition(error == GRPC_CALL_OK, "gRPC core refused a request slot of our making")
  }

  /// Lets go of the call and its message, keeping the memory for the next one.
  func reset() {
    if let payload = memory.pointee.payload {
      grpc_byte_buffer_destroy(payload)
      memory.pointee.payload = nil
    }
    if let call = memory.pointee.call {
      grpc_call_unref(call)
      memory.pointee.call = nil
    }
  }
}
