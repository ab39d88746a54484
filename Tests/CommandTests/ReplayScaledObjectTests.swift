import Testing

/// `replay -f`: what of a ScaledObject is played, and what is said to be left out.
@Suite struct ReplayScaledObjectTests {
  private static func manifest(
    type: String = "external", metricType: String = "", metadata: String = "", spec: String = "",
    other: String = "", annotations: String = "{}"
  ) -> String {
    """
    apiVersion: keda.sh/v1alpha1
    kind: ScaledObject
    metadata:
      name: llm
      annotations: \(annotations)
    spec:
      scaleTargetRef: {name: llm}
      \(spec)
      triggers:
        - type: \(type)
          \(metricType)
          metadata:
            scalerAddress: burst:9090
            queueDepthQuery: queue_depth
            concurrencyQuery: running
            \(metadata)
        \(other)
    """
  }

  private func run(_ manifest: String, _ arguments: [String]) throws -> ReplayRun {
    let folder = try ReplayFolder()
    try folder.write("so.yaml", manifest)
    return try ReplayRun(["-f", "so.yaml"] + arguments, in: folder)
  }

  private static let onOff = [
    "--load", "onoff,on=200,off=400,duration=2400", "--seed", "5", "--compare", "engine",
    "--compare", "keda-queue=5",
  ]

  @Test func `a push wakes the workload for the engine, not for KEDA's own triggers`() throws {
    let polled = try run(Self.manifest(), Self.onOff)
    let pushed = try run(Self.manifest(type: "external-push"), Self.onOff)
    #expect(polled.exitCode == 0, "\(polled.errors)")
    #expect(polled.row("engine") != pushed.row("engine"))
    #expect(polled.row("keda-queue=5") == pushed.row("keda-queue=5"))
  }

  @Test func `directScaleUp is played, with its limit`() throws {
    let step = ["--load", "step,duration=1500", "--compare", "engine"]
    let through = try run(Self.manifest(spec: "minReplicaCount: 1"), step)
    let direct = try run(
      Self.manifest(metadata: "directScaleUp: \"true\"", spec: "minReplicaCount: 1"), step)
    let limited = try run(
      Self.manifest(
        metadata: "directScaleUp: \"true\"\n        directScaleUpLimit: \"1\"",
        spec: "minReplicaCount: 1"), step)
    #expect(direct.output.contains("and scaled up directly\n"), "\(direct.errors)")
    #expect(Set([through, direct, limited].map { $0.row("engine") }).count == 3)
  }

  @Test func `what is not played is said`() throws {
    let short = ["--load", "constant,rate=1,duration=5m"]
    let run = try run(
      Self.manifest(
        spec: "advanced: {scalingModifiers: {formula: llm * 2, target: \"1\"}}",
        other: "- {type: cron, metadata: {timezone: UTC}}",
        annotations: "{autoscaling.keda.sh/paused: \"true\"}"), short)
    #expect(run.exitCode == 0, "\(run.errors)")
    #expect(run.output.contains("note     llm is paused by autoscaling.keda.sh/paused"))
    #expect(run.output.contains("note     scalingModifiers are not played"))
    #expect(run.output.contains("note     its other triggers (cron) are not played"))
    let value = try self.run(Self.manifest(metricType: "metricType: Value"), short)
    #expect(value.exitCode == 1)
    #expect(value.errors.contains("write metricType: AverageValue"))
  }
}
