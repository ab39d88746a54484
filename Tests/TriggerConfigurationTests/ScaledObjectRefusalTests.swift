import Testing
import TriggerConfiguration

/// What the API server refuses in a ScaledObject, or drops without a word.
@Suite struct ScaledObjectRefusalTests {
  @Test func `What Kubernetes would refuse is reported with its line, all at once`() {
    let yaml = """
      apiVersion: keda.k8s.io/v1alpha1
      kind: ScaledObject
      metadata: {namespace: x}
      spec:
        minReplicaCount: two
        triggers:
          - type: external
            metadata:
              queueDepthThreshold: 50
              ignoreNullValues: true
              triggers: [{name: a}]
      """
    #expect {
      try ScaledObjectFile(yaml: yaml)
    } throws: { error in
      "\(error)" == """
        line 1: apiVersion is "keda.k8s.io/v1alpha1"; write apiVersion: keda.sh/v1alpha1
        line 1: metadata.name is missing; give the ScaledObject a name
        line 5: spec.minReplicaCount is "two"; use a whole number of 0 or more
        line 9: spec.triggers[0].metadata.queueDepthThreshold is 50 without quotes, but KEDA takes \
        strings only; write "50" in quotes
        line 10: spec.triggers[0].metadata.ignoreNullValues is true without quotes, but KEDA takes \
        strings only; write "true" in quotes
        line 11: spec.triggers[0].metadata.triggers holds a list or a map, but KEDA takes strings \
        only; write "triggers: |"
        """
    }
  }

  @Test func `A number or truth value in quotes is refused, and still says what was meant`() throws
  {
    let object = try #require(
      ScaledObjectFile.reading(
        """
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: {name: llm}
        spec:
          pollingInterval: "5"
          maxReplicaCount: '50'
          fallback: {failureThreshold: "3", replicas: "2"}
          triggers: [{type: external, useCachedMetrics: "true", metadata: {queueDepthQuery: q}}]
        """
      ).scaledObjects.first)
    #expect(
      object.problems.map { "\($0)" } == [
        "line 5: spec.pollingInterval is \"5\" in quotes, but no string belongs here; write 5 "
          + "without quotes",
        "line 6: spec.maxReplicaCount is \"50\" in quotes, but no string belongs here; write 50 "
          + "without quotes",
        "line 7: spec.fallback.failureThreshold is \"3\" in quotes, but no string belongs here; "
          + "write 3 without quotes",
        "line 7: spec.fallback.replicas is \"2\" in quotes, but no string belongs here; write 2 "
          + "without quotes",
        "line 8: spec.triggers[0].useCachedMetrics is \"true\" in quotes, but no string belongs "
          + "here; write true without quotes",
      ])
    #expect(object.maxReplicaCount == 50)
    #expect(object.fallback?.replicas == 2)
    #expect(object.triggers[0].useCachedMetrics == true)
  }

  @Test func `A fallback without a key it needs, or with a word nobody knows, is refused`() throws {
    func problems(_ fallback: String) -> [String] {
      let file = ScaledObjectFile.reading(
        """
        kind: ScaledObject
        metadata: {name: llm}
        spec: {fallback: \(fallback), triggers: [{type: external, metadata: {}}]}
        """)
      return file.scaledObjects.flatMap { $0.problems.map { "\($0)" } }
    }
    let version = "line 1: apiVersion is missing; write apiVersion: keda.sh/v1alpha1"
    #expect(problems("{failureThreshold: 3, replicas: 2}") == [version])
    #expect(
      problems("{replicas: 2, behavior: currentReplica}") == [
        version,
        "line 3: spec.fallback.failureThreshold is missing; write for example failureThreshold: 3",
        "line 3: spec.fallback.behavior is \"currentReplica\"; use static, currentReplicas, "
          + "currentReplicasIfHigher, currentReplicasIfLower",
      ])
  }

  @Test func `A misspelled key is refused with the one that was meant, and a strange one is not`() {
    let yaml = """
      apiVersion: keda.sh/v1alpha1
      kind: ScaledObject
      metadata: {name: llm}
      spec:
        pollingIntervall: 1
        maxReplicacount: 50
        keyOfANewerVersion: 1
        scaleTargetRef: {nam: llm}
        fallback: {failureTreshold: 3, replicas: 6}
        advanced:
          horizontalPodAutoscalerConfig:
            behavior:
              scaleUp: {stabilisationWindowSeconds: 0}
        triggers:
          - type: external
            useCachedMetric: true
            metadata: {queueDepthQuery: q}
      """
    #expect {
      try ScaledObjectFile(yaml: yaml)
    } throws: { error in
      let place = "spec.advanced.horizontalPodAutoscalerConfig.behavior.scaleUp"
      let expected = [
        (5, "spec.pollingIntervall", "pollingInterval"),
        (6, "spec.maxReplicacount", "maxReplicaCount"),
        (8, "spec.scaleTargetRef.nam", "name"),
        (9, "spec.fallback.failureTreshold", "failureThreshold"),
        (13, place + ".stabilisationWindowSeconds", "stabilizationWindowSeconds"),
        (16, "spec.triggers[0].useCachedMetric", "useCachedMetrics"),
      ].map { "line \($0): \($1) is not a key of a ScaledObject; did you mean \"\($2)\"?" }
      return "\(error)" == expected.joined(separator: "\n")
    }
  }
}
