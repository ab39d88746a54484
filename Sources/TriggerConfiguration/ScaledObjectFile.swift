/// What a YAML file with one or several Kubernetes documents says about ScaledObjects with an
/// external trigger: for `check`, which has only the file and no cluster.
package struct ScaledObjectFile: Sendable, Equatable {
  /// The ScaledObjects with an `external` or `external-push` trigger, in the order of the file.
  package var scaledObjects: [ScaledObjectManifest]
  /// The other documents, among them ScaledObjects without such a trigger.
  package var passedOver: [PassedOverDocument]
  /// Those of them that say something about the ScaledObjects.
  package var neighbours: [NeighbourManifest]

  /// What is wrong outside the ScaledObjects, in the order of the lines; each of them has its own.
  package var problems: [ManifestProblem]

  /// What a file's text holds, document by document: one that cannot be read is among the
  /// `problems`, and the others are read all the same.
  package static func reading(_ yaml: String) -> ScaledObjectFile {
    var reader = ManifestReader()
    reader.read(yaml)
    return ScaledObjectFile(
      scaledObjects: reader.scaledObjects, passedOver: reader.passedOver,
      neighbours: reader.neighbours, problems: reader.problems.sorted { $0.line < $1.line })
  }

  /// A file of which nothing could be read.
  package static func unreadable(_ explanation: String) -> ScaledObjectFile {
    ScaledObjectFile(
      scaledObjects: [], passedOver: [], neighbours: [],
      problems: [ManifestProblem(.unreadable, line: 0, explanation)])
  }

  /// Reads a file's text, all of it or nothing.
  /// - Throws: `ScaledObjectFileError` with every problem found, each with its line; a key that is
  ///   written twice beside the ScaledObjects is none.
  package init(yaml: String) throws(ScaledObjectFileError) {
    self = .reading(yaml)
    let found = (problems + scaledObjects.flatMap(\.problems)).filter { $0.kind != .keyTwice }
    guard found.isEmpty else {
      throw ScaledObjectFileError(problems: found.sorted { $0.line < $1.line })
    }
  }

  private init(
    scaledObjects: [ScaledObjectManifest], passedOver: [PassedOverDocument],
    neighbours: [NeighbourManifest], problems: [ManifestProblem]
  ) {
    self.scaledObjects = scaledObjects
    self.passedOver = passedOver
    self.neighbours = neighbours
    self.problems = problems
  }
}

/// A document that is no ScaledObject with an external trigger.
package struct PassedOverDocument: Sendable, Equatable {
  /// Its kind; empty where it has none.
  package var kind: String
  /// Its name; empty where it has none.
  package var name: String
  /// The line it starts at, from 1.
  package var line: Int

  /// A document by what it is and where it stands.
  package init(kind: String, name: String, line: Int) {
    self.kind = kind
    self.name = name
    self.line = line
  }
}

/// A ScaledObject as its author wrote it; `nil` where a field was not written.
package struct ScaledObjectManifest: Sendable, Equatable {
  /// `metadata.name`.
  package var name: String
  /// `metadata.namespace`.
  package var namespace: String?
  /// The line it starts at, from 1.
  package var line: Int
  /// `spec.scaleTargetRef.name`.
  package var scaleTargetName: String?
  /// `spec.scaleTargetRef.kind`; KEDA's default is Deployment.
  package var scaleTargetKind: String?
  /// `spec.pollingInterval` in seconds; KEDA's default is 30.
  package var pollingIntervalSeconds: Int?
  /// `spec.cooldownPeriod` in seconds; KEDA's default is 300.
  package var cooldownPeriodSeconds: Int?
  /// `spec.idleReplicaCount`.
  package var idleReplicaCount: Int?
  /// `spec.minReplicaCount`; KEDA's default is 0.
  package var minReplicaCount: Int?
  /// `spec.maxReplicaCount`; KEDA's default is 100.
  package var maxReplicaCount: Int?
  /// `spec.advanced.horizontalPodAutoscalerConfig.behavior`.
  package var behavior: HPABehavior?
  /// `spec.fallback`.
  package var fallback: FallbackManifest?
  /// Its external triggers; never empty.
  package var triggers: [TriggerManifest]
  /// The types of its other triggers, in their order.
  package var otherTriggerTypes: [String]
  /// The annotation that makes KEDA leave the target alone, where there is one.
  package var pausedBy: String?
  /// Whether `spec.advanced.scalingModifiers` has a formula, which replaces every trigger's value.
  package var hasScalingModifiers = false
  /// What the API server would refuse in it, or drop, in the order of the lines.
  package var problems: [ManifestProblem] = []
}

/// One `external` or `external-push` trigger.
package struct TriggerManifest: Sendable, Equatable {
  /// Its place among all triggers of the ScaledObject, from 0.
  package var index: Int
  /// `external` or `external-push`.
  package var type: String
  /// The trigger's own name.
  package var name: String?
  /// The map that `TriggerSpec` reads.
  package var metadata: [String: String]
  /// The line of each key of `metadata`, from 1.
  package var metadataLines: [String: Int]
  /// The line it starts at, from 1.
  package var line: Int
  /// `AverageValue` (KEDA's default) or `Value`.
  package var metricType: String?
  /// Whether the HPA gets the last poll's value.
  package var useCachedMetrics: Bool?
  /// `authenticationRef.name`.
  package var authenticationName: String?
}

/// `behavior` of a HorizontalPodAutoscaler.
package struct HPABehavior: Sendable, Equatable {
  /// The rules upward.
  package var scaleUp: HPAScalingRules?
  /// The rules downward.
  package var scaleDown: HPAScalingRules?
}

/// One direction of an HPA's behaviour; `nil` where not written.
package struct HPAScalingRules: Sendable, Equatable {
  /// For how long past recommendations are remembered.
  package var stabilizationWindowSeconds: Int?
  /// `Max`, `Min` or `Disabled`.
  package var selectPolicy: String?
  /// By how much the count may change.
  package var policies: [HPAScalingPolicy]
  /// The share within which a change is not followed (Kubernetes 1.35).
  package var tolerance: Double?
}

/// One policy of an HPA's scaling rules.
package struct HPAScalingPolicy: Sendable, Equatable {
  /// `Pods` or `Percent`.
  package var type: String
  /// Pods or percent per period.
  package var value: Int
  /// The period.
  package var periodSeconds: Int
}

/// A ScaledObject's `fallback`.
package struct FallbackManifest: Sendable, Equatable {
  /// Failures in a row after which it acts.
  package var failureThreshold: Int?
  /// The replicas it asks for.
  package var replicas: Int?
  /// `static`, `currentReplicas`, ….
  package var behavior: String?
}
