internal import CGRPC
internal import Glibc

/// Binds the server's address.
/// - Returns: the port, the free one that was found if port 0 was asked for.
func bind(
  _ server: OpaquePointer, address: String, _ credentials: ServerCredentials
) throws(GRPCServerError) -> Int {
  let port = grpc_server_add_http2_port(server, address, credentials.handle)
  guard port > 0 else {
    throw .bindFailed(
      address: address, reason: reasonNotToBind(address))
  }
  return Int(port)
}

/// Tries the address with a socket of our own, because the core only says "no port".
private func reasonNotToBind(_ address: String) -> String {
  let advice = "choose another with --grpc-listen"
  guard let colon = address.lastIndex(of: ":"),
    let port = UInt16(address[address.index(after: colon)...])
  else { return "it is not HOST:PORT; write, for example, --grpc-listen 0.0.0.0:6000" }
  let host = address[..<colon].trimmingBrackets
  var hints = addrinfo()
  hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV
  hints.ai_socktype = Int32(SOCK_STREAM.rawValue)
  var found: UnsafeMutablePointer<addrinfo>?
  guard getaddrinfo(host, String(port), &hints, &found) == 0, let found else {
    return "the host name does not resolve; \(advice)"
  }
  defer { freeaddrinfo(found) }
  let descriptor = socket(found.pointee.ai_family, found.pointee.ai_socktype, 0)
  guard descriptor >= 0 else { return "\(String(cString: strerror(errno))); \(advice)" }
  defer { close(descriptor) }
  var yes: Int32 = 1
  setsockopt(
    descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
  guard
    Glibc.bind(descriptor, found.pointee.ai_addr, found.pointee.ai_addrlen) != 0
      || listen(descriptor, 1) != 0
  else { return "gRPC core refused it, its log says why; \(advice)" }
  return switch errno {
  case EADDRINUSE: "another process listens there; stop it, or \(advice)"
  case EACCES: "ports below 1024 need privileges; \(advice)"
  case EADDRNOTAVAIL: "this machine has no such address; \(advice)"
  default: "\(String(cString: strerror(errno))); \(advice)"
  }
}

extension Substring {
  /// Without the brackets that an IPv6 address has in `[::1]:6000`.
  fileprivate var trimmingBrackets: String {
    hasPrefix("[") && hasSuffix("]") ? String(dropFirst().dropLast()) : String(self)
  }
}
