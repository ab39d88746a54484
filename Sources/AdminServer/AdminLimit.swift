/// A bound of the admin port, by the name under which reaching it is counted.
package enum AdminLimit: String, Sendable, CaseIterable {
  /// `StatusServerConfiguration.Limits.connections`.
  case connections = "admin_connections"
  /// `StatusServerConfiguration.Limits.eventClients`.
  case eventClients = "admin_event_clients"
  /// `StatusServerConfiguration.Limits.headBytes`.
  case headBytes = "admin_head_bytes"
  /// The times of `StatusServerConfiguration.Limits`.
  case seconds = "admin_seconds"
}
