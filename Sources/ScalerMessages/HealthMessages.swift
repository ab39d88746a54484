internal import CScalerProto

/// The serving status of one service (grpc/health/v1/health.proto).
package enum ServingStatus: Int, Sendable {
  /// Not known.
  case unknown = 0
  /// Answers calls.
  case serving = 1
  /// Is here but wants no calls.
  case notServing = 2
  /// There is no such service; in answers to `Watch` only.
  case serviceUnknown = 3
}

/// The service asked for in a `HealthCheckRequest`; empty means the whole server.
/// - Throws: `MessageError` when the bytes are not such a request.
package func decodeHealthCheck(_ bytes: RawSpan) throws(MessageError) -> String {
  let result = bytes.withUnsafeBytes { bytes in
    unpackInArena(bytes, .strings([1]), grpc__health__v1__health_check_request__unpack) {
      message throws(MessageError) in try checkedString(message.pointee.service)
    }
  }
  return try result.get()
}

/// A `HealthCheckResponse`.
package func encodeHealth(_ status: ServingStatus) -> [UInt8] {
  var message = Grpc__Health__V1__HealthCheckResponse()
  grpc__health__v1__health_check_response__init(&message)
  message.status = Grpc__Health__V1__HealthCheckResponse__ServingStatus(
    rawValue: .init(status.rawValue))
  return pack(&message)
}
