/// The part of `metadata` that is used, with the API's field names (`meta/v1`).
package struct ObjectMeta: Codable, Sendable, Equatable {
  /// Unique in its namespace and resource.
  package var name: String
  /// Nil for what belongs to the whole cluster.
  package var namespace: String?
  /// Unlike the name, never used again.
  package var uid: String?
  /// What a write may be made conditional on; opaque.
  package var resourceVersion: String?
  /// What selectors look at.
  package var labels: [String: String]?
  /// What programs and people have noted.
  package var annotations: [String: String]?
  /// When it was made.
  package var creationTimestamp: Timestamp?
  /// Set while it is being deleted.
  package var deletionTimestamp: Timestamp?
  /// Who last wrote which fields.
  package var managedFields: [ManagedFieldsEntry]?

  /// The metadata of a new object.
  package init(name: String, namespace: String? = nil) {
    self.name = name
    self.namespace = namespace
  }

  /// Where it is, unique within its resource.
  package var key: ObjectKey { ObjectKey(namespace: namespace ?? "", name: name) }
}

/// Namespace and name of an object; the namespace is empty for what belongs to the whole cluster.
package struct ObjectKey: Hashable, Sendable, CustomStringConvertible {
  /// The namespace, or nothing.
  package var namespace: String
  /// The name.
  package var name: String

  /// A key from its parts.
  package init(namespace: String, name: String) {
    self.namespace = namespace
    self.name = name
  }

  /// `namespace/name`.
  package var description: String { namespace.isEmpty ? name : "\(namespace)/\(name)" }
}

/// Fields that one manager wrote last; of all fields only `spec.replicas` is looked at.
package struct ManagedFieldsEntry: Codable, Sendable, Equatable {
  /// `kubectl`, `kube-controller-manager`, `argocd-controller` …
  package var manager: String?
  /// The subresource that was written through, such as `scale`.
  package var subresource: String?
  /// When the manager last changed, added or gave up one of its fields.
  package var time: Timestamp?
  /// The set of fields.
  package var fieldsV1: Fields?

  /// The entry of a manager that owns `spec.replicas`.
  package init(manager: String, replicasWrittenAt time: Timestamp) {
    self.manager = manager
    self.time = time
    fieldsV1 = Fields(spec: Spec(replicas: Owned()))
  }

  /// The set of fields, as far as it is looked at.
  package struct Fields: Codable, Sendable, Equatable {
    /// Below `spec`.
    package var spec: Spec?

    private enum CodingKeys: String, CodingKey {
      case spec = "f:spec"
    }
  }

  /// The fields below `spec`.
  package struct Spec: Codable, Sendable, Equatable {
    /// Present where the manager owns `spec.replicas`.
    package var replicas: Owned?

    private enum CodingKeys: String, CodingKey {
      case replicas = "f:replicas"
    }
  }

  /// A field that is owned.
  package struct Owned: Codable, Sendable, Equatable {}
}

/// Anything with `metadata`.
package protocol APIObject: Codable, Sendable {
  /// Its `metadata`.
  var metadata: ObjectMeta { get }
}

/// A condition of an object's status.
package struct Condition: Codable, Sendable, Equatable {
  /// `Ready`, `ScalingLimited` …
  package var type: String
  /// `True`, `False` or `Unknown`.
  package var status: String
  /// Why, in one word.
  package var reason: String?
  /// Why, in a sentence.
  package var message: String?
  /// When `status` last changed.
  package var lastTransitionTime: Timestamp?

  /// A condition from its parts.
  package init(
    type: String, status: String, reason: String? = nil, message: String? = nil,
    lastTransitionTime: Timestamp? = nil
  ) {
    self.type = type
    self.status = status
    self.reason = reason
    self.message = message
    self.lastTransitionTime = lastTransitionTime
  }

  /// Whether it holds.
  package var isTrue: Bool { status == "True" }
}

extension [Condition] {
  /// The condition of a type.
  package subscript(type: String) -> Condition? { first { $0.type == type } }
}
