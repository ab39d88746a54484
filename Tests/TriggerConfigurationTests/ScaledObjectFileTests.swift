import Testing
import TriggerConfiguration

@Suite struct ScaledObjectFileTests {
  private let manifest = """
    apiVersion: v1
    kind: Namespace
    metadata: {name: inference}
    ---
    apiVersion: keda.sh/v1alpha1
    kind: ScaledObject
    metadata: {name: llm-inference, namespace: inference}
    spec:
      scaleTargetRef: {name: llm-inference, kind: StatefulSet}
      pollingInterval: 1
      cooldownPeriod: 60
      idleReplicaCount: 0
      minReplicaCount: 2
      maxReplicaCount: 50
      fallback: {failureThreshold: 3, replicas: 6, behavior: currentReplicas}
      advanced:
        horizontalPodAutoscalerConfig:
          behavior:
            scaleUp:
              stabilizationWindowSeconds: 0
              tolerance: 50m
              policies:
                - {type: Percent, value: 900, periodSeconds: 15}
            scaleDown: {selectPolicy: Min}
      triggers:
        - type: cpu
          metadata: {value: "80"}
        - type: external-push
          name: gpu
          metricType: AverageValue
          useCachedMetrics: false
          metadata:
            scalerAddress: keda-burst-scaler.keda:6000
            queueDepthQuery: sum(queue_depth)
            queueDepthThreshold: "50"
            triggers: |
              - {name: gpu}
    --- # a comment
    kind: ScaledObject
    metadata: {name: other}
    spec: {triggers: [{type: prometheus, metadata: {}}]}
    """

  @Test func `A ScaledObject with an external trigger is read whole`() throws {
    let file = try ScaledObjectFile(yaml: manifest)
    #expect(file.scaledObjects.count == 1)
    let object = try #require(file.scaledObjects.first)
    #expect(object.name == "llm-inference")
    #expect(object.namespace == "inference")
    #expect(object.scaleTargetName == "llm-inference")
    #expect(object.scaleTargetKind == "StatefulSet")
    #expect(object.pollingIntervalSeconds == 1)
    #expect(object.cooldownPeriodSeconds == 60)
    #expect(object.idleReplicaCount == 0)
    #expect(object.minReplicaCount == 2)
    #expect(object.maxReplicaCount == 50)
    #expect(object.fallback?.replicas == 6)
    #expect(object.fallback?.failureThreshold == 3)
    #expect(object.fallback?.behavior == "currentReplicas")
    #expect(object.behavior?.scaleUp?.stabilizationWindowSeconds == 0)
    #expect(object.behavior?.scaleUp?.tolerance == 0.05)
    #expect(object.behavior?.scaleUp?.policies.map(\.value) == [900])
    #expect(object.behavior?.scaleDown?.selectPolicy == "Min")
    #expect(object.otherTriggerTypes == ["cpu"])
  }

