import DecisionLoop
import PrometheusFormat
import ScalingEngine
import Testing
import TriggerConfiguration

/// How a query's answer becomes what the engine is given.
@Suite struct SampleReadingTests {
  private func sample(_ labels: Labels, _ value: Double) -> Sample {
    Sample(labels: labels, value: value, timestampSeconds: 0)
  }

  private func read(
    _ samples: [Sample], kind: TriggerKind = .utilization, unit: MetricUnit? = nil,
    ignoreNullValues: Bool = false
  ) -> SampleReading {
    SampleReading(
      QueryAnswer(.vector(samples)),
      source: TriggerSource(
        name: "t", kind: kind, query: "q", unit: unit, ignoreNullValues: ignoreNullValues))
  }

  @Test func `A replica's utilization is the mean of its GPUs, and replicas add up`() {
    let reading = read([
      sample(["gpu": "0", "pod": "a"], 100), sample(["gpu": "1", "pod": "a"], 50),
      sample(["gpu": "0", "pod": "b"], 25),
    ])
    #expect(reading.reading == .perReplica(sum: 1, replicas: 2))
    #expect(reading.distinctReplicas == 2)
  }

  @Test func `exported_pod and pod_name tell replicas apart where there is no pod`() {
    #expect(
      read([sample(["exported_pod": "a"], 70), sample(["pod_name": "b"], 70)]).reading
        == .perReplica(sum: 1.4, replicas: 2))
  }

  @Test func `One series without a replica's label is an average`() {
    #expect(read([sample(["job": "dcgm"], 70)]).reading == .average(0.7))
    #expect(read([sample([:], 0.7)], unit: .ratio).reading == .average(0.7))
  }

  @Test func `Queue depth is the sum of all its series and tells the replicas`() {
    let reading = read([sample(["pod": "a"], 3), sample(["pod": "b"], 4)], kind: .queueDepth)
    #expect(reading.reading == .total(7))
    #expect(reading.distinctReplicas == 2)
  }

  @Test func `An empty answer is unknown, and 0 only where the user wrote so`() {
    #expect(read([], kind: .queueDepth).reading == .unknown)
    #expect(read([], kind: .queueDepth).remark != nil)
    #expect(read([], kind: .queueDepth, ignoreNullValues: true).reading == .total(0))
  }

  @Test func `A value below 0 is remarked on in the metric's own unit, for nobody can use it`() {
    let remark =
      "its value is -50.0, which no demand can be; mend the query, or write clamp_min(…, 0) "
      + "around it"
    #expect(read([sample([:], -50)], kind: .queueDepth).remark == remark)
    #expect(read([sample([:], -50)]).remark == remark)
    #expect(read([sample(["pod": "a"], -80), sample(["pod": "b"], 30)]).remark == remark)
    #expect(
      read([sample(["pod": "a"], -1), sample(["pod": "b"], 3)], kind: .queueDepth).remark == nil)
  }

  @Test(arguments: [Double.nan, .infinity, -.infinity])
  func `NaN and infinities are unknown, and 0 only where the user wrote so`(value: Double) {
    let samples = [sample(["pod": "a"], 3), sample(["pod": "b"], value)]
    #expect(read(samples, kind: .queueDepth).reading == .unknown)
    #expect(read(samples, kind: .queueDepth, ignoreNullValues: true).reading == .total(3))
  }

  @Test func `A scalar is a total`() {
    let reading = SampleReading(
      QueryAnswer(.scalar(Point(timestampSeconds: 0, value: 12))),
      source: TriggerSource(name: "t", kind: .gauge, query: "q"))
    #expect(reading.reading == .total(12))
  }
}
