import Foundation
import TestSupport
import Testing

/// The replica that writes scale targets loses the Kubernetes API server, and nothing else.
@Suite(
  .serialized, .timeLimit(.minutes(4)),
  .enabled(if: TestNetwork.obstacle == nil, "\(TestNetwork.obstacle ?? "")"))
struct PartitionedLeaderTests {
  private typealias Site = PartitionedSite

  private static let leads = "keda_burst_scaler_cluster_leader"
  private static let trigger = """
    {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
     "stableWindow": "15s", "scaleDownDelay": "60s", "directScaleUp": "true",
     "scalerAddress": "scaler.keda:4317"}
    """

  private static func writes(_ scaler: ScalerProcess) -> Int {
    scaler.log.count { $0.contains("replicas written") }
  }

  @Test func `A leader cut off stops before the other writes, and what it sent changes nothing`()
    async throws
  {
    try await Site.with(inCluster: true) { site in
      let cluster = try #require(site.cluster)
      try await cluster.addWorkload(metadata: Self.trigger)
      site.queue.set(60)
      let clients = try site.scalers.map { try cluster.watch($0, metadata: Self.trigger) }
      defer { for one in clients { one.kill() } }
      try await eventually(within: .seconds(60)) {
        let leaders = try await Self.leaders(of: site)
        return clients.allSatisfy { $0.output.last == "2" } && leaders.contains(1)
      }
      let leader = try #require(try await Self.leaders(of: site).firstIndex(of: 1))
      let other = 1 - leader
      try site.network.set(.cluster, ofReplica: leader, up: false)
      let cut = Site.now
      // It still leads, knows of the burst, and sends its write to where nothing arrives.
      site.queue.set(1000)
      try await eventually(within: .seconds(90)) {
        let otherLeads = try await site.metric(Self.leads, of: other) == 1
        // Asked in this order: once the other leads, it must have stopped before.
        let leads = try await site.metric(Self.leads, of: leader) == 1
        #expect(!(otherLeads && leads))
        return try await cluster.replicas() == 20
      }
      print("the other wrote \(Site.now - cut) s after the leader was cut off")
      try await eventually(within: .seconds(30)) {
        let log = site.scalers[leader].log
        return log.contains { $0.contains("leads no more") }
          && log.contains { $0.contains("replicas could not be written") }
      }
      site.queue.set(2000)
      try await eventually(within: .seconds(30)) { try await cluster.replicas() == 40 }
      try await Self.heal(leader, site, cluster)
      #expect(try await cluster.replicas() == 40)
      site.queue.set(2400)
      try await eventually(within: .seconds(30)) {
        let replicas = try await cluster.replicas()
        return replicas == 48 && clients.allSatisfy { $0.output.last == "48" }
      }
      #expect(try await Self.leaders(of: site)[leader] == 0)
      #expect(Self.writes(site.scalers[leader]) == 0)
      #expect(Self.writes(site.scalers[other]) == 3)
      for one in site.scalers { #expect(try await one.terminate().exitCode == 0) }
    }
  }

  /// Mends the link, and waits until the cut-off one follows the cluster and has sent all it had.
  private static func heal(_ leader: Int, _ site: Site, _ cluster: FakeCluster) async throws {
    let healed = Site.now
    try site.network.set(.cluster, ofReplica: leader, up: true)
    try await eventually(within: .seconds(60)) {
      let isTold = try await site.metric("keda_burst_scaler_cluster_troubles", of: leader) == 0
      let renewals = try await cluster.requests().count {
        $0.verb == "update" && $0.resource == "leases" && $0.at > healed
      }
      return isTold && renewals >= 3
    }
    // The system sends now what it could not send then, for a process that has given up long ago:
    // 20, of a version that is gone.
    try await eventually(within: .seconds(90)) {
      try isAllSent(by: site.scalers[leader])
    }
    let late = try await cluster.requests().count { $0.verb == "patch" && $0.at > healed }
    print("healed: \(late) writes of before arrived")
  }

  /// Whether the system has nothing left to send for connections that the process has closed
  /// (proc_pid_net(5): `tcp`, states FIN_WAIT1 and LAST_ACK).
  private static func isAllSent(by scaler: ScalerProcess) throws -> Bool {
    let table = try String(
      contentsOfFile: "/proc/\(scaler.process.processIdentifier)/net/tcp", encoding: .utf8)
    let states = table.split(separator: "\n").dropFirst().compactMap {
      $0.split(separator: " ").dropFirst(3).first
    }
    return !states.contains { ["04", "09"].contains($0) }
  }

  private static func leaders(of site: Site) async throws -> [Double] {
    var found: [Double] = []
    for index in site.scalers.indices {
      found.append(try await site.metric(Self.leads, of: index) ?? 0)
    }
    return found
  }
}