  @Test func `Its trigger's metadata are kept with their lines`() throws {
    let trigger = try #require(
      try ScaledObjectFile(yaml: manifest).scaledObjects.first?.triggers[0])
    #expect(trigger.index == 1)
    #expect(trigger.type == "external-push")
    #expect(trigger.name == "gpu")
    #expect(trigger.metricType == "AverageValue")
    #expect(trigger.useCachedMetrics == false)
    #expect(
      trigger.metadata == [
        "scalerAddress": "keda-burst-scaler.keda:6000", "queueDepthQuery": "sum(queue_depth)",
        "queueDepthThreshold": "50", "triggers": "- {name: gpu}\n",
      ])
    #expect(trigger.metadataLines["queueDepthThreshold"] == 35)
    #expect(trigger.line == 28)
  }

  @Test func `Other documents are passed over and listed`() throws {
    #expect(
      try ScaledObjectFile(yaml: manifest).passedOver == [
        PassedOverDocument(kind: "Namespace", name: "inference", line: 1),
        PassedOverDocument(kind: "ScaledObject", name: "other", line: 39),
      ])
    #expect(try ScaledObjectFile(yaml: "").passedOver == [])
    #expect(try ScaledObjectFile(yaml: "---\n---\n").scaledObjects == [])
  }

  @Test func `A List's items and anchors are read as kubectl does`() throws {
    let file = try ScaledObjectFile(
      yaml: """
        kind: List
        items:
          - apiVersion: keda.sh/v1alpha1
            kind: ScaledObject
            metadata: {name: a}
            spec: {triggers: [{type: external, metadata: &m {queueDepthQuery: q}}]}
          - apiVersion: keda.sh/v1alpha1
            kind: ScaledObject
            metadata: {name: b}
            spec: {triggers: [{type: external, metadata: *m}]}
        """)
    #expect(file.scaledObjects.map(\.name) == ["a", "b"])
    #expect(file.scaledObjects[1].triggers[0].metadata == ["queueDepthQuery": "q"])
  }

  @Test(arguments: [
    (
      "kind: [",
      "line 2: the document is no YAML: did not find expected node content (line 2, column 1)"
    ),
    (
      "kind: ScaledObject\na: 1\na: 2",
      "line 2: the document is no YAML: \"a\" is written twice (line 2)"
    ),
    (
      String(repeating: "[", count: 5000),
      "line 1: the document is nested deeper than 1000 in line 1; write manifests as kubectl takes them"
    ),
  ])
  func `A file that is no YAML is refused with its line`(yaml: String, expected: String) {
    #expect {
      try ScaledObjectFile(yaml: yaml)
    } throws: { "\($0)" == expected }
  }

  @Test func `A document that cannot be read leaves the others to be read, with their own lines`() {
    let file = ScaledObjectFile.reading(
      """
      %YAML 1.1
      ---
      kind: Deployment
      metadata: {name: a, labels: {app: x, app: y}}
      ---
      kind: [
      ---
      {apiVersion: keda.sh/v1alpha1, kind: ScaledObject, metadata: {name: good},
      spec: {
        triggers: [{type: external, metadata: {queueDepthThreshold: 70, triggers: [{name: a}]}}]}}
      ---
      kind: List
      items: [{kind: ScaledObject, kind: ScaledObject}]
      ---
      \(String(repeating: "[", count: 5000))
      --- # the words alone do not make a ScaledObject
      kind: CustomResourceDefinition
      spec: {names: {kind: ScaledObject, kind: ScaledObject}}
      """)
    #expect(file.scaledObjects.map(\.name) == ["good"])
    #expect(file.scaledObjects.first?.line == 8)
    #expect(
      file.scaledObjects.first?.triggers.first?.metadata
        == ["queueDepthThreshold": "70", "triggers": "- name: a\n"])
    #expect(
      file.scaledObjects.first?.problems.map(\.line) == [10, 10],
      "\(file.scaledObjects.first?.problems ?? [])")
    #expect(
      file.problems.map { "\($0.kind) \($0.line)" } == [
        "keyTwice 4", "unreadable 7", "unreadable 13", "unreadable 14", "keyTwice 18",
      ], "\(file.problems)")
    #expect(file.problems.dropFirst().first?.explanation.contains("(line 7, column") == true)
  }

  @Test func `The README's manifest gives the README's spec`() throws {
    let yaml = """
      apiVersion: keda.sh/v1alpha1
      kind: ScaledObject
      metadata: {name: llm-inference, namespace: inference}
      spec:
        scaleTargetRef: {name: llm-inference}
        triggers:
          - type: external-push            # or external
            metadata:
              scalerAddress: keda-burst-scaler.keda.svc.cluster.local:6000   # a headless Service
              serverAddress: http://prometheus.monitoring:9090
              gpuUtilizationQuery: DCGM_FI_DEV_GPU_UTIL{pod=~"inference-.*"}
              gpuUtilizationThreshold: "70"
              queueDepthQuery: sum(queue_depth{service="llm-inference"})
              queueDepthThreshold: "50"
              coldStart: 60s
      """
    let object = try #require(try ScaledObjectFile(yaml: yaml).scaledObjects.first)
    #expect(object.triggers[0].metadata == readmeMetadata)
    #expect(object.minReplicaCount == nil)
  }
}
