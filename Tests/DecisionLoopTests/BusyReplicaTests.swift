import PrometheusFormat
import ScalingEngine
import Testing
import TriggerConfiguration

@testable import DecisionLoop
@testable import MetricCollection

/// Replicas behind a name that are too busy to answer, from their pages to the decision.
struct BusyReplicaTests {
  @Test func `Replicas that fall silent in an overload are not taken for idle ones`() throws {
    let spec = try TriggerSpec(metadata: [
      "triggers": "- {preset: vllm-queue-depth, threshold: 5, endpoints: 'dns://a:80'}",
      "maxReplicas": "50", "forecast": "off",
    ])
    let queries = try TriggerQueries(spec, namespace: "n", sources: .unrestricted)
    let start = ContinuousClock.now
    var now = start
    var group = ScrapeGroup(
      plan: queries.scrapes, timeout: .milliseconds(900), staleAfter: spec.policy.staleAfter,
      now: now, onRound: { _ in })
    var name = ResolvedName(nextDue: now)
    name.take(.success((1...5).map { "10.0.0.\($0)" }), host: "a", now: now)
    var decider = ReplicaDecider(policy: spec.policy)
    let page = [
      ExpositionSample(
        name: "vllm:num_requests_waiting", labels: [], value: 20, timestampSeconds: nil)
    ]
    for second in 0..<180 {
      now = start + .seconds(second)
      group.follow(["a": name])
      for (index, address) in group.begin().enumerated() {
        let isBusy = second >= 10 && index < 3
        _ = group.finish(
          address, isBusy ? .failure(CollectionFailure(.timeout, "silent")) : .success(page),
          now: now)
      }
      let round = group.close(["a": name], now: now)
      let built = ObservationBuilder(spec: spec).build(queries.answers([], scraped: round), at: now)
      let decision = try decider.decide(built.observation, atSeconds: Double(second)).get()
      #expect(decision.desiredReplicas >= 20, "second \(second)")
      if second == 100 {
        #expect(decision.reasons.contains { $0.code == .partlyKnown })
      }
    }
  }
}
