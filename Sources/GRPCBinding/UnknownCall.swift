internal import CGRPC

/// A slot for calls of methods that nobody offers. Without one always posted such a call would
/// hang its caller for ever: the core queues it and waits.
/// Everything in it is the queue's thread's alone.
final class UnknownCall: Completion {
  private struct Memory {
    var call: OpaquePointer?
    var details = grpc_call_details()
    var metadata = grpc_metadata_array()
    var cancelled: Int32 = 0
  }

  private let core: ServerCore
  private let memory: UnsafeMutablePointer<Memory>
  private var answering = false

  /// A slot not yet posted.
  init(core: ServerCore) {
    self.core = core
    memory = .allocate(capacity: 1)
    memory.initialize(to: Memory())
    grpc_call_details_init(&memory.pointee.details)
    grpc_metadata_array_init(&memory.pointee.metadata)
  }

  deinit {
    grpc_call_details_destroy(&memory.pointee.details)
    grpc_metadata_array_destroy(&memory.pointee.metadata)
    memory.deinitialize(count: 1)
    memory.deallocate()
  }

  /// Offers the slot to the core.
  func post() {
    answering = false
    let error = grpc_server_request_call(
      core.server, memory.pointer(to: \.call), memory.pointer(to: \.details),
      memory.pointer(to: \.metadata), core.queue, core.queue, retainedTag())
    precondition(error == GRPC_CALL_OK, "gRPC core refused a request slot of our making")
  }

  override func completed(success: Bool) {
    if answering {
      if let call = memory.pointee.call { grpc_call_unref(call) }
      memory.pointee.call = nil
      grpc_call_details_destroy(&memory.pointee.details)
      grpc_call_details_init(&memory.pointee.details)
      core.callLeft()
      if core.takesCalls { post() }
    } else if success {
      answering = true
      core.callArrived(row: core.unknownRow)
      core.counters.finished(core.unknownRow, .unimplemented)
      answer()
    }
  }

  private func answer() {
    let path = withUnsafePointer(to: memory.pointee.details.method) { slice in
      String(
        decoding: UnsafeBufferPointer(
          start: cgrpc_slice_start(slice), count: cgrpc_slice_length(slice)), as: UTF8.self)
    }
    var details = makeSlice("this server has no method \(path.prefix(80))")
    defer { grpc_slice_unref(details) }
    withUnsafeMutablePointer(to: &details) { details in
      var close = grpc_op.make(GRPC_OP_RECV_CLOSE_ON_SERVER)
      close.data.recv_close_on_server.cancelled = memory.pointer(to: \.cancelled)
      startBatch(
        on: memory.pointee.call,
        [.sendInitialMetadata, .sendStatus(.unimplemented, details: details), close], owner: self)
    }
  }
}
