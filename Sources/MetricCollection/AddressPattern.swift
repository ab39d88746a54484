package import CurlClient

/// Which addresses a trigger may name, one line of `allowedServerAddresses`:
/// `in-cluster`, or `[scheme://]host[:port][/path]` where `*` in the host stands for any characters.
/// What is not written matches anything; a path matches itself and what is below it.
package struct AddressPattern: Sendable, Hashable, CustomStringConvertible {
  /// As written.
  package let description: String
  private let scheme: String?
  private let host: String
  private let port: String?
  private let path: String

  /// In-cluster Service names, over private networks.
  package static let inCluster = AddressPattern(inClusterText: "in-cluster")

  private init(inClusterText: String) {
    description = inClusterText
    (scheme, host, port, path) = (nil, "", nil, "")
  }

  /// Reads a pattern; nil for what is none.
  package init?(_ text: String) {
    guard text != Self.inCluster.description else {
      self = .inCluster
      return
    }
    description = text
    var rest = text[...]
    if let separator = rest.firstRange(of: "://") {
      let scheme = rest[..<separator.lowerBound].lowercased()
      guard scheme == "http" || scheme == "https" else { return nil }
      self.scheme = scheme
      rest = rest[separator.upperBound...]
    } else {
      scheme = nil
    }
    var authority = rest.prefix { $0 != "/" }
    var path = rest[authority.endIndex...]
    while path.hasSuffix("/") { path.removeLast() }
    self.path = String(path)
    let hostEnd = authority.hasPrefix("[") ? authority.firstIndex(of: "]") : authority.startIndex
    guard let hostEnd else { return nil }
    if let colon = authority[hostEnd...].firstIndex(of: ":") {
      let port = String(authority[authority.index(after: colon)...])
      guard port == "*" || (1...65_535).contains(Int(port) ?? 0) else { return nil }
      self.port = port == "*" ? nil : port
      authority = authority[..<colon]
    } else {
      port = nil
    }
    host = HostName.plain(authority.lowercased())
    let isSane = authority.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "@") }
    guard !host.isEmpty, isSane, !text.contains("?"), !text.contains("#") else { return nil }
  }

  /// Where connections may lead if it permits an address; nil if it does not.
  package func rule(for address: HTTPURL) -> HTTPPeerRule? {
    let name = HostName.plain(address.host)
    guard self != .inCluster else {
      return HostName.isInCluster(name) ? .privateNetworks : nil
    }
    guard wildcard(Array(host.utf8)[...], matches: Array(name.utf8)[...]),
      scheme == nil || address.origin.hasPrefix("\(scheme ?? "")://"),
      port == nil || address.origin.hasSuffix(":\(port ?? "")"),
      isBelowPath(address)
    else { return nil }
    // Only who writes a loopback name out means it.
    return HostName.isLoopback(host) ? .any : .routable
  }

  private func isBelowPath(_ address: HTTPURL) -> Bool {
    let asked = address.redacted.dropFirst(address.origin.count)
    // What a server may take for "/" or ".." could climb out of the path again.
    let isPlain = !["%2e", "%2f", "%5c", "/..", "\\"].contains { asked.lowercased().contains($0) }
    guard path.isEmpty || isPlain else { return false }
    return path.isEmpty || asked == path || asked.hasPrefix(path + "/")
  }
}

/// What a host's name says of where it leads, before anybody is asked.
enum HostName {
  /// In lower case, without the dot at its end.
  static func plain(_ host: String) -> String {
    let host = host.lowercased()
    return host.hasSuffix(".") ? String(host.dropLast()) : host
  }

  /// Names and addresses of this machine.
  static func isLoopback(_ host: String) -> Bool {
    if let address = PeerAddress(host) { return address.network == .loopback }
    return host == "localhost" || host.hasSuffix(".localhost") || host == "localhost.localdomain"
  }

  /// A Service's name as pods write it: `prometheus`, `prometheus.monitoring`, `….svc`,
  /// `….svc.cluster.local`. Never an IP address, never a name of this machine.
  static func isInCluster(_ host: String) -> Bool {
    guard PeerAddress(host) == nil, !host.hasPrefix("["), !isLoopback(host) else { return false }
    let labels = host.split(separator: ".", omittingEmptySubsequences: false)
    guard labels.allSatisfy({ !$0.isEmpty }) else { return false }
    return labels.count <= 2 || host.hasSuffix(".svc") || host.hasSuffix(".svc.cluster.local")
  }

  /// Why a host may never be asked, whoever names it; nil where it may.
  static func objection(to host: String) -> String? {
    let name = plain(host)
    if let address = PeerAddress(name), case .forbidden(let what) = address.network { return what }
    return metadataServices.contains(name) ? "the name of a cloud's metadata service" : nil
  }

  /// What clouds call their metadata services: Google, AWS, Azure, Tencent.
  private static let metadataServices: Set<String> = [
    "metadata", "metadata.google.internal", "metadata.goog", "instance-data",
    "instance-data.ec2.internal", "metadata.azure.internal", "metadata.tencentyun.com",
  ]
}
