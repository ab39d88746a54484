package import KubernetesClient
package import KubernetesFormat

/// Everything that is known of one ScaledObject at one instant.
package struct TargetView: Sendable, Equatable {
  /// The ScaledObject.
  package var object: ScaledObject
  /// What it scales; nil where that cannot be told.
  package var workload: Workload?
  /// Its HPA; nil where there is none, or it cannot be told.
  package var hpa: HorizontalPodAutoscaler?
  /// Whether no HPA means that there is none.
  package var isHPAKnown: Bool
  /// What cannot be told, one sentence each.
  package var remarks: [String]

  /// A view from its parts.
  package init(
    object: ScaledObject, workload: Workload?, hpa: HorizontalPodAutoscaler?,
    isHPAKnown: Bool = true, remarks: [String] = []
  ) {
    self.object = object
    self.workload = workload
    self.hpa = hpa
    self.isHPAKnown = isHPAKnown
    self.remarks = remarks
  }

  /// What the API server says now, asked once.
  ///
  /// - Throws: where the ScaledObject cannot be had; what else cannot is a remark.
  package init(of key: ObjectKey, from api: KubernetesAPI) async throws(KubernetesFailure) {
    self.init(object: try await api.get(.scaledObjects, key), workload: nil, hpa: nil)
    let target = object.spec.scaleTargetRef
    do throws(KubernetesFailure) {
      if ["Deployment", "StatefulSet"].contains(target.kind ?? "Deployment") {
        workload = try await api.get(
          resource, ObjectKey(namespace: key.namespace, name: target.name))
      }
      hpa = try await api.get(
        .horizontalPodAutoscalers, ObjectKey(namespace: key.namespace, name: object.hpaName))
    } catch {
      isHPAKnown = hpa != nil
      remarks.append("\(error)")
    }
  }

  /// Most replicas that both KEDA and the HPA allow.
  package var maxReplicas: Int { min(object.maxReplicas, hpa?.spec.maxReplicas ?? .max) }
}

extension TargetView {
  /// What keeps a burst from being followed at once, and other traps, one sentence each.
  package var warnings: [String] {
    var warnings: [String] = []
    if let pause = object.pause {
      warnings.append("the ScaledObject is paused by \(pause): nothing is scaled up")
    }
    if let hpa {
      warnings += hpaWarnings(hpa)
    }
    for type in ["Ready", "Fallback"] {
      guard let condition = object.status?.conditions?[type] else { continue }
      if condition.isTrue == (type == "Fallback") {
        let words = condition.message ?? condition.reason ?? "no reason given"
        warnings.append("KEDA says \(type) is \(condition.status): \(words.prefix(80))")
      }
    }
    if let owner = workload?.replicasOwner, !owner.isAutoscaler {
      warnings.append(
        "\"\(owner.name)\" wrote spec.replicas last; a tool that writes it takes back every "
          + "scale-up: leave replicas out of what it applies")
    }
    return warnings
  }

  private func hpaWarnings(_ hpa: HorizontalPodAutoscaler) -> [String] {
    var warnings: [String] = []
    let current = max(1, workload?.currentReplicas ?? hpa.status?.currentReplicas ?? 1)
    if hpa.forbidsScaleUp {
      warnings.append("the HPA's behavior.scaleUp.selectPolicy is Disabled: it never scales up")
    } else if let reach = hpa.scaleUpLimit(from: current), reach < maxReplicas {
      let period = hpa.spec.behavior?.scaleUp?.policies?.map(\.periodSeconds).max() ?? 15
      warnings.append(
        "the HPA lets \(current) become at most \(reach) within \(period) s; for one jump to "
          + "\(maxReplicas) write a scaleUp policy of 900 % or more in 15 s (docs/cluster.md)")
    }
    if let window = hpa.spec.behavior?.scaleUp?.stabilizationWindowSeconds, window > 0 {
      warnings.append("the HPA waits \(window) s before it scales up; write 0")
    }
    if hpa.isAtLimit {
      warnings.append("the HPA wants more than its maxReplicas of \(hpa.spec.maxReplicas)")
    }
    for type in ["AbleToScale", "ScalingActive"] {
      if let condition = hpa.status?.conditions?[type], condition.status == "False",
        condition.reason != "ScalingDisabled"
      {
        let words = condition.message ?? condition.reason ?? "no reason given"
        warnings.append("the HPA says \(type) is False: \(words.prefix(80))")
      }
    }
    return warnings
  }
}

extension ManagedFieldsEntry {
  /// Who that is, for people.
  package var name: String { String((manager ?? "somebody").prefix(80)) }

  /// Whether it is a program whose business replicas are: the HPA, KEDA, or we.
  package var isAutoscaler: Bool {
    guard let manager else { return false }
    return manager == "kube-controller-manager" || manager == "keda-burst-scaler"
      || manager == "keda" || manager.hasPrefix("keda-operator")
  }
}
