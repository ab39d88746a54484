/// Where the server listens, how it is protected, and what it bears.
package struct GRPCServerConfiguration: Sendable {
  /// How connections are protected.
  package enum Security: Sendable {
    /// HTTP/2 without TLS.
    case plaintext
    /// TLS, and mutual TLS where the files name a client CA.
    case tls(CertificateFiles)
  }

  /// What is refused with `RESOURCE_EXHAUSTED`, or never queued.
  package struct Limits: Sendable {
    /// Largest request message accepted, in bytes.
    package var receiveMessageBytes = 1 << 20
    /// Most calls open at once on one connection (KEDA shares one connection for everything).
    package var streamsPerConnection = 20_000
    /// Most connections open at once, in all servers of the process; further ones are reset.
    package var connections = 1000
    /// Bytes read of one connection before the others have their turn, in all servers of the process.
    package var turnBytes = 8192
    /// All header fields of one call, in bytes; more end it with `RESOURCE_EXHAUSTED`.
    package var headerBytes = 16_384
    /// Most streams open at once in the whole server.
    package var streams = 20_000
    /// Most unary calls waiting for a later answer at once in the whole server.
    package var parkedCalls = 10_000
    /// Calls of one unary method that the core may hand over before one of them is answered. More
    /// calls wait in the core, whose cost per event grows with the slots of all methods: Debian's
    /// is built with assertions and looks each event's tag up among those of all posted slots.
    package var slotsPerUnaryMethod = 16
    /// The same of one streaming method; a slot that has become a stream is replaced.
    package var slotsPerStreamMethod = 4

    /// The defaults.
    package init() {}
  }

  /// Host and port as one writes them in a URL: `0.0.0.0:6000`, `[::1]:6000`, `localhost:0`.
  /// Port 0 takes a free one.
  package var address: String
  /// How connections are protected.
  package var security: Security
  /// Whose calls are answered, under mutual TLS.
  package var clients = ClientNames([])
  /// What is refused.
  package var limits = Limits()
  /// A connection that has been silent this long is probed, so that streams of a client whose
  /// machine has gone do not stay open for ever. At least 1 s.
  package var keepaliveTime: Duration = .seconds(60)
  /// How long a probe may go unanswered before the connection is given up. At least 1 s.
  package var keepaliveTimeout: Duration = .seconds(20)

  /// How long a new connection may take for its TLS handshake and HTTP/2 preface. At least 1 s.
  package var handshakeTimeout: Duration = .seconds(10)

  /// A server on `address`, plaintext unless said otherwise.
  package init(address: String, security: Security = .plaintext) {
    self.address = address
    self.security = security
  }
}

/// Why a server could not start.
package enum GRPCServerError: Error, Equatable, CustomStringConvertible {
  /// The address could not be bound; `reason` says why and what to do.
  case bindFailed(address: String, reason: String)
  /// The core refused a method path: it is registered twice or malformed.
  case methodRefused(path: String)
  /// The core refused the TLS settings.
  case securityRefused
  /// The thread that serves calls could not be created (errno).
  case threadFailed(code: Int32)

  package var description: String {
    switch self {
    case .bindFailed(let address, let reason): "cannot listen on \(address): \(reason)"
    case .methodRefused(let path): "method \(path) cannot be registered: is it there twice?"
    case .securityRefused: "gRPC core refused the TLS settings"
    case .threadFailed(let code): "cannot create the serving thread (errno \(code))"
    }
  }
}
