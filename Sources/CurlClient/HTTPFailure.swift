/// Why a request got no complete answer.
package struct HTTPFailure: Error, Sendable, Equatable {
  /// What kind of trouble, to count and decide by.
  package enum Kind: String, Sendable, CaseIterable {
    /// The host's name has no address, or the resolver does not answer.
    case unresolved
    /// Nobody listens there, or the network is unreachable.
    case refused
    /// No connection within the connect timeout.
    case connectTimeout
    /// Connected (or waiting in our queue), but no whole answer within the timeout.
    case timeout
    /// The body is longer than allowed.
    case bodyTooLarge
    /// The handshake or the certificate check failed.
    case tls
    /// What came is not HTTP, ended early, or the connection was reset.
    case broken
    /// More redirects than allowed, or one to another protocol.
    case redirect
    /// The host's name leads to an address that may not be asked.
    case forbidden
    /// Our own queue is full.
    case queueFull
    /// The caller gave up.
    case cancelled
    /// The client was shut down.
    case shutDown
    /// Anything else, for example a request that libcurl will not send.
    case other
  }

  /// What kind of trouble.
  package let kind: Kind
  /// `scheme://host:port` of the server, without credentials.
  package let origin: String
  /// libcurl's own words or the bound that was met; after a space, or empty, where nothing is
  /// resolved.
  package let detail: String
}

extension HTTPFailure: CustomStringConvertible {
  /// One sentence: what happened, and what to do where that is known.
  package var description: String {
    switch kind {
    case .unresolved:
      "cannot resolve the host of \(origin)\(detail); check the name and the cluster's DNS"
    case .refused: "cannot connect to \(origin) (\(detail)); is it running, and is the port right?"
    case .connectTimeout: "no connection to \(origin) \(detail); check routes and network policies"
    case .timeout: "\(origin) gave no whole answer \(detail)"
    case .bodyTooLarge: "the answer of \(origin) is longer than \(detail); aggregate in the query"
    case .tls: "TLS with \(origin) failed (\(detail)); check the CA, the name and the certificates"
    case .broken: "the connection to \(origin) broke (\(detail))"
    case .redirect: "\(origin) redirects (\(detail)); give the final address"
    case .forbidden: "\(origin) is not asked: its name leads to \(detail)"
    case .queueFull: "\(detail) requests wait already; \(origin) was not asked"
    case .cancelled: "the request to \(origin) was cancelled"
    case .shutDown: "the client is shut down; \(origin) was not asked"
    case .other: "asking \(origin) failed (\(detail))"
    }
  }

  /// Whether the server itself (its address, network, or load) is in trouble, rather than this
  /// request.
  package var concernsServer: Bool {
    switch kind {
    case .unresolved, .refused, .connectTimeout, .timeout, .tls, .broken, .forbidden: true
    case .bodyTooLarge, .redirect, .queueFull, .cancelled, .shutDown, .other: false
    }
  }
}
