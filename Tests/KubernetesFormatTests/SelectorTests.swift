import KubernetesFormat
import Testing

@Suite("Selectors, taints and what an HPA allows")
struct SelectorTests {
  private func requirement(_ key: String, _ op: String, _ values: [String] = []) -> LabelSelector {
    LabelSelector(
      matchExpressions: [SelectorRequirement(key: key, operator: op, values: values)])
  }

  @Test("each operator holds where the documentation says")
  func operators() {
    let labels = ["gpu": "a100", "count": "8"]
    #expect(requirement("gpu", "In", ["h100", "a100"]).matches(labels))
    #expect(!requirement("gpu", "NotIn", ["a100"]).matches(labels))
    #expect(requirement("zone", "NotIn", ["a"]).matches(labels))
    #expect(requirement("gpu", "Exists").matches(labels))
    #expect(!requirement("zone", "Exists").matches(labels))
    #expect(requirement("zone", "DoesNotExist").matches(labels))
    #expect(requirement("count", "Gt", ["7"]).matches(labels))
    #expect(!requirement("count", "Lt", ["8"]).matches(labels))
    #expect(!requirement("gpu", "Gt", ["7"]).matches(labels))
    #expect(!requirement("gpu", "Like", ["a"]).matches(labels))
    #expect(LabelSelector().matches([:]))
  }

  @Test("a toleration bears the taints that the documentation says")
  func tolerations() {
    let taint = Taint(key: "nvidia.com/gpu", value: "present", effect: "NoSchedule")
    #expect(Toleration(key: "nvidia.com/gpu", operator: "Exists").bears(taint))
    #expect(Toleration(operator: "Exists").bears(taint))
    #expect(Toleration(key: "nvidia.com/gpu", value: "present").bears(taint))
    #expect(!Toleration(key: "nvidia.com/gpu", operator: "Equal", value: "x").bears(taint))
    #expect(
      !Toleration(key: "nvidia.com/gpu", operator: "Exists", effect: "NoExecute").bears(taint))
    #expect(!Toleration().bears(taint))
  }

  @Test("the HPA's default rules let 2 become 6 and 10 become 20 at one sync")
  func defaultScaleUp() {
    var hpa = HorizontalPodAutoscaler(
      metadata: ObjectMeta(name: "h"), spec: .init(maxReplicas: 50))
    #expect(hpa.scaleUpLimit(from: 2) == 6)
    #expect(hpa.scaleUpLimit(from: 10) == 20)
    hpa.spec.behavior = .init(
      scaleUp: .init(
        selectPolicy: "Min",
        policies: [
          .init(type: "Pods", value: 4, periodSeconds: 15),
          .init(type: "Percent", value: 900, periodSeconds: 15),
        ]))
    #expect(hpa.scaleUpLimit(from: 2) == 6)
    hpa.spec.behavior?.scaleUp?.selectPolicy = "Max"
    #expect(hpa.scaleUpLimit(from: 2) == 20)
    #expect(!hpa.forbidsScaleUp)
    hpa.spec.behavior?.scaleUp?.selectPolicy = "Disabled"
    #expect(hpa.scaleUpLimit(from: 2) == 2)
    #expect(hpa.forbidsScaleUp)
  }

  @Test("a ScaledObject is paused by an annotation or by its condition")
  func pauses() {
    var object = ScaledObject(
      metadata: ObjectMeta(name: "llm"), spec: .init(scaleTargetRef: .init(name: "llm")))
    #expect(object.pause == nil)
    #expect(object.hpaName == "keda-hpa-llm")
    #expect(object.maxReplicas == 100)
    for (name, value) in [
      ("paused", "true"), ("paused-replicas", "4"), ("paused-scale-out", "true"),
    ] {
      object.metadata.annotations = ["autoscaling.keda.sh/\(name)": value]
      #expect(object.pause == "the annotation autoscaling.keda.sh/\(name)")
    }
    object.metadata.annotations = ["autoscaling.keda.sh/paused": "false"]
    #expect(object.pause == nil)
    object.status = .init(conditions: [Condition(type: "Paused", status: "True")])
    #expect(object.pause == "its condition Paused")
  }
}
