import Foundation
import TestSupport

/// Two scalers on networks of their own, and a hub with the queue they ask for and the callers.
struct PartitionedSite {
  let network: TestNetwork
  let queue: ScrapedQueue
  /// The Kubernetes API server, where they were started with one.
  let cluster: FakeCluster?
  let scalers: [ScalerProcess]

  /// Makes one whose queue is 500 long, runs `body` in the hub's network, and removes all of it.
  ///
  /// - Parameter inCluster: whether the scalers are given an API server, and may write there.
  static func with(
    inCluster: Bool = false, _ body: (PartitionedSite) async throws -> Void
  ) async throws {
    let network = try TestNetwork(replicas: 2)
    defer { try? network.remove() }
    try await network.hub.inside {
      let queue = try await ScrapedQueue(500, host: TestNetwork.Link.sources.hubAddress)
      defer { queue.remove() }
      let cluster =
        inCluster
        ? try FakeCluster(["--ready-after", "0.5"], host: TestNetwork.Link.cluster.hubAddress) : nil
      defer { cluster?.stop() }
      var scalers: [ScalerProcess] = []
      defer { for one in scalers { one.kill() } }
      for (index, replica) in network.replicas.enumerated() {
        let arguments = ["--grpc-listen", "\(network.address(ofReplica: index)):0"]
        let one = try await replica.inside {
          guard let cluster else {
            return try await ScalerProcess(["--prometheus", queue.prometheus.address] + arguments)
          }
          return try await cluster.scaler(fedBy: queue.prometheus, arguments)
        }
        scalers.append(one)
      }
      try await body(
        PartitionedSite(
          network: network, queue: queue, cluster: cluster, scalers: scalers))
    }
  }

  /// A client of one scaler that says each round; whoever starts it ends it.
  func watch(_ index: Int, _ metadata: String) throws -> LineProcess {
    try FaultTests.watch(scalers[index].address, metadata, seconds: 280, ["--every"])
  }

  /// The first sample of a metric on a scaler's admin port, asked in its own network.
  func metric(_ name: String, of index: Int) async throws -> Double? {
    guard let port = UInt16(scalers[index].adminAddress.split(separator: ":").last ?? "") else {
      return nil
    }
    let page = try await network.replicas[index].inside {
      try await LoopbackSocket.get(port: port, target: "/metrics")
    }
    let line = page.split(whereSeparator: \.isNewline).first {
      $0.hasPrefix(name + "{") || $0.hasPrefix(name + " ")
    }
    return line?.split(separator: " ").last.flatMap { Double($0) }
  }

  /// Unix time.
  static var now: Double { Date.now.timeIntervalSince1970 }

  /// What a client was told last.
  static func last(_ client: LineProcess) -> String? { FaultTests.told(client).last?.value }

  /// The numbers that a client was told after an instant, each once, in the order of the first.
  static func numbers(_ client: LineProcess, after seconds: Double = 0) -> [String] {
    told(client, after: seconds).filter { Double($0) != nil }
  }

  /// What else it was told: codes.
  static func errors(_ client: LineProcess, after seconds: Double = 0) -> [String] {
    told(client, after: seconds).filter { Double($0) == nil }
  }

  private static func told(_ client: LineProcess, after seconds: Double) -> [String] {
    var told: [String] = []
    for one in FaultTests.told(client) where one.seconds > seconds && !told.contains(one.value) {
      told.append(one.value)
    }
    return told
  }
}
