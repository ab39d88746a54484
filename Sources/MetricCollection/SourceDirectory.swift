package import CurlClient
package import TriggerConfiguration

/// Every server that may be asked, and by whom: the operator's profiles, and the addresses that
/// triggers may name themselves.
///
/// Naming a profile brings its credentials; naming an address never does, not even the address of a
/// profile. An address of a profile's server belongs to that profile: only namespaces that may use
/// it (or another profile of the same server) may name it.
package struct SourceDirectory: Sendable {
  private let profiles: [String: Entry]
  private let allowed: [AddressPattern]
  private let isUnrestricted: Bool

  private struct Entry {
    var profile: PrometheusProfile
    var source: QuerySource
    /// The same server for triggers that name its address.
    var bare: QuerySource
  }

  /// A directory from the operator's configuration.
  ///
  /// - Throws: `CollectionRefusal` where a profile's address cannot be asked.
  package init(
    profiles: [PrometheusProfile], allowed: [AddressPattern] = [.inCluster]
  ) throws(CollectionRefusal) {
    var entries: [String: Entry] = [:]
    for profile in profiles {
      let address = try Self.url(profile.address)
      if let why = HostName.objection(to: address.host) {
        throw .notPermitted("profile \(quoted(profile.name)) has \(why); it is never asked")
      }
      entries[profile.name] = Entry(
        profile: profile, source: QuerySource(profile, address: address),
        bare: QuerySource(profile.withoutSecrets, address: address))
    }
    self.profiles = entries
    self.allowed = allowed
    isUnrestricted = false
  }

  /// No profiles, and any address but link-local ones and clouds' metadata services: for a person
  /// at a command line.
  package static let unrestricted = SourceDirectory()

  private init() {
    profiles = [:]
    allowed = []
    isUnrestricted = true
  }

  /// Whether there is any profile.
  package var hasProfiles: Bool { !profiles.isEmpty }

  /// The names of the profiles that triggers of a namespace may use, sorted.
  package func profileNames(for namespace: String) -> [String] {
    profiles.values.filter { $0.profile.mayBeUsed(from: namespace) }.map(\.profile.name).sorted()
  }

  /// The server that a trigger's queries go to.
  ///
  /// - Throws: `CollectionRefusal` where there is none, or it may not be asked from the namespace.
  package func source(
    for spec: TriggerSpec, namespace: String
  ) throws(CollectionRefusal) -> QuerySource {
    if let address = spec.serverAddress { return try source(at: address, namespace: namespace) }
    let name = spec.profile ?? PrometheusProfile.defaultName
    guard let entry = profiles[name] else {
      guard spec.profile != nil else { throw .noServer }
      let known = profileNames(for: namespace)
      throw .unknownProfile(name: name, nearest: nearestName(to: name, among: known))
    }
    guard entry.profile.mayBeUsed(from: namespace) else {
      let which = spec.profile == nil ? "the default profile" : "profile \(quoted(name))"
      throw .notPermitted(
        "\(which) may not be used from namespace \(quoted(namespace)); ask the operator of the "
          + "scaler to add the namespace to the profile's \"namespaces\"")
    }
    return entry.source
  }

  /// A server without credentials at an address that a trigger names.
  private func source(
    at address: ServerAddress, namespace: String
  ) throws(CollectionRefusal) -> QuerySource {
    let url = try Self.url(address)
    try checkHost(of: url, key: "serverAddress")
    let owners = profiles.values.filter { $0.source.address.origin == url.origin }
      .sorted { $0.profile.name < $1.profile.name }
    let usable = owners.filter { $0.profile.mayBeUsed(from: namespace) }
    guard owners.isEmpty || !usable.isEmpty else {
      throw .notPermitted(
        "\"serverAddress\" \(quoted(url.origin)) belongs to a profile that may not be used from "
          + "namespace \(quoted(namespace)); ask the operator of the scaler to add the namespace to "
          + "its \"namespaces\"")
    }
    let same = usable.filter { Self.base(of: $0.source.address) == Self.base(of: url) }
    // A profile without secrets is then the very source that naming it gives, and shares its queries.
    if let entry = same.first(where: { $0.source == $0.bare }) ?? same.first { return entry.bare }
    return QuerySource(
      address: url, peers: try rule(for: url, key: "serverAddress"))
  }

  /// Where connections to an address that a trigger names under `key` may lead. Profiles play no
  /// part.
  ///
  /// - Throws: `CollectionRefusal.notPermitted` where the address may not be asked at all.
  package func rule(
    for address: HTTPURL, key: String
  ) throws(CollectionRefusal) -> HTTPPeerRule {
    try checkHost(of: address, key: key)
    if isUnrestricted { return .any }
    for pattern in allowed {
      if let rule = pattern.rule(for: address) { return rule }
    }
    let permitted =
      allowed.isEmpty
      ? "none"
      : allowed.map { $0 == .inCluster ? Self.inClusterWords : "\($0)" }
        .joined(separator: ", ")
    throw .notPermitted(
      "\"\(key)\" \(quoted(address.origin)) is not an address that triggers may name here; permitted "
        + "are: \(permitted); ask the operator of the scaler for a profile, or for a line in "
        + "\"allowedServerAddresses\"")
  }

  private static let inClusterWords =
    "in-cluster Service names (such as prometheus.monitoring or prometheus.monitoring.svc)"

  private func checkHost(of url: HTTPURL, key: String) throws(CollectionRefusal) {
    guard let why = HostName.objection(to: url.host) else { return }
    throw .notPermitted("\"\(key)\" \(quoted(url.origin)) is \(why); it is never asked")
  }

  private static func url(_ address: ServerAddress) throws(CollectionRefusal) -> HTTPURL {
    do throws(HTTPURLError) {
      return try HTTPURL(address.description)
    } catch {
      throw .unusableAddress("\(error)")
    }
  }

  /// An address in one spelling: with its port, without a slash at its end.
  private static func base(of url: HTTPURL) -> Substring {
    var text = url.redacted[...]
    while text.hasSuffix("/") { text.removeLast() }
    return text
  }
}
