internal import CConnectionGate

/// The connections that clients have to this process's gRPC servers, all together.
package enum ConnectionGate {
  /// Sets how many may be open at once; further ones are reset as they come.
  static func set(limit: Int) {
    connection_gate_set_limit(Int32(clamping: limit))
  }

  /// Sets how many bytes are read of one connection before the others have their turn.
  static func set(turnBytes: Int) {
    connection_gate_set_turn(Int32(clamping: turnBytes))
  }

  /// Connections open now. One system call for each.
  package static var open: Int { Int(connection_gate_open()) }

  /// Connections reset because as many as allowed were open.
  package static var refused: UInt64 { connection_gate_refused() }

  /// Connections reset because the process had no file descriptor left.
  package static var starved: UInt64 { connection_gate_starved() }
}
