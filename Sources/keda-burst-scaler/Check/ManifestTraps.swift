import TriggerConfiguration

/// Traps in what stands around the trigger: what KEDA and the HPA make of a ScaledObject.
struct ManifestTraps {
  let manifest: ScaledObjectManifest

  var findings: [Finding] {
    behaviorFindings + triggerFindings + countFindings
  }

  private var behaviorFindings: [Finding] {
    var findings: [Finding] = []
    let scaleUp = manifest.behavior?.scaleUp
    if scaleUp.map({ $0.policies.isEmpty }) ?? true {
      findings.append(
        warning(
          "the HPA's default scale-up policy (+4 replicas or +100 % per 15 s) throttles a burst to "
            + "several steps",
          remedy: Self.recommendedScaleUp))
    } else if let scaleUp, scaleUp.policies.allSatisfy({ $0.type == "Percent" && $0.value < 300 }) {
      findings.append(
        warning(
          "scaleUp allows at most +\(scaleUp.policies.map(\.value).max() ?? 0) % per period, which "
            + "throttles a burst to several steps",
          remedy: Self.recommendedScaleUp))
    }
    if let window = scaleUp?.stabilizationWindowSeconds, window > 0 {
      findings.append(
        warning(
          "scaleUp.stabilizationWindowSeconds is \(window): every burst waits that long",
          remedy: "scaleUp: {stabilizationWindowSeconds: 0}"))
    }
    if manifest.behavior?.scaleDown?.stabilizationWindowSeconds != 0 {
      findings.append(
        warning(
          "scale-down is stabilized twice: the hint does its own holding, and the HPA's window "
            + "(default 300 s) on top costs GPU-hours",
          remedy: Self.recommendedScaleDown))
    }
    return findings
  }

  private var triggerFindings: [Finding] {
    var findings: [Finding] = []
    if manifest.triggers.count > 1 {
      findings.append(
        warning(
          "\(manifest.triggers.count) external triggers of one ScaledObject are decided apart, and "
            + "the HPA takes the largest; one trigger with a list decides on all signals together",
          remedy: "one trigger with metadata: {triggers: '[…]'}"))
    }
    for trigger in manifest.triggers {
      if trigger.useCachedMetrics == true {
        findings.append(
          warning(
            "useCachedMetrics: true makes the HPA see the last poll's value, up to pollingInterval "
              + "old, instead of the newest",
            remedy: "useCachedMetrics: false", line: trigger.line))
      }
      if trigger.metricType == "Value" {
        findings.append(
          Finding(
            severity: .error, line: trigger.line,
            message:
              "metricType: Value multiplies the hint by the ready replicas at every HPA sync, "
              + "so that it compounds",
            remedy: "metricType: AverageValue"))
      }
      findings += addressFindings(trigger)
    }
    return findings
  }

  private func addressFindings(_ trigger: TriggerManifest) -> [Finding] {
    guard let address = trigger.metadata["scalerAddress"] else {
      return [
        Finding(
          severity: .error, line: trigger.line, message: "scalerAddress is missing",
          remedy: "scalerAddress: keda-burst-scaler.keda.svc.cluster.local:6000")
      ]
    }
    let host = address.prefix { $0 != ":" }
    guard host.allSatisfy({ $0.isNumber || $0 == "." }) else { return [] }
    return [
      warning(
        "scalerAddress is an IP address: KEDA would send every call to one replica of the scaler, or "
          + "to none after a restart; name the headless Service",
        remedy: "scalerAddress: keda-burst-scaler.keda.svc.cluster.local:6000",
        line: trigger.metadataLines["scalerAddress"] ?? trigger.line)
    ]
  }

  private var countFindings: [Finding] {
    var findings: [Finding] = []
    if let maximum = manifest.maxReplicaCount, let minimum = manifest.minReplicaCount,
      minimum > maximum
    {
      findings.append(
        Finding(
          severity: .error, line: manifest.line,
          message: "minReplicaCount \(minimum) is above maxReplicaCount \(maximum)"))
    }
    if manifest.fallback == nil {
      findings.append(
        warning(
          "without fallback, replicas freeze while no metric can be given",
          remedy: "fallback: {failureThreshold: 3, replicas: …, behavior: currentReplicasIfHigher}")
      )
    }
    return findings
  }

  private func warning(_ message: String, remedy: String, line: Int? = nil) -> Finding {
    Finding(
      severity: .warning, line: line ?? manifest.line, message: message, remedy: remedy)
  }

  /// The behaviour that lets a burst through in one step.
  static let recommendedScaleUp = """
    advanced:
      horizontalPodAutoscalerConfig:
        behavior:
          scaleUp:
            stabilizationWindowSeconds: 0
            policies:
              - {type: Percent, value: 900, periodSeconds: 15}
              - {type: Pods, value: 50, periodSeconds: 15}
            selectPolicy: Max
    """

  /// The behaviour that leaves holding to the hint.
  static let recommendedScaleDown = """
    advanced:
      horizontalPodAutoscalerConfig:
        behavior:
          scaleDown:
            stabilizationWindowSeconds: 0
            policies:
              - {type: Percent, value: 100, periodSeconds: 15}
    """
}
