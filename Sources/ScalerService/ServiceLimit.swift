/// A limit of what callers may have the service remember, by the name under which it is counted.
package enum ServiceLimit: String, Sendable, CaseIterable {
  /// External triggers that are decided for.
  case triggers = "external_triggers"
  /// Metadata of all triggers together.
  case heldBytes = "metadata_held_bytes"
  /// Refused metadata whose refusal is remembered.
  case refusals = "remembered_refusals"
}

/// Most of what the table of triggers holds.
package struct TriggerTableLimits: Sendable {
  /// External triggers that are decided for.
  package var triggers: Int
  /// Names and metadata of all triggers together, in bytes: ten thousand bytes for each of the
  /// default number of triggers, where an ordinary one has a few hundred.
  package var heldBytes = 200_000_000
  /// Refused metadata whose refusal is remembered; what is beyond is read anew at each call.
  package var refusals = 256

  /// The defaults beside a number of triggers.
  package init(triggers: Int) { self.triggers = triggers }
}
