/// What a server answered, whatever its status.
package struct HTTPResponse: Sendable {
  /// The status code, 100…999.
  package var status: Int
  /// `Content-Type`, if sent.
  package var contentType: String?
  /// `Retry-After` in seconds from now, if sent (as seconds or as a date); at least 1.
  package var retryAfterSeconds: Int?
  /// Where a redirect that was not followed points to; may hold a secret, never to be logged whole.
  package var location: String?
  /// The body, complete.
  package var body: [UInt8]
}

/// What a request ends with.
package typealias HTTPResult = Result<HTTPResponse, HTTPFailure>

/// A started request, for cancelling it.
package struct HTTPRequestID: Sendable, Hashable {
  let number: UInt64
}

extension HTTPResult {
  /// Whether the client's own end cut the request off, which says nothing of the server.
  package var isShutDown: Bool {
    if case .failure(let failure) = self { return failure.kind == .shutDown }
    return false
  }
}
