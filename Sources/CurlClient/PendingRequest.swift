/// A request between `start` and its completion.
struct PendingRequest: Sendable {
  let id: HTTPRequestID
  let request: HTTPRequest
  /// `started` + the request's timeout.
  let deadline: ContinuousClock.Instant
  let completion: @Sendable (HTTPResult) -> Void

  /// The queue it waits in.
  var lane: String { request.lane ?? request.url.origin }

  /// Ends the request without an answer.
  func fail(_ kind: HTTPFailure.Kind, _ detail: String) {
    completion(.failure(HTTPFailure(kind: kind, origin: request.url.origin, detail: detail)))
  }

  /// The timeout as text for messages, in whole milliseconds.
  var timeoutText: String { "within \(request.timeout.wholeMilliseconds) ms" }
}

extension Duration {
  /// Rounded down to milliseconds.
  var wholeMilliseconds: Int {
    let (seconds, attoseconds) = components
    return Int(clamping: seconds) * 1000 + Int(attoseconds / 1_000_000_000_000_000)
  }
}
