/// A gRPC status code (grpc/status.h). A code that has no name here survives unchanged.
package struct GRPCStatusCode: RawRepresentable, Hashable, Sendable, CustomStringConvertible {
  /// The number on the wire, 0…16 for the codes gRPC knows.
  package let rawValue: Int

  /// The code with this number; any number is kept.
  package init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// The call succeeded.
  package static let ok = Self(rawValue: 0)
  /// The caller ended the call.
  package static let cancelled = Self(rawValue: 1)
  /// The request can never be answered as it is.
  package static let invalidArgument = Self(rawValue: 3)
  /// The caller's deadline passed.
  package static let deadlineExceeded = Self(rawValue: 4)
  /// The thing asked for does not exist.
  package static let notFound = Self(rawValue: 5)
  /// The caller may not do this.
  package static let permissionDenied = Self(rawValue: 7)
  /// A limit is reached.
  package static let resourceExhausted = Self(rawValue: 8)
  /// The system is not in the state that the call needs.
  package static let failedPrecondition = Self(rawValue: 9)
  /// Nobody offers this method.
  package static let unimplemented = Self(rawValue: 12)
  /// A malformed message or our own bug.
  package static let internalError = Self(rawValue: 13)
  /// No answer now; asking again may help.
  package static let unavailable = Self(rawValue: 14)

  /// The name gRPC's documents use, such as `UNAVAILABLE`; `CODE_n` for an unknown number.
  package var description: String {
    Self.names.indices.contains(rawValue) ? Self.names[rawValue] : "CODE_\(rawValue)"
  }

  private static let names = [
    "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND",
    "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED", "FAILED_PRECONDITION", "ABORTED",
    "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
  ]
}

/// How a call ended: a code, and for anything but `OK` a sentence for the person who reads it.
package struct GRPCStatus: Hashable, Sendable {
  /// The code on the wire.
  package let code: GRPCStatusCode
  /// What is wrong and what to do; empty for `OK`. Sent percent-encoded, so any text will do.
  package let message: String

  /// A status with this code and message.
  package init(_ code: GRPCStatusCode, _ message: String = "") {
    self.code = code
    self.message = message
  }

  /// The call succeeded.
  package static let ok = Self(.ok)
}
