/// One HTTP request and the bounds it is kept in.
package struct HTTPRequest: Sendable {
  /// The methods that asking for metrics and changing a resource need.
  package enum Method: String, Sendable, Hashable {
    /// Asks without a body.
    case get = "GET"
    /// Sends a body (`application/x-www-form-urlencoded` unless a header says otherwise).
    case post = "POST"
    /// Sends a body that replaces what is there.
    case put = "PUT"
    /// Sends a body that says what is to change.
    case patch = "PATCH"
  }

  /// What is done.
  package var method = Method.get
  /// What is asked.
  package var url: HTTPURL
  /// Sent as they are, after libcurl's own (`Host`, `Accept`, `User-Agent`).
  package var headers: [HTTPHeader] = []
  /// The body; ignored for a GET.
  package var body: [UInt8] = []
  /// Takes the pieces of an answer with a status of 200…299 as they come, on the client's thread,
  /// instead of their being kept; answers false to give the request up. The first is empty: it tells
  /// that the answer has begun. Other answers are kept.
  package var pieces: (@Sendable ([UInt8]) -> Bool)?
  /// From `start` to the last byte of the answer, time in the client's queue included.
  package var timeout: Duration = .seconds(1)
  /// The part of `timeout` that resolving, connecting and the TLS handshake may take.
  package var connectTimeout: Duration = .milliseconds(500)
  /// The longest body accepted, in bytes.
  package var bodyLimitBytes = HTTPRequest.defaultBodyLimitBytes
  /// What `bodyLimitBytes` is where nobody says otherwise.
  package static let defaultBodyLimitBytes = 8 << 20
  /// How many redirects are followed; with 0 a redirect is an answer like any other.
  package var redirectLimit = 0
  /// How an `https` server is checked, and what we show it.
  package var tls = HTTPTLSOptions()
  /// `http://host:port` of a proxy, perhaps with credentials (never to be logged); nil: none.
  package var proxy: String?
  /// Which addresses the host's name may lead to, judged before each connection and each request
  /// on a kept one, after redirects too. With a proxy it is the proxy's address that is judged.
  package var peers: HTTPPeerRule
  /// Requests of one lane wait in one queue and share its limit; nil: the origin is the lane.
  package var lane: String?
  /// Requests on the wire at once in the lane; nil: `HTTPClientLimits.inFlightPerOrigin`.
  package var laneLimit: Int?

  /// A GET of an address with the default bounds.
  package init(_ url: HTTPURL, peers: HTTPPeerRule) {
    self.url = url
    self.peers = peers
  }
}

/// A header line.
package struct HTTPHeader: Sendable, Hashable {
  /// The field's name.
  package let name: String
  /// The field's value.
  package let value: String

  /// Nil where the name is empty or either part holds a character that would begin another header
  /// (CR, LF, NUL), or the name a colon or a space.
  package init?(_ name: String, _ value: String) {
    let isBreaking: (UInt8) -> Bool = { $0 == 13 || $0 == 10 || $0 == 0 }
    guard !name.isEmpty, !name.utf8.contains(where: { $0 <= 0x20 || $0 == 0x3A || $0 >= 0x7F }),
      !value.utf8.contains(where: isBreaking)
    else { return nil }
    self.name = name
    self.value = value
  }
}

/// How an `https` server is checked, and what we show it. Files and texts are PEM; a text beats a
/// file.
package struct HTTPTLSOptions: Sendable, Hashable {
  /// Certificates that may sign the server's; nil: the system's.
  package var authorityFile: String?
  /// The same, written out.
  package var authorityText: [UInt8]?
  /// Our certificate, for servers that ask for one.
  package var certificateFile: String?
  /// The same, written out.
  package var certificateText: [UInt8]?
  /// The key of `certificateFile`.
  package var keyFile: String?
  /// The same, written out; never to be logged.
  package var keyText: [UInt8]?
  /// False accepts any certificate for any name: for tests and for users who insist.
  package var verifiesServer = true

  /// The system's authorities, no certificate of our own.
  package init() {}
}
