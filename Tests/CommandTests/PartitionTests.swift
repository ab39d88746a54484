import Foundation
import TestSupport
import Testing

/// One of two replicas is cut off: packets vanish, no connection is ever refused or reset.
@Suite(
  .serialized, .timeLimit(.minutes(5)),
  .enabled(if: TestNetwork.obstacle == nil, "\(TestNetwork.obstacle ?? "")"))
struct PartitionTests {
  private typealias Site = PartitionedSite

  private static func trigger(onStale: String) -> String {
    """
    {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
     "staleAfter": "3s", "onStale": "\(onStale)", "stableWindow": "15s", "scaleDownDelay": "10s"}
    """
  }

  @Test func `Cut off from Prometheus it errs or holds as its trigger says, the other goes on`()
    async throws
  {
    try await Site.with { site in
      let (failing, holding) = (
        [
          try site.watch(0, Self.trigger(onStale: "error")),
          try site.watch(1, Self.trigger(onStale: "error")),
        ],
        [
          try site.watch(0, Self.trigger(onStale: "hold")),
          try site.watch(1, Self.trigger(onStale: "hold")),
        ]
      )
      let all = failing + holding
      defer { for one in all { one.kill() } }
      try await eventually(within: .seconds(30)) { all.allSatisfy { Site.last($0) == "10" } }
      try await site.queue.hold(500, scrapes: 4)
      try site.network.set(.sources, ofReplica: 0, up: false)
      let cut = Site.now
      // A burst that the cut-off replica cannot know of.
      site.queue.set(1500)
      try await eventually(within: .seconds(60)) {
        Site.last(failing[0]) == "UNAVAILABLE" && Site.last(failing[1]) == "30"
          && Site.last(holding[1]) == "30"
      }
      let stale = try #require(
        FaultTests.told(failing[0]).first { $0.seconds > cut && $0.value == "UNAVAILABLE" })
      print("cut off: an error \(stale.seconds - cut) s later, with a staleAfter of 3 s")
      // Now that values are too old, many more answers.
      let asked = all.map { FaultTests.told($0).count }
      try await eventually(within: .seconds(30)) {
        zip(all, asked).allSatisfy { FaultTests.told($0).count > $1 + 50 }
      }
      let healed = Site.now
      #expect(Site.numbers(failing[0], after: stale.seconds) == [])
      #expect(Site.numbers(failing[0], after: cut).allSatisfy { $0 == "10" })
      #expect(Site.numbers(holding[0], after: cut) == ["10"])
      for one in [failing[1], holding[0], holding[1]] {
        #expect(Site.errors(one, after: cut) == [])
      }
      try site.network.set(.sources, ofReplica: 0, up: true)
      try await eventually(within: .seconds(60)) { all.allSatisfy { Site.last($0) == "30" } }
      print("healed: both agree after \(Site.now - healed) s")
      #expect(Site.numbers(failing[0], after: stale.seconds) == ["30"])
      #expect(Site.numbers(holding[0], after: cut) == ["10", "30"])
      let agreed = Site.now
      try await site.queue.hold(1500, scrapes: 5)
      for one in all {
        #expect(Site.numbers(one, after: agreed) == ["30"])
        #expect(Site.errors(one, after: agreed) == [])
      }
      for one in site.scalers { #expect(try await one.terminate().exitCode == 0) }
    }
  }

  @Test func `Cut off from its callers it goes on deciding, and lets their streams go`()
    async throws
  {
    let streams = "keda_burst_scaler_grpc_open_streams"
    let desired = "keda_burst_scaler_desired_replicas"
    try await Site.with { site in
      let trigger = Self.trigger(onStale: "error")
      let clients = [try site.watch(0, trigger), try site.watch(1, trigger)]
      // Calls and an open stream, which is opened again when it ends.
      let streaming = try InteropProgram.python(
        "rolling.py",
        ["--address", site.scalers[0].address, "--metadata", trigger, "--seconds", "280"])
      defer { for one in clients + [streaming] { one.kill() } }
      try await eventually(within: .seconds(30)) {
        let open = try await site.metric(streams, of: 0)
        return clients.allSatisfy { Site.last($0) == "10" } && open == 1
      }
      try await site.queue.hold(500, scrapes: 4)
      try site.network.set(.callers, ofReplica: 0, up: false)
      let cut = Site.now
      site.queue.set(1500)
      try await eventually(within: .seconds(60)) {
        let ofCut = try await site.metric(desired, of: 0)
        return Site.last(clients[1]) == "30" && ofCut == 30
      }
      #expect(Site.errors(clients[1], after: cut) == [])
      // Nobody told it that they are gone.
      try await eventually(within: .seconds(150)) { try await site.metric(streams, of: 0) == 0 }
      print("the stream of a caller that vanished was let go after \(Site.now - cut) s")
      #expect(Site.numbers(clients[0], after: cut).allSatisfy { $0 == "10" })
      #expect(Site.last(clients[0]).flatMap { Double($0) } == nil)
      let healed = Site.now
      try site.network.set(.callers, ofReplica: 0, up: true)
      let new = try site.watch(0, trigger)
      defer { new.kill() }
      try await eventually(within: .seconds(60)) { Site.last(new) == "30" }
      print("healed: a new caller has the other's number after \(Site.now - healed) s")
      #expect(Site.numbers(new) == ["30"])
      // The old callers find it again, the stream too.
      try await eventually(within: .seconds(120)) {
        let open = try await site.metric(streams, of: 0)
        return Site.last(clients[0]) == "30" && open == 1
      }
      print("the old callers are there again after \(Site.now - healed) s")
      #expect(Site.numbers(clients[0], after: healed) == ["30"])
      for one in site.scalers { #expect(try await one.terminate().exitCode == 0) }
    }
  }
}
