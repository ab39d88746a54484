import DecisionLoop
import MetricCollection
import PrometheusFormat
import ScalingEngine
import Testing
import TriggerConfiguration

@Suite struct ClusterReadingTests {
  private func built(
    _ metadata: [String: String], _ change: (inout ClusterReading) -> Void
  ) throws -> ObservationBuilder.Built {
    var reading = ClusterReading()
    change(&reading)
    let spec = try TriggerSpec(
      metadata: ["queueDepthQuery": "q", "queueDepthThreshold": "5"].merging(metadata) { $1 })
    return ObservationBuilder(spec: spec).build(
      TriggerQueries.Answers(triggers: [CollectedAnswer()]), at: .now, cluster: reading)
  }

  @Test func `The cluster's counts and cold start reach the engine, with what is odd`() throws {
    let built = try built([:]) {
      $0.currentReplicas = 5
      $0.readyReplicas = 3
      $0.coldStart = .init(p50: 42, p90: 70, count: 9)
      $0.remarks = ["odd"]
    }
    #expect(built.observation.currentReplicas == 5)
    #expect(built.observation.readyReplicas == 3)
    #expect(built.observation.coldStartSeconds == 42)
    #expect(built.remarks.contains("odd"))
  }

  @Test func `Room caps the hint only where the trigger says so, with what nodes may come`() throws
  {
    #expect(try built([:]) { $0.placeableReplicas = 4 }.observation.placeableReplicas == nil)
    let capped = ["capacityOf": "cluster"]
    #expect(try built(capped) { $0.placeableReplicas = 4 }.observation.placeableReplicas == 4)
    #expect(try built(capped) { _ in }.observation.placeableReplicas == nil)
    let grown = capped.merging(["autoscaled": "8"]) { $1 }
    #expect(try built(grown) { $0.placeableReplicas = 4 }.observation.placeableReplicas == 12)
  }
}
