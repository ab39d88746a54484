/// How the admin port is opened, guarded and bounded.
package struct StatusServerConfiguration: Sendable {
  /// An IPv4 or IPv6 address without brackets, or `localhost` (127.0.0.1).
  package var host: String
  /// 0 takes a free port.
  package var port: Int
  /// What a client must know to see anything but the probes; `nil` asks for nothing.
  package var token: AccessToken?
  /// The program's version, shown on the page and in the metrics.
  package var version: String
  /// What bounds the server's work for strangers.
  package var limits = Limits()

  /// A listener on `host`:`port`.
  package init(host: String, port: Int, token: AccessToken? = nil, version: String) {
    self.host = host
    self.port = port
    self.token = token
    self.version = version
  }

  /// What bounds the server's work for strangers.
  package struct Limits: Sendable {
    /// Most connections at once; more are closed as they come.
    package var connections = 256
    /// Most clients of `/api/v1/events`; more are told 503.
    package var eventClients = 32
    /// Longest a connection may stay silent between requests.
    package var idleTimeout = Duration.seconds(60)
    /// Longest a client may take to accept a piece of what is sent to it.
    package var writeTimeout = Duration.seconds(10)
    /// Longest a client may take to send a request's head, from its first byte on.
    package var headTimeout = Duration.seconds(10)
    /// Most bytes of a request's head.
    package var headBytes = 16_384
    /// Most external triggers with series of their own in `/metrics`; the rest are counted only.
    package var triggersWithSeries = 1000

    /// The defaults.
    package init() {}
  }
}

/// Why the admin port cannot serve; each says what to do.
package enum StatusServerError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The host is neither an address nor `localhost`.
  case unusableHost(String)
  /// The address cannot be listened on.
  case bindFailed(address: String, reason: String)
  /// The token's file cannot be read or holds no token.
  case unusableToken(file: String, reason: String)

  /// One sentence with the remedy.
  package var description: String {
    switch self {
    case .unusableHost(let host):
      "cannot listen for admin requests on \"\(host.prefix(80))\": use an IP address, for example "
        + "\"0.0.0.0:8080\" or \"[::]:8080\""
    case .bindFailed(let address, let reason):
      "cannot listen for admin requests on \(address): \(reason); end what uses the port, or choose "
        + "another with --admin-listen (port 0 takes a free one, \"off\" opens none)"
    case .unusableToken(let file, let reason):
      "cannot use the admin token file \(file): \(reason); write one line of at least "
        + "\(AccessToken.shortest) characters into it"
    }
  }
}
