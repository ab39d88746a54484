internal import CGRPC

/// A message for the core to send: one byte buffer with a copy of `bytes`.
/// The caller destroys it when its batch has completed.
func makeByteBuffer(_ bytes: [UInt8]) -> UnsafeMutablePointer<grpc_byte_buffer>? {
  var slice = bytes.withUnsafeBytes { raw in
    raw.baseAddress.map { grpc_slice_from_copied_buffer($0, raw.count) } ?? grpc_empty_slice()
  }
  defer { grpc_slice_unref(slice) }
  return grpc_raw_byte_buffer_create(&slice, 1)
}

/// Lends the bytes of a received message. One slice is lent as it is, several are joined first.
func withBytes<R>(
  of buffer: UnsafeMutablePointer<grpc_byte_buffer>, _ body: (RawSpan) -> R
) -> R {
  if buffer.pointee.data.raw.slice_buffer.count == 1,
    let slice = buffer.pointee.data.raw.slice_buffer.slices
  {
    return body(
      RawSpan(_unsafeStart: cgrpc_slice_start(slice), byteCount: cgrpc_slice_length(slice)))
  }
  var reader = grpc_byte_buffer_reader()
  guard grpc_byte_buffer_reader_init(&reader, buffer) != 0 else { return body(RawSpan()) }
  defer { grpc_byte_buffer_reader_destroy(&reader) }
  var joined = grpc_byte_buffer_reader_readall(&reader)
  defer { grpc_slice_unref(joined) }
  return withUnsafePointer(to: &joined) { slice in
    body(RawSpan(_unsafeStart: cgrpc_slice_start(slice), byteCount: cgrpc_slice_length(slice)))
  }
}

/// A slice with the UTF-8 of `text`; the caller unreferences it.
func makeSlice(_ text: String) -> grpc_slice {
  var text = text
  return text.withUTF8 { utf8 in
    utf8.baseAddress.map { grpc_slice_from_copied_buffer($0, utf8.count) } ?? grpc_empty_slice()
  }
}

extension grpc_op {
  /// An operation of this type with nothing filled in.
  static func make(_ type: grpc_op_type) -> grpc_op {
    var operation = grpc_op()
    operation.op = type
    return operation
  }

  /// Initial metadata without any entries.
  static var sendInitialMetadata: grpc_op { make(GRPC_OP_SEND_INITIAL_METADATA) }

  /// A message; the buffer stays the caller's until the batch has completed.
  static func sendMessage(_ buffer: UnsafeMutablePointer<grpc_byte_buffer>?) -> grpc_op {
    var operation = make(GRPC_OP_SEND_MESSAGE)
    operation.data.send_message.send_message = buffer
    return operation
  }

  /// The status that ends a call; `details` is read during `startBatch` only.
  static func sendStatus(
    _ code: GRPCStatusCode, details: UnsafeMutablePointer<grpc_slice>? = nil
  ) -> grpc_op {
    var operation = make(GRPC_OP_SEND_STATUS_FROM_SERVER)
    operation.data.send_status_from_server.status = grpc_status_code(
      Int32(truncatingIfNeeded: code.rawValue))
    operation.data.send_status_from_server.status_details = details
    return operation
  }

  /// Reads one message into `target`; nil there means the client has no more.
  static func receiveMessage(
    _ target: UnsafeMutablePointer<UnsafeMutablePointer<grpc_byte_buffer>?>
  ) -> grpc_op {
    var operation = make(GRPC_OP_RECV_MESSAGE)
    operation.data.recv_message.recv_message = target
    return operation
  }
}
