extension HorizontalPodAutoscaler {
  /// One line of `behavior.scaleUp.policies` or `behavior.scaleDown.policies`.
  package struct Policy: Sendable, Equatable {
    /// What the amount counts.
    package enum Kind: Sendable { case pods, percent }
    /// Pods or percent.
    package var kind: Kind
    /// How many of them, above 0.
    package var amount: Int
    /// Within how long; Kubernetes takes 1 … 1800 s.
    package var periodSeconds: Double

    /// At most `pods` pods within `periodSeconds`.
    package static func pods(_ pods: Int, periodSeconds: Double) -> Policy {
      Policy(kind: .pods, amount: pods, periodSeconds: periodSeconds)
    }

    /// At most `percent` of the pods at the start of the period within `periodSeconds`.
    package static func percent(_ percent: Int, periodSeconds: Double) -> Policy {
      Policy(kind: .percent, amount: percent, periodSeconds: periodSeconds)
    }
  }

  /// Which policy of several decides.
  package enum SelectPolicy: String, Sendable {
    /// The one that allows the largest change.
    case max = "Max"
    /// The one that allows the smallest change.
    case min = "Min"
    /// No change in this direction at all.
    case disabled = "Disabled"
  }

  /// `behavior.scaleUp` or `behavior.scaleDown`.
  package struct ScalingRules: Sendable, Equatable {
    /// How long the gentler of past recommendations counts.
    package var stabilizationWindowSeconds: Double
    /// How several policies combine.
    package var selectPolicy = SelectPolicy.max
    /// The limits of change; without any, nothing may change in this direction.
    package var policies: [Policy]
    /// Relative distance from the target that is ignored (per HPA since Kubernetes 1.35).
    package var tolerance = 0.1

    /// Rules for one direction.
    package init(
      stabilizationWindowSeconds: Double, selectPolicy: SelectPolicy = .max, policies: [Policy],
      tolerance: Double = 0.1
    ) {
      self.stabilizationWindowSeconds = stabilizationWindowSeconds
      self.selectPolicy = selectPolicy
      self.policies = policies
      self.tolerance = tolerance
    }
  }

  /// `behavior` of an HPA.
  package struct Behavior: Sendable, Equatable {
    /// Rules on the way up.
    package var scaleUp: ScalingRules
    /// Rules on the way down.
    package var scaleDown: ScalingRules
    /// Whether any of it is written. An HPA without `behavior` is limited otherwise: up to twice
    /// the current count or 4 at each sync, and no event is remembered
    /// (`normalizeDesiredReplicas` in Kubernetes' controller).
    package var isWritten = true

    /// Rules for both directions.
    package init(scaleUp: ScalingRules, scaleDown: ScalingRules) {
      self.scaleUp = scaleUp
      self.scaleDown = scaleDown
    }

    /// No `behavior` at all: up to the larger of twice the current count and 4 at each sync, down
    /// to the highest recommendation of the last 300 s.
    package static let absent = {
      var behavior = filledIn
      behavior.isWritten = false
      return behavior
    }()

    /// What Kubernetes fills into a `behavior` where nothing is written: up by the larger of 4 pods
    /// and 100 % per 15 s at once, down by 100 % per 15 s to the highest recommendation of the last
    /// 300 s.
    package static let filledIn = Behavior(
      scaleUp: ScalingRules(
        stabilizationWindowSeconds: 0,
        policies: [.pods(4, periodSeconds: 15), .percent(100, periodSeconds: 15)]),
      scaleDown: ScalingRules(
        stabilizationWindowSeconds: 300, policies: [.percent(100, periodSeconds: 15)]))

    /// What a scaler that does its own holding needs: up by the larger of 50 pods and 900 % per
    /// 15 s, down at once, no stabilization.
    ///
    /// - Parameter tolerance: 0 needs Kubernetes 1.35.
    package static func recommended(tolerance: Double = 0.1) -> Behavior {
      Behavior(
        scaleUp: ScalingRules(
          stabilizationWindowSeconds: 0,
          policies: [.pods(50, periodSeconds: 15), .percent(900, periodSeconds: 15)],
          tolerance: tolerance),
        scaleDown: ScalingRules(
          stabilizationWindowSeconds: 0, policies: [.percent(100, periodSeconds: 15)],
          tolerance: tolerance))
    }
  }
}
