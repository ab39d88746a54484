package import CurlClient
package import TriggerConfiguration

/// A Prometheus that the operator has named, with what it takes to ask it. Triggers name a profile;
/// they never see what is in it.
package struct PrometheusProfile: Sendable {
  /// Who we say we are.
  package enum Authentication: Sendable, Hashable {
    /// Nobody.
    case none
    /// RFC 7617.
    case basic(username: String, password: Secret)
    /// RFC 6750.
    case bearer(Secret)
  }

  /// What triggers call it.
  package var name: String
  /// Its base address.
  package var address: ServerAddress
  /// Who we say we are.
  package var authentication = Authentication.none
  /// Headers sent with each request, by name: `X-Scope-OrgID`.
  package var headers: [String: Secret] = [:]
  /// Query parameters sent with each request, in this order: `dedup` = `true`.
  package var parameters: [Parameter] = []
  /// The authorities we trust, and the certificate we show.
  package var tls = HTTPTLSOptions()
  /// The proxy to go through, perhaps with credentials.
  package var proxy: SecretText?
  /// Who may use it; nil: every namespace.
  package var namespaces: [NamespacePattern]?
  /// The most requests a second; nil: no limit.
  package var requestsPerSecond: Double?
  /// The most requests at once; nil: the HTTP client's own limit.
  package var concurrentRequests: Int?

  /// One query parameter.
  package struct Parameter: Sendable, Hashable {
    /// Its name.
    package var name: String
    /// Its value, which may be a secret.
    package var value: SecretText

    /// A parameter from its parts.
    package init(name: String, value: SecretText) {
      self.name = name
      self.value = value
    }
  }

  /// A profile that every namespace may use, without credentials.
  package init(name: String, address: ServerAddress) {
    self.name = name
    self.address = address
  }

  /// The name of the profile that is asked where a trigger names neither profile nor address.
  package static let defaultName = "default"

  /// Whether a trigger of a namespace may use it.
  func mayBeUsed(from namespace: String) -> Bool {
    namespaces.map { $0.contains { $0.matches(namespace) } } ?? true
  }

  /// The same server with the same limits, and nothing that could be a secret: for triggers that
  /// name the address.
  var withoutSecrets: PrometheusProfile {
    var bare = self
    bare.authentication = .none
    bare.headers = [:]
    bare.parameters = []
    bare.proxy = nil
    bare.tls.certificateFile = nil
    bare.tls.keyFile = nil
    return bare
  }
}

/// A namespace's name, in which `*` stands for any characters.
package struct NamespacePattern: Sendable, Hashable {
  private let text: String

  /// A pattern such as `inference` or `team-*`.
  package init(_ text: String) { self.text = text }

  /// Whether it names a namespace. O(n·m).
  package func matches(_ name: String) -> Bool {
    wildcard(Array(text.utf8)[...], matches: Array(name.utf8)[...])
  }
}

/// Whether a pattern with `*` for any bytes describes a whole text. Linear but for the last star's
/// retries.
func wildcard(_ pattern: ArraySlice<UInt8>, matches text: ArraySlice<UInt8>) -> Bool {
  let star = UInt8(ascii: "*")
  var (pattern, text) = (pattern, text)
  var retry: (pattern: ArraySlice<UInt8>, text: ArraySlice<UInt8>)?
  while true {
    if pattern.first == star {
      pattern = pattern.dropFirst()
      retry = (pattern, text)
    } else if let byte = text.first, pattern.first == byte {
      pattern = pattern.dropFirst()
      text = text.dropFirst()
    } else if text.isEmpty, pattern.isEmpty {
      return true
    } else if let last = retry, !last.text.isEmpty {
      retry = (last.pattern, last.text.dropFirst())
      (pattern, text) = (last.pattern, last.text.dropFirst())
    } else {
      return false
    }
  }
}
