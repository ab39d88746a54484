/// What a unary handler says at once.
package enum UnaryAnswer: Sendable {
  /// Status `OK` with this encoded response.
  case reply([UInt8])
  /// No response, only a status. `OK` without a response is sent as `INTERNAL`.
  case status(GRPCStatus)
  /// Somebody holds the `ParkedCall` taken from the context and answers later.
  case later
}

/// What the handler of a stream says at once.
package enum StreamAnswer: Sendable {
  /// The stream stays open. `onEnd` is called exactly once, on the queue's thread, when the client
  /// has gone or the stream has been finished; it must not block.
  case open(onEnd: @Sendable () -> Void)
  /// The stream is refused.
  case status(GRPCStatus)
}

/// What a lockstep handler says to one request message.
package enum LockstepAnswer: Sendable {
  /// This encoded response; the next request is read when it has been sent.
  case reply([UInt8])
  /// The stream ends with this status.
  case status(GRPCStatus)
}

/// Answers one unary request. Called on the queue's one thread, so it must not block; the span is
/// valid during the call only.
package typealias UnaryHandler = @Sendable (RawSpan, borrowing UnaryContext) -> UnaryAnswer

/// Opens one stream. Called on the queue's one thread, so it must not block; the span is valid
/// during the call only. The stream may be sent to at once and from any thread.
package typealias LatestValueHandler = @Sendable (RawSpan, LatestValueStream) -> StreamAnswer

/// Answers one message of a bidirectional stream. Called on the queue's one thread, so it must not
/// block; the span is valid during the call only.
package typealias LockstepHandler = @Sendable (RawSpan) -> LockstepAnswer

/// One method that the server offers.
package struct GRPCMethod: Sendable {
  /// The shape of the call.
  enum Kind: Sendable {
    case unary(UnaryHandler)
    case latestValue(LatestValueHandler)
    case lockstep(LockstepHandler)
  }

  /// The path on the wire, `/package.Service/Method`.
  package let path: String
  /// The shape of the call with its handler.
  let kind: Kind

  /// One request, one response.
  package static func unary(_ path: String, handler: @escaping UnaryHandler) -> Self {
    Self(path: path, kind: .unary(handler))
  }

  /// One request, then a stream of the latest value: a slow reader misses values, never the last.
  package static func latestValue(_ path: String, handler: @escaping LatestValueHandler) -> Self {
    Self(path: path, kind: .latestValue(handler))
  }

  /// A stream in which each request message gets one response message.
  package static func lockstep(_ path: String, handler: @escaping LockstepHandler) -> Self {
    Self(path: path, kind: .lockstep(handler))
  }
}
