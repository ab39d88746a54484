/// KEDA's ScaledObject, as far as it is looked at (`keda.sh/v1alpha1`).
package struct ScaledObject: APIObject, Equatable {
  /// Name and annotations.
  package var metadata: ObjectMeta
  /// What the user wrote.
  package var spec: Spec
  /// What KEDA made of it.
  package var status: Status?

  /// A ScaledObject that KEDA has made nothing of yet.
  package init(metadata: ObjectMeta, spec: Spec, status: Status? = nil) {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }

  /// What the user wrote.
  package struct Spec: Codable, Sendable, Equatable {
    /// What is scaled.
    package var scaleTargetRef: TargetReference
    /// Lower bound; 0 where it is not written.
    package var minReplicaCount: Int?
    /// Upper bound; 100 where it is not written.
    package var maxReplicaCount: Int?
    /// Replicas while nothing is active.
    package var idleReplicaCount: Int?
    /// How KEDA is to write the HPA.
    package var advanced: Advanced?
    /// What KEDA asks about.
    package var triggers: [Trigger]?

    /// A spec that scales a workload.
    package init(
      scaleTargetRef: TargetReference, minReplicaCount: Int? = nil, maxReplicaCount: Int? = nil,
      triggers: [Trigger]? = nil
    ) {
      self.scaleTargetRef = scaleTargetRef
      self.minReplicaCount = minReplicaCount
      self.maxReplicaCount = maxReplicaCount
      self.triggers = triggers
    }
  }

  /// One thing that KEDA asks about.
  package struct Trigger: Codable, Sendable, Equatable {
    /// Which of KEDA's scalers it is for; `external` and `external-push` are ours.
    package var type: String?
    /// What the scaler is told.
    package var metadata: [String: String]?

    /// A trigger from its parts.
    package init(type: String, metadata: [String: String]) {
      self.type = type
      self.metadata = metadata
    }
  }

  /// The workload.
  package struct TargetReference: Codable, Sendable, Equatable {
    /// Its name.
    package var name: String
    /// `Deployment` where it is not written.
    package var kind: String?
    /// `apps/v1` where it is not written.
    package var apiVersion: String?

    /// A reference from its parts.
    package init(name: String, kind: String? = nil, apiVersion: String? = nil) {
      self.name = name
      self.kind = kind
      self.apiVersion = apiVersion
    }
  }

  /// How KEDA is to write the HPA.
  package struct Advanced: Codable, Sendable, Equatable {
    /// The HPA's own fields.
    package var horizontalPodAutoscalerConfig: HPAConfig?

    /// The HPA's own fields.
    package struct HPAConfig: Codable, Sendable, Equatable {
      /// Its name, where the user gives it.
      package var name: String?
    }
  }

  /// What KEDA made of it.
  package struct Status: Codable, Sendable, Equatable {
    /// The HPA that KEDA keeps for it.
    package var hpaName: String?
    /// `Ready`, `Active`, `Fallback`, `Paused`.
    package var conditions: [Condition]?

    /// A status from its parts.
    package init(hpaName: String? = nil, conditions: [Condition]? = nil) {
      self.hpaName = hpaName
      self.conditions = conditions
    }
  }

  /// Lower bound of the replicas.
  package var minReplicas: Int { spec.minReplicaCount ?? 0 }
  /// Upper bound of the replicas.
  package var maxReplicas: Int { spec.maxReplicaCount ?? 100 }

  /// The HPA's name: as KEDA says, as the user says, or as KEDA makes it.
  package var hpaName: String {
    status?.hpaName ?? spec.advanced?.horizontalPodAutoscalerConfig?.name
      ?? "keda-hpa-\(metadata.name)"
  }

  /// Whether one of its external triggers has exactly this metadata.
  ///
  /// KEDA sends a trigger's `metadata` whole, `scalerAddress` included, and adds nothing to it:
  /// what a TriggerAuthentication gives stays with KEDA. Only keys that end in `FromEnv` go out
  /// with a value of the workload's environment, which is not looked up here: they match nothing
  /// (kedacore/keda `pkg/scalers/external_scaler.go`, parseExternalScalerMetadata).
  package func hasExternalTrigger(_ metadata: [String: String]) -> Bool {
    (spec.triggers ?? []).contains { trigger in
      (trigger.type == "external" || trigger.type == "external-push")
        && trigger.metadata ?? [:] == metadata
    }
  }

  /// Why it may not be scaled up: the annotation or condition that pauses it; nil where none does.
  package var pause: String? {
    let annotations = metadata.annotations ?? [:]
    for name in ["paused", "paused-scale-out"] where annotations[Self.prefix + name] == "true" {
      return "the annotation \(Self.prefix)\(name)"
    }
    if annotations[Self.prefix + "paused-replicas"] != nil {
      return "the annotation \(Self.prefix)paused-replicas"
    }
    return status?.conditions?["Paused"]?.isTrue == true ? "its condition Paused" : nil
  }

  private static let prefix = "autoscaling.keda.sh/"
}
