/// A Deployment or StatefulSet, as far as it is looked at (`apps/v1`).
package struct Workload: APIObject, Equatable {
  /// Name, and who wrote `spec.replicas`.
  package var metadata: ObjectMeta
  /// What is wanted.
  package var spec: Spec
  /// What is there.
  package var status: Status?

  /// A workload of so many replicas of nothing.
  package init(metadata: ObjectMeta, replicas: Int) {
    self.metadata = metadata
    spec = Spec(
      replicas: replicas, selector: LabelSelector(),
      template: Template(spec: PodSpec(containers: [])))
  }

  /// What is wanted.
  package struct Spec: Codable, Sendable, Equatable {
    /// Replicas asked for; 1 where it is not written.
    package var replicas: Int?
    /// Which pods are its own.
    package var selector: LabelSelector
    /// What a replica is.
    package var template: Template
  }

  /// What a replica is.
  package struct Template: Codable, Sendable, Equatable {
    /// Its labels.
    package var metadata: Labels?
    /// What it asks for.
    package var spec: PodSpec
  }

  /// The labels of a template.
  package struct Labels: Codable, Sendable, Equatable {
    /// By name.
    package var labels: [String: String]?
  }

  /// What is there.
  package struct Status: Codable, Sendable, Equatable {
    /// Replicas in any state.
    package var replicas: Int?
    /// Replicas able to serve; not written means none.
    package var readyReplicas: Int?
  }

  /// Replicas asked for.
  package var currentReplicas: Int { spec.replicas ?? 1 }
  /// Replicas able to serve.
  package var readyReplicas: Int { status?.readyReplicas ?? 0 }

  /// Who wrote `spec.replicas` last; nil where the API server does not say.
  package var replicasOwner: ManagedFieldsEntry? {
    (metadata.managedFields ?? []).filter { $0.fieldsV1?.spec?.replicas != nil }
      .max { ($0.time ?? .distantPast) < ($1.time ?? .distantPast) }
  }
}

extension Timestamp {
  /// Before everything.
  package static let distantPast = Timestamp(unixSeconds: 0)
}

/// The `/scale` subresource (`autoscaling/v1`).
package struct Scale: APIObject, Equatable {
  /// Names the target and its resourceVersion.
  package var metadata: ObjectMeta
  /// What is asked for.
  package var spec: Spec?
  /// What is there.
  package var status: Status?

  /// What is asked for.
  package struct Spec: Codable, Sendable, Equatable {
    /// Replicas; not written means none.
    package var replicas: Int?
  }

  /// What is there.
  package struct Status: Codable, Sendable, Equatable {
    /// Replicas in any state.
    package var replicas: Int
    /// Which pods are its own, as text.
    package var selector: String?
  }

  /// Replicas asked for.
  package var currentReplicas: Int { spec?.replicas ?? 0 }
}
