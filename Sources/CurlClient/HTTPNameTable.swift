/// Where connections to a host lead, instead of what the system's resolver says: a hosts file that
/// may change between two requests. The host is still what is asked for and what TLS checks.
package struct HTTPNameTable: Sendable {
  /// The IP address (IPv6 in brackets) for a host name; nil: ask the system.
  package let address: @Sendable (String) -> String?

  /// A table from a look-up, which is called on the client's thread before each request.
  package init(address: @escaping @Sendable (String) -> String?) { self.address = address }
}
