import Testing

@testable import ScalingEngine

/// What a queue asks for.
@Suite struct BacklogDrainTests {
  private let constants = SharedConstants.inForce

  /// 240 requests, or `waiting`, wait on full replicas that serve 2 a second each, beside a demand of 5 replicas;
  /// `ready` serve, and a queue is to be drained within 12 s.
  private func need(
    ready: Int, currentReplicas: Int?, waiting: Double = 240, policy: ScalingPolicy? = nil
  ) -> BacklogDrain.Need {
    var capacity = LearnedCapacity(constants)
    var load = FleetLoad()
    for second in 0..<120 {
      load.readyReplicas = 4
      load.running = 40
      load.arrivalRate = 12
      load.waiting = 4 * Double(second)
      capacity.learn(load, leadSeconds: 72, atSeconds: Double(second))
    }
    load.waiting = waiting
    var pipeline = ReplicaPipeline()
    pipeline.record(current: ready, ready: ready, atSeconds: 120)
    return BacklogDrain(constants).need(
      load, demand: 5, capacity: capacity, pipeline: pipeline,
      policy: policy ?? ScalingPolicy(triggers: []),
      coldStartSeconds: 62, currentReplicas: currentReplicas, atSeconds: 120)
  }

  @Test func `What is there to drain a queue is kept until it has`() {
    // In a lead time 30 replicas drain it, and no more are needed then; now it needs 120 ÷ 12 more.
    let need = need(ready: 30, currentReplicas: 30)
    #expect(need.more == 0)
    #expect((15...16).contains(need.staying))
  }

  @Test func `No more than there are is kept, and nothing where that is not known`() {
    #expect(need(ready: 9, currentReplicas: 9).staying == 9)
    #expect(need(ready: 9, currentReplicas: nil).staying == 0)
  }

  @Test func `A replica for each request that waits is the most that helps`() {
    // 7 more requests a second than 4 replicas serve, for 72 s; but only 3 wait.
    #expect(need(ready: 2, currentReplicas: 2, waiting: 3).more == 3)
  }

  @Test func `Work that will be left when new replicas serve asks for more`() {
    // 120 replica-seconds, and 4.25 − 2 more each second for 72 s: 282 in 12 s.
    #expect(abs(need(ready: 2, currentReplicas: 2).more - 23.5) < 0.5)
  }
}
