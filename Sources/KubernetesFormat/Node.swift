/// A node, as far as it is looked at (`core/v1`).
package struct Node: APIObject, Equatable {
  /// Name and labels.
  package var metadata: ObjectMeta
  /// Whether pods may come.
  package var spec: Spec?
  /// What it has.
  package var status: Status?

  /// A node of which nothing else is known.
  package init(metadata: ObjectMeta) { self.metadata = metadata }

  /// Whether pods may come.
  package struct Spec: Codable, Sendable, Equatable {
    /// Cordoned.
    package var unschedulable: Bool?
    /// What keeps pods off.
    package var taints: [Taint]?

    /// A spec with these taints.
    package init(taints: [Taint]? = nil) { self.taints = taints }
  }

  /// What it has.
  package struct Status: Codable, Sendable, Equatable {
    /// What pods may ask for in total.
    package var allocatable: [String: Quantity]?
    /// `Ready` …
    package var conditions: [Condition]?

    /// A status from its parts.
    package init(allocatable: [String: Quantity]?, conditions: [Condition]?) {
      self.allocatable = allocatable
      self.conditions = conditions
    }
  }

  /// Whether the scheduler places pods there at all.
  package var takesPods: Bool {
    spec?.unschedulable != true && status?.conditions?["Ready"]?.isTrue == true
  }

  /// What pods may ask for of a resource, in thousandths.
  package func allocatable(_ name: String) -> Int64 {
    status?.allocatable?[name]?.thousandths ?? 0
  }
}
