import TriggerConfiguration

/// Traps in the ScaledObject's counts and times: what KEDA itself does with them.
struct CountTraps {
  let manifest: ScaledObjectManifest

  /// KEDA's default where nothing is written.
  private var minimum: Int { manifest.minReplicaCount ?? 0 }
  private var canSleep: Bool { minimum == 0 || manifest.idleReplicaCount != nil }
  private var pollingSeconds: Int { manifest.pollingIntervalSeconds ?? 30 }

  var findings: [Finding] {
    bounds + fallback + waking + times + paused
  }

  private func finding(_ trap: Trap, _ message: String, remedy: String = "") -> Finding {
    Finding(trap, line: manifest.line, message, remedy: remedy)
  }

  private var bounds: [Finding] {
    var findings: [Finding] = []
    if let maximum = manifest.maxReplicaCount, minimum > maximum {
      findings.append(
        finding(
          .replicaBounds, "minReplicaCount \(minimum) is above maxReplicaCount \(maximum)",
          remedy: "maxReplicaCount: \(minimum)"))
    }
    if let idle = manifest.idleReplicaCount, idle >= max(1, minimum) || idle > 0 {
      findings.append(
        finding(
          .replicaBounds,
          "idleReplicaCount is \(idle), but the HPA cannot be stopped anywhere but at 0, and it has "
            + "to be below minReplicaCount",
          remedy: "idleReplicaCount: 0\nminReplicaCount: \(max(1, minimum))"))
    } else if manifest.idleReplicaCount == 0, minimum == 0 {
      findings.append(
        finding(
          .replicaBounds,
          "idleReplicaCount 0 has to be below minReplicaCount, which is "
            + (manifest.minReplicaCount == nil ? "0 where it is not written" : "0"),
          remedy: "minReplicaCount: 1"))
    }
    if manifest.maxReplicaCount == nil {
      findings.append(
        finding(
          .maximumMissing,
          "maxReplicaCount is not written, and KEDA's default is 100: is there room for 100 "
            + "replicas?",
          remedy: "maxReplicaCount: 50"))
    }
    return findings
  }

  private var fallback: [Finding] {
    let replicas = max(1, minimum)
    guard let fallback = manifest.fallback else {
      return [
        finding(
          .fallbackMissing, "without fallback, replicas freeze while no metric can be given",
          remedy: "fallback: {failureThreshold: 3, replicas: \(replicas), "
            + "behavior: currentReplicasIfHigher}")
      ]
    }
    guard ["static", nil].contains(fallback.behavior) else { return [] }
    let written = fallback.replicas ?? replicas
    return [
      finding(
        .fallbackShrinks,
        "an outage of Prometheus sets the target to \(written) replicas, however many the load has "
          + "called for",
        remedy: "fallback: {failureThreshold: \(fallback.failureThreshold ?? 3), "
          + "replicas: \(written), behavior: currentReplicasIfHigher}")
    ]
  }

  private var waking: [Finding] {
    var findings: [Finding] = []
    let isPushed = manifest.triggers.contains { $0.type == "external-push" }
    if canSleep, !isPushed, pollingSeconds > 5 {
      let isDefault = manifest.pollingIntervalSeconds == nil ? ", KEDA's default" : ""
      findings.append(
        finding(
          .slowWake,
          "waking from zero waits for KEDA's next poll, up to \(pollingSeconds) s (pollingInterval"
            + "\(isDefault)); a pushed trigger wakes within a tenth of a second",
          remedy: "type: external-push"))
    }
    if minimum == 0, manifest.idleReplicaCount == nil {
      findings.append(
        finding(
          .wakesOne,
          "from zero KEDA wakes one replica, and the rest waits for the HPA's next look, up to 15 s "
            + "later; with an idle count KEDA goes from 0 to minReplicaCount in one step",
          remedy: "idleReplicaCount: 0\nminReplicaCount: 2"))
    }
    return findings
  }

  private var times: [Finding] {
    var findings: [Finding] = []
    if !canSleep, manifest.fallback == nil, let seconds = manifest.pollingIntervalSeconds,
      seconds < 15
    {
      findings.append(
        finding(
          .pollingInterval,
          "pollingInterval: \(seconds) has no effect: the HPA looks every 15 s whatever it says, and "
            + "the scaler collects every second; it sets how soon a sleeping target wakes and a "
            + "fallback acts, and there is neither"))
    }
    if !canSleep, manifest.cooldownPeriodSeconds != nil {
      findings.append(
        finding(
          .cooldownPeriod,
          "cooldownPeriod has no effect: it is the time before going to zero, and minReplicaCount "
            + "is \(minimum); scaleDownDelay in the trigger metadata sets how long lower demand "
            + "must last"))
    }
    return findings
  }

  private var paused: [Finding] {
    guard let annotation = manifest.pausedBy else { return [] }
    return [
      finding(
        .paused, "the annotation \(annotation) makes KEDA leave the target alone",
        remedy: "kubectl annotate scaledobject \(manifest.name) \(annotation)-")
    ]
  }
}
