/// An HPA, as far as it is looked at (`autoscaling/v2`).
package struct HorizontalPodAutoscaler: APIObject, Equatable {
  /// Its name.
  package var metadata: ObjectMeta
  /// What is wanted of it.
  package var spec: Spec
  /// What it found.
  package var status: Status?

  /// An HPA that has found nothing yet.
  package init(metadata: ObjectMeta, spec: Spec, status: Status? = nil) {
    self.metadata = metadata
    self.spec = spec
    self.status = status
  }

  /// What is wanted of it.
  package struct Spec: Codable, Sendable, Equatable {
    /// Lower bound; 1 where it is not written.
    package var minReplicas: Int?
    /// Upper bound.
    package var maxReplicas: Int
    /// How fast it may go.
    package var behavior: Behavior?

    /// Bounds and rules.
    package init(minReplicas: Int? = nil, maxReplicas: Int, behavior: Behavior? = nil) {
      self.minReplicas = minReplicas
      self.maxReplicas = maxReplicas
      self.behavior = behavior
    }
  }

  /// How fast it may go.
  package struct Behavior: Codable, Sendable, Equatable {
    /// Upwards.
    package var scaleUp: Rules?
    /// Downwards.
    package var scaleDown: Rules?

    /// Rules for both directions.
    package init(scaleUp: Rules? = nil, scaleDown: Rules? = nil) {
      self.scaleUp = scaleUp
      self.scaleDown = scaleDown
    }
  }

  /// How fast it may go in one direction.
  package struct Rules: Codable, Sendable, Equatable {
    /// Past recommendations that are looked at.
    package var stabilizationWindowSeconds: Int?
    /// `Max`, `Min` or `Disabled`.
    package var selectPolicy: String?
    /// The limits.
    package var policies: [Policy]?

    /// Rules from their parts.
    package init(
      stabilizationWindowSeconds: Int? = nil, selectPolicy: String? = nil, policies: [Policy]? = nil
    ) {
      self.stabilizationWindowSeconds = stabilizationWindowSeconds
      self.selectPolicy = selectPolicy
      self.policies = policies
    }
  }

  /// One limit.
  package struct Policy: Codable, Sendable, Equatable {
    /// `Pods` or `Percent`.
    package var type: String
    /// How many, or how many percent …
    package var value: Int
    /// … within so many seconds.
    package var periodSeconds: Int

    /// A limit from its parts.
    package init(type: String, value: Int, periodSeconds: Int) {
      self.type = type
      self.value = value
      self.periodSeconds = periodSeconds
    }
  }

  /// What it found.
  package struct Status: Codable, Sendable, Equatable {
    /// Replicas as it last saw them.
    package var currentReplicas: Int?
    /// Replicas it last asked for.
    package var desiredReplicas: Int?
    /// `AbleToScale`, `ScalingActive`, `ScalingLimited`.
    package var conditions: [Condition]?

    /// A status from its parts.
    package init(
      currentReplicas: Int? = nil, desiredReplicas: Int? = nil, conditions: [Condition]? = nil
    ) {
      self.currentReplicas = currentReplicas
      self.desiredReplicas = desiredReplicas
      self.conditions = conditions
    }
  }

  /// Whether it wants more than its upper bound.
  package var isAtLimit: Bool {
    guard let limited = status?.conditions?["ScalingLimited"] else { return false }
    return limited.isTrue && limited.reason == "TooManyReplicas"
  }

  /// Whether its behavior forbids every scale-up.
  package var forbidsScaleUp: Bool { spec.behavior?.scaleUp?.selectPolicy == "Disabled" }

  /// How many replicas its scale-up rules let it reach from `current` at one sync; nil is any
  /// number.
  ///
  /// The API server writes the defaults out: with 4 pods and 100 % per 15 s, 2 may become 6 and 10
  /// become 20 (`Max`). Kubernetes: pkg/controller/podautoscaler/horizontal.go,
  /// calculateScaleUpLimitWithScalingRules.
  package func scaleUpLimit(from current: Int) -> Int? {
    guard let rules = spec.behavior?.scaleUp, let policies = rules.policies else {
      return max(current + 4, current * 2)
    }
    guard rules.selectPolicy != "Disabled" else { return current }
    let limits = policies.map { policy in
      policy.type == "Percent"
        ? Int((Double(current) * (1 + Double(policy.value) / 100)).rounded(.up))
        : current + policy.value
    }
    return rules.selectPolicy == "Min" ? limits.min() : limits.max()
  }
}
