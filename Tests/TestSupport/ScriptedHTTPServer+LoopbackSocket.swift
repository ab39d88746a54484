import Glibc

/// Sockets on 127.0.0.1 for servers of tests.
package enum LoopbackSocket {
  /// Why there is no socket: the call that failed and its `errno`.
  package struct Failure: Error {
    /// The C function.
    package let call: String
    /// Its error number.
    package let code: Int32
  }

  /// Listens on a port of 127.0.0.1 (0: any free one) in the task's network namespace; gives the
  /// descriptor and the port.
  package static func listen(port: UInt16) throws -> (descriptor: Int32, port: UInt16) {
    try NetworkNamespace.enter { try listenHere(port: port) }
  }

  private static func listenHere(port: UInt16) throws -> (descriptor: Int32, port: UInt16) {
    let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
    do {
      var on: Int32 = 1
      setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &on, socklen_t(MemoryLayout<Int32>.size))
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = port.bigEndian
      address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
      var length = socklen_t(MemoryLayout<sockaddr_in>.size)
      try withUnsafeMutablePointer(to: &address) { pointer in
        try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
          guard bind(descriptor, generic, length) == 0 else {
            throw Failure(call: "bind", code: errno)
          }
          guard Glibc.listen(descriptor, 512) == 0 else {
            throw Failure(call: "listen", code: errno)
          }
          getsockname(descriptor, generic, &length)
        }
      }
      return (descriptor, UInt16(bigEndian: address.sin_port))
    } catch {
      close(descriptor)
      throw error
    }
  }

  /// A port nobody listens on at this moment.
  package static func freePort() throws -> UInt16 {
    let (descriptor, port) = try listen(port: 0)
    close(descriptor)
    return port
  }
}
