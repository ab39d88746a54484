package import CurlClient
internal import PrometheusFormat

/// One server as one kind of asker sees it: its address, and what goes with each request. Queries of
/// equal sources are shared; sources that differ in any credential are never equal.
package final class QuerySource: Sendable {
  /// The base address, a path prefix included: `http://thanos:9090/prom`.
  package let address: HTTPURL
  /// What shares limits, health and a queue: the profile's name, else the address' origin.
  package let lane: String
  /// Which addresses the name may lead to.
  package let peers: HTTPPeerRule
  /// The most requests a second; nil: no limit.
  let requestsPerSecond: Double?
  private let concurrentRequests: Int?
  private let authentication: PrometheusProfile.Authentication
  private let headers: [String: Secret]
  private let parameters: [PrometheusProfile.Parameter]
  private let tls: HTTPTLSOptions
  private let proxy: SecretText?

  /// A server without credentials.
  package init(address: HTTPURL, peers: HTTPPeerRule) {
    self.address = address
    self.peers = peers
    lane = address.origin
    requestsPerSecond = nil
    concurrentRequests = nil
    authentication = .none
    headers = [:]
    parameters = []
    tls = HTTPTLSOptions()
    proxy = nil
  }

  /// A server as its profile says.
  init(_ profile: PrometheusProfile, address: HTTPURL) {
    self.address = address
    // The operator has named it; where it is behind a proxy, the proxy too.
    peers = .any
    lane = "profile \"\(profile.name)\""
    requestsPerSecond = profile.requestsPerSecond
    concurrentRequests = profile.concurrentRequests
    authentication = profile.authentication
    headers = profile.headers
    parameters = profile.parameters
    tls = profile.tls
    proxy = profile.proxy
  }

  /// What it is called in logs: the address without path and credentials, and the profile where
  /// there is one.
  package var description: String {
    lane == address.origin ? lane : "\(address.origin) (\(lane))"
  }

  /// The query parameters of each request, encoded; empty without any.
  var parameterText: String {
    parameters.map { "\(QueryTarget.encode($0.name))=\(QueryTarget.encode($0.value.revealed))" }
      .joined(separator: "&")
  }

  /// Puts into a request what does not change: how to connect, and the limits.
  func prepare(_ request: inout HTTPRequest) {
    request.tls = tls
    request.proxy = proxy?.revealed
    request.lane = lane
    request.laneLimit = concurrentRequests
  }

  /// Puts into a request the credentials as they are now.
  /// - Throws: `SecretProblem` where a secret's file could not be read, or is no header's value.
  func authorize(_ request: inout HTTPRequest) throws(SecretProblem) {
    switch authentication {
    case .none: break
    case .basic(let username, let password):
      let pair = "\(username):\(try password.current())"
      try add("Authorization", "Basic \(base64(Array(pair.utf8)))", to: &request)
    case .bearer(let token): try add("Authorization", "Bearer \(try token.current())", to: &request)
    }
    for (name, value) in headers { try add(name, try value.current(), to: &request) }
  }

  private func add(
    _ name: String, _ value: String, to request: inout HTTPRequest
  ) throws(SecretProblem) {
    guard let header = HTTPHeader(name, value) else {
      throw SecretProblem(
        description: "the value for the header \(name) of \(lane) holds a line break; remove it")
    }
    request.headers.append(header)
  }
}

extension QuerySource {
  /// What the HTTP client brought, judged. A server may repeat what it was sent in its complaints;
  /// secrets are taken out of them before anything is quoted.
  func judged(_ result: HTTPResult) -> CollectionOutcome {
    let outcome = judge(result)
    guard case .success(var response) = result, !outcome.isQuiet else { return outcome }
    let secrets = currentSecrets
    guard !secrets.isEmpty else { return outcome }
    for secret in secrets {
      response.body.replace(Array(secret.utf8), with: Array("(hidden)".utf8))
    }
    return judge(.success(response))
  }

  /// Every secret as it goes over the wire, where it can be read.
  private var currentSecrets: [String] {
    var all = headers.values.compactMap { try? $0.current() } + parameters.map(\.value.revealed)
    switch authentication {
    case .none: break
    case .basic(let username, let password):
      guard let password = try? password.current() else { break }
      all += [password, base64(Array("\(username):\(password)".utf8))]
    case .bearer(let token): all += (try? token.current()).map { [$0] } ?? []
    }
    // Shorter ones stand in any text, and are no secrets.
    return all.filter { $0.utf8.count >= 4 }
  }
}

extension CollectionOutcome {
  /// Whether no words of the server's are in it.
  fileprivate var isQuiet: Bool {
    switch self {
    case .success(let answer): answer.warnings.isEmpty && answer.infos.isEmpty
    case .failure: false
    }
  }
}

extension QuerySource: Hashable {
  /// Equal where no request would differ, credentials included.
  package static func == (one: QuerySource, other: QuerySource) -> Bool {
    one === other
      || (one.address == other.address && one.lane == other.lane && one.peers == other.peers
        && one.authentication == other.authentication && one.headers == other.headers
        && one.parameters == other.parameters && one.tls == other.tls && one.proxy == other.proxy
        && one.requestsPerSecond == other.requestsPerSecond
        && one.concurrentRequests == other.concurrentRequests)
  }

  /// By address and lane, which tell nearly all apart.
  package func hash(into hasher: inout Hasher) {
    hasher.combine(address)
    hasher.combine(lane)
  }
}

/// RFC 4648, section 4.
func base64(_ bytes: [UInt8]) -> String {
  let digits = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
  var text: [UInt8] = []
  for start in stride(from: 0, to: bytes.count, by: 3) {
    let group = bytes[start..<min(start + 3, bytes.count)]
    let bits = group.reduce(0) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
    for place in 0..<4 {
      let digit = digits[Int(bits >> (18 - 6 * UInt32(place)) & 63)]
      text.append(place <= group.count ? digit : UInt8(ascii: "="))
    }
  }
  return String(decoding: text, as: UTF8.self)
}
