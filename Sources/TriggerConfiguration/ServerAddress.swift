/// The base URL of a Prometheus: `http` or `https`, a host, perhaps a port and a path. Never
/// credentials, a query or a fragment.
package struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
  /// `http` or `https`.
  package var scheme: String
  /// A DNS name or an IPv4 address in lower case, or an IPv6 address without its brackets.
  package var host: String
  /// The port where one is written, 1…65535.
  package var port: Int?
  /// The path in front of `/api/v1`, without a slash at its end; empty or starting with one.
  package var path: String

  /// The address in one canonical spelling, without a slash at its end:
  /// `http://prometheus.monitoring:9090`.
  package var description: String {
    let host = host.contains(":") ? "[\(host)]" : host
    let port = port.map { ":\($0)" } ?? ""
    return "\(scheme)://\(host)\(port)\(path)"
  }

  /// Reads an address. Credentials are refused with the remedy, and are not shown.
  init(_ text: String) throws(Refusal) {
    let value = MetadataValue(text, example: "http://prometheus.monitoring:9090")
    // Anywhere, not only before the path: a password may hold "/" or "\", and would be shown.
    guard !value.text.contains("@") else {
      throw Refusal(
        "holds a user name or a password, which everybody who can read the ScaledObject can read",
        "put the credentials into a profile of the server's configuration (a path's \"@\" is %40)")
    }
    guard let separator = value.text.firstRange(of: "://") else {
      throw value.refusal("use a URL that starts with http:// or https://")
    }
    let scheme = value.text[..<separator.lowerBound].lowercased()
    guard scheme == "http" || scheme == "https" else {
      throw Refusal(
        "has the scheme \(quoted(scheme))", "use a URL that starts with http:// or https://")
    }
    let rest = value.text[separator.upperBound...]
    let authority = rest.prefix { $0 != "/" && $0 != "?" && $0 != "#" && $0 != "\\" }
    let path = rest[authority.endIndex...]
    guard !path.contains("?"), !path.contains("#") else {
      throw Refusal(
        "holds a query (\"?\") or a fragment (\"#\")",
        "use the base URL only; extra query parameters belong in a profile of the server")
    }
    guard path.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f && $0 != UInt8(ascii: "\\") }),
      path.utf8.count <= 1024
    else {
      throw value.refusal("use a path of plain characters, others escaped as %XX")
    }
    let (host, port) = try Self.hostAndPort(String(authority), value)
    self.scheme = scheme
    self.host = host
    self.port = port
    var trimmed = path
    while trimmed.hasSuffix("/") { trimmed.removeLast() }
    self.path = String(trimmed)
  }

  private static func hostAndPort(
    _ authority: String, _ value: MetadataValue
  ) throws(Refusal) -> (String, Int?) {
    var host = authority[...]
    var port: Int?
    let isBracketed = authority.hasPrefix("[")
    let hostEnd = isBracketed ? authority.firstIndex(of: "]") : authority.startIndex
    guard let hostEnd else { throw value.refusal("close the bracket of the IPv6 address") }
    if let colon = authority[hostEnd...].firstIndex(of: ":") {
      host = authority[..<colon]
      let digits = authority[authority.index(after: colon)...]
      guard digits.utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let number = Int(digits),
        (1...65_535).contains(number)
      else {
        throw Refusal("has the port \(quoted(digits))", "use a port from 1 to 65535")
      }
      port = number
    }
    if isBracketed {
      let address = host.dropFirst().dropLast()
      let isAddress =
        address.contains(":")
        && address.utf8.allSatisfy {
          $0.isWordByte || $0 == UInt8(ascii: ":") || $0 == UInt8(ascii: ".")
        }
      guard host.hasSuffix("]"), isAddress else {
        throw value.refusal("use an IPv6 address in the brackets")
      }
      return (address.lowercased(), port)
    }
    let isName = host.utf8.allSatisfy {
      $0.isWordByte || $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "-")
    }
    guard !host.isEmpty, host.utf8.count <= 253, isName else {
      throw value.refusal("use a URL with a host name")
    }
    return (host.lowercased(), port)
  }
}
