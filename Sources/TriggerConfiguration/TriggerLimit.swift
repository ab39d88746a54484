/// A limit that a trigger's metadata can reach, by the name under which it is counted.
package enum TriggerLimit: String, Sendable, CaseIterable {
  /// `TriggerLimits.metadataKeys`.
  case metadataKeys = "metadata_keys"
  /// `TriggerLimits.metadataBytes`.
  case metadataBytes = "metadata_bytes"
  /// `TriggerLimits.triggers`.
  case triggers = "triggers_per_list"
  /// `TriggerLimits.endpoints`.
  case endpoints = "endpoints_per_trigger"
  /// `TriggerLimits.queryBytes`.
  case queryBytes = "query_bytes"
  /// `TriggerLimits.listDepth`.
  case listDepth = "list_depth"
}
