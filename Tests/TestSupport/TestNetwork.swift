import Foundation

/// A hub and replicas, each on a network of its own, with links between that can be cut so that
/// packets vanish and nobody is told. Nothing of it touches the machine's own network; it takes root.
package final class TestNetwork: Sendable {
  /// What a replica is connected to the hub by, each over a link of its own.
  package enum Link: Int, CaseIterable, Sendable {
    /// What it asks: Prometheus.
    case sources
    /// Who asks it: KEDA.
    case callers
    /// The Kubernetes API server.
    case cluster

    /// The hub's address that replicas reach over this link only.
    package var hubAddress: String { "10.77.0.\(rawValue + 1)" }

    fileprivate func subnet(_ replica: Int) -> String { "10.77.\(10 * (rawValue + 1) + replica)" }
  }

  /// Why none can be made here; nil where one can.
  package static let obstacle: String? = {
    do {
      try TestNetwork(replicas: 1).remove()
      return nil
    } catch {
      return "no network namespaces can be made here: \(error)"
    }
  }()

  /// Where Prometheus, the API server and the callers are.
  package let hub: NetworkNamespace
  /// Where the scalers are.
  package let replicas: [NetworkNamespace]

  /// A network with so many replicas, every link up. Call `remove` at the end.
  package init(replicas count: Int) throws {
    let prefix = "keda-burst-scaler-test-\(UUID().uuidString.prefix(8))"
    hub = NetworkNamespace(name: "\(prefix)-hub")
    replicas = (0..<count).map { NetworkNamespace(name: "\(prefix)-\($0)") }
    var lines = ([hub] + replicas).flatMap {
      ["ip netns add \($0.name)", "ip -netns \($0.name) link set lo up"]
    }
    for link in Link.allCases {
      lines.append("ip -netns \(hub.name) address add \(link.hubAddress)/32 dev lo")
      for (index, replica) in replicas.enumerated() {
        lines += Self.connect(hub, replica, link, index)
      }
    }
    do {
      try Self.run(lines)
    } catch {
      try? remove()
      throw error
    }
  }

  /// The address at which callers find a replica.
  package func address(ofReplica index: Int) -> String { Link.callers.subnet(index) + ".2" }

  /// Cuts a replica's link or mends it. It is the far end, as seen from who waits for answers, that
  /// goes down: at the near one the system would say at once that there is no way.
  package func set(_ link: Link, ofReplica index: Int, up isUp: Bool) throws {
    let (namespace, device) =
      link == .callers ? (replicas[index], "\(link)") : (hub, "\(link)\(index)")
    try Self.run(["ip -netns \(namespace.name) link set \(device) \(isUp ? "up" : "down")"])
  }

  /// Removes the namespaces and with them their links.
  package func remove() throws {
    let made = ([hub] + replicas).filter {
      FileManager.default.fileExists(atPath: "/run/netns/\($0.name)")
    }
    try Self.run(made.map { "ip netns delete \($0.name)" })
  }

  /// Neighbours are written down: looking for one that is cut off would end with an error after 3 s.
  private static func connect(
    _ hub: NetworkNamespace, _ replica: NetworkNamespace, _ link: Link, _ index: Int
  ) -> [String] {
    let subnet = link.subnet(index)
    func hardware(_ end: Int) -> String { "02:00:00:0\(link.rawValue):0\(index):0\(end)" }
    let here = "ip -netns \(hub.name)"
    let there = "ip -netns \(replica.name)"
    var lines = [
      "\(here) link add \(link)\(index) address \(hardware(1)) type veth"
        + " peer name \(link) address \(hardware(2)) netns \(replica.name)"
    ]
    for (ip, device, own, other) in [(here, "\(link)\(index)", 1, 2), (there, "\(link)", 2, 1)] {
      lines += [
        "\(ip) address add \(subnet).\(own)/24 dev \(device)", "\(ip) link set \(device) up",
        "\(ip) neighbour replace \(subnet).\(other) lladdr \(hardware(other)) dev \(device)"
          + " nud permanent",
      ]
    }
    if link != .callers { lines.append("\(there) route add \(link.hubAddress) via \(subnet).1") }
    return lines
  }

  private static func run(_ lines: [String]) throws {
    let process = ChildProcess()
    let errors = Pipe()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-euc", "PATH=$PATH:/usr/sbin:/sbin\n" + lines.joined(separator: "\n")]
    process.standardError = errors
    try process.run()
    let words = String(
      decoding: errors.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw NetworkNamespace.Failure(
        description: words.trimmingCharacters(in: .whitespacesAndNewlines))
    }
  }
}
