internal import Glibc

/// The IP address at the other end of a connection. An IPv4 address inside an IPv6 one (mapped,
/// compatible, NAT64, 6to4) counts as what it leads to.
package struct PeerAddress: Sendable, Hashable {
  /// In what network an address lies.
  package enum Network: Sendable, Hashable {
    /// This machine: 127/8, ::1, and the unspecified addresses, which connect to it.
    case loopback
    /// RFC 1918, RFC 6598 (100.64/10), RFC 4193 (fc00::/7): where clusters put Services and pods.
    case privateNetwork
    /// Anywhere else that can be routed to.
    case publicNetwork
    /// Never to be asked, whoever names it; what it is, in words.
    case forbidden(String)
  }

  /// 4 or 16 bytes in network order.
  private let bytes: [UInt8]

  /// An address from its 4 or 16 bytes in network order; nil for another number of them.
  package init?(bytes: [UInt8]) {
    switch bytes.count {
    case 4: self.bytes = bytes
    case 16: self.bytes = Self.embedded(in: bytes) ?? bytes
    default: return nil
    }
  }

  /// An address from its text, an IPv6 one with or without brackets; nil for a name.
  package init?(_ text: String) {
    var text = text[...]
    if text.hasPrefix("["), text.hasSuffix("]") { text = text.dropFirst().dropLast() }
    var bytes = [UInt8](repeating: 0, count: 16)
    if inet_pton(AF_INET, String(text), &bytes) == 1 {
      self.init(bytes: Array(bytes.prefix(4)))
    } else if inet_pton(AF_INET6, String(text), &bytes) == 1 {
      self.init(bytes: bytes)
    } else {
      return nil
    }
  }

  /// The IPv4 address that an IPv6 address stands for: RFC 4291 (mapped, compatible), RFC 6052
  /// (64:ff9b::/96), RFC 3056 (2002::/16).
  private static func embedded(in bytes: [UInt8]) -> [UInt8]? {
    let isZero = bytes.prefix(10).allSatisfy { $0 == 0 }
    let last = Array(bytes.suffix(4))
    if isZero, bytes[10] == 0xFF, bytes[11] == 0xFF { return last }
    // :: and ::1 are IPv6's own.
    if isZero, bytes[10] == 0, bytes[11] == 0, last.prefix(3) != [0, 0, 0] { return last }
    if bytes.prefix(12) == [0, 0x64, 0xFF, 0x9B, 0, 0, 0, 0, 0, 0, 0, 0] { return last }
    if bytes.prefix(2) == [0x20, 0x02] { return Array(bytes[2..<6]) }
    return nil
  }

  /// In what network it lies.
  package var network: Network {
    if Self.metadataServices.contains(self) {
      return .forbidden("the address of a cloud's metadata service")
    }
    return bytes.count == 4 ? network4 : network6
  }

  private var network4: Network {
    switch (bytes[0], bytes[1]) {
    case (169, 254): .forbidden("a link-local address")
    case (224..., _): .forbidden("a multicast or reserved address")
    case (127, _), (0, _): .loopback
    case (10, _), (172, 16...31), (192, 168), (100, 64...127): .privateNetwork
    default: .publicNetwork
    }
  }

  private var network6: Network {
    if bytes.prefix(15).allSatisfy({ $0 == 0 }) { return .loopback }
    return switch (bytes[0], bytes[1]) {
    case (0xFE, 0x80...0xBF): .forbidden("a link-local address")
    case (0xFF, _): .forbidden("a multicast address")
    case (0xFC...0xFD, _): .privateNetwork
    default: .publicNetwork
    }
  }

  /// Metadata services outside the link-local range: EC2 and EKS over IPv6, Google over IPv6,
  /// Alibaba, Oracle's classic, Azure's wire server.
  private static let metadataServices: Set<PeerAddress> = Set(
    [
      "fd00:ec2::254", "fd00:ec2::23", "fd20:ce::254", "100.100.100.200", "192.0.0.192",
      "168.63.129.16",
    ].compactMap(PeerAddress.init))
}

extension PeerAddress: CustomStringConvertible {
  /// The address as text, IPv6 without brackets.
  package var description: String {
    var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
    let family = bytes.count == 4 ? AF_INET : AF_INET6
    guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "?" }
    return String(decoding: text.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}

/// Which addresses a request may go to. Link-local addresses and clouds' metadata services are in
/// none of them.
package enum HTTPPeerRule: Sendable, Hashable {
  /// Private networks only: for a name that anybody may write.
  case privateNetworks
  /// Every network but loopback: for a name that a pattern of the operator's permits.
  case routable
  /// Loopback too: for what the operator has named.
  case any

  /// Why an address may not be asked; nil where it may.
  package func objection(to address: PeerAddress) -> String? {
    switch (address.network, self) {
    case (.forbidden(let what), _): "\(address), \(what)"
    case (.privateNetwork, _), (.publicNetwork, .routable), (_, .any): nil
    case (.loopback, _): "\(address), a loopback address"
    case (.publicNetwork, .privateNetworks):
      "\(address), which is outside the private networks of a cluster; the server's operator can "
        + "permit the address with allowedServerAddresses"
    }
  }
}
