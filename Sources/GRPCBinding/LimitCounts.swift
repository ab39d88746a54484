/// How often each limit of a server was reached since the start.
package struct GRPCLimitCounts: Sendable, Equatable {
  /// Requests longer than allowed, each refused with `RESOURCE_EXHAUSTED`.
  package var messages: UInt64 = 0
  /// Streams refused because as many as allowed were open.
  package var streams: UInt64 = 0
  /// Calls that could not be kept for a later answer.
  package var parkedCalls: UInt64 = 0
  /// Connections reset because as many as allowed were open, in all servers of this process.
  package var connections: UInt64 = 0
  /// Connections reset for want of a file descriptor, in all servers of this process.
  package var descriptors: UInt64 = 0
}
