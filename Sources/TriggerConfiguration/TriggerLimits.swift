/// How much a trigger's metadata may hold; past a limit it is refused, with the limit named.
package enum TriggerLimits {
  /// All keys and values of one trigger's metadata, in bytes. A ScaledObject fits in etcd's 1.5 MB
  /// whatever it says; a trigger as large as this one is a mistake or an attack.
  package static let metadataBytes = 128 * 1024
  /// Keys of one trigger's metadata.
  package static let metadataKeys = 256
  /// Triggers of one ScaledObject.
  package static let triggers = 32
  /// Addresses in one trigger's `endpoints`.
  package static let endpoints = 64
  /// One PromQL query, in bytes.
  package static let queryBytes = 16 * 1024
  /// A trigger's name, in bytes: as long as a DNS label, so that it fits in any metric name.
  package static let nameBytes = 63
  /// Nesting of brackets, and of block entries on one line, in a YAML list.
  package static let listDepth = 64
  /// Indentation of a line in a YAML list, in columns.
  package static let listIndentation = 256
  /// A text file that a command is given, in bytes.
  package static let fileBytes = 8 * 1024 * 1024
  /// Nesting and indentation in such a file: the YAML library follows nesting on the stack.
  package static let fileDepth = 1000
  /// Largest number of replicas that a bound may name.
  package static let replicas = 100_000
  /// Problems that one error message spells out; it counts the others.
  package static let problemsShown = 8
}
