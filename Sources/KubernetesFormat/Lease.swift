/// Who leads (`coordination.k8s.io/v1`).
package struct Lease: APIObject, Equatable {
  /// `coordination.k8s.io/v1`.
  package var apiVersion: String?
  /// `Lease`.
  package var kind: String?
  /// Its name and resourceVersion.
  package var metadata: ObjectMeta
  /// Who holds it until when.
  package var spec: Spec

  /// Who holds it until when.
  package struct Spec: Codable, Sendable, Equatable {
    /// The holder's name; nil or empty where nobody holds it.
    package var holderIdentity: String?
    /// How long it holds after it was renewed.
    package var leaseDurationSeconds: Int?
    /// Since when the holder has it.
    package var acquireTime: MicroTime?
    /// When it was last renewed.
    package var renewTime: MicroTime?
    /// How often the holder has changed.
    package var leaseTransitions: Int?

    /// Held by nobody.
    package init() {}
  }

  /// A lease to be made.
  package init(metadata: ObjectMeta, spec: Spec) {
    apiVersion = "coordination.k8s.io/v1"
    kind = "Lease"
    self.metadata = metadata
    self.spec = spec
  }
}

/// An instant that is always written with microseconds (`meta/v1 MicroTime`).
package struct MicroTime: Codable, Sendable, Equatable {
  /// The instant.
  package var instant: Timestamp

  /// An instant from Unix seconds.
  package init(unixSeconds: Double) { instant = Timestamp(unixSeconds: unixSeconds) }

  /// Reads any RFC 3339 text.
  package init(from decoder: any Decoder) throws { instant = try Timestamp(from: decoder) }

  /// Writes all six digits, without which the API server refuses it.
  package func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(instant.microText)
  }
}
