import Foundation
import Glibc
import Synchronization
import TestSupport
import Testing

/// The cluster's DNS as the scaler's process sees it: its own `/etc/hosts` and a resolver that
/// nobody is, in a mount namespace.
@Suite(.serialized, .timeLimit(.minutes(3))) struct NameFaultTests {
  /// Whether this process may make mount namespaces: root may, in most containers nobody.
  private static let canMount: Bool = {
    let process = ChildProcess()
    process.executableURL = URL(fileURLWithPath: "/bin/bash")
    process.arguments = ["-c", "unshare --mount mount --bind /etc/hosts /etc/hosts 2>/dev/null"]
    guard (try? process.run()) != nil else { return false }
    process.waitUntilExit()
    return process.terminationStatus == 0
  }()

  private static let known = "127.0.0.1 localhost prometheus.test\n"
  private static let unknown = "127.0.0.1 localhost\n"

  @Test(.enabled(if: canMount, "mount namespaces cannot be made here"))
  func `A name that DNS no longer knows is said, is never a number, and is found again`()
    async throws
  {
    // Each request has to find the name anew.
    let server = try ScriptedHTTPServer { _, connection in
      connection.answer(text: SourceServers.answer(100))
      connection.end()
    }
    defer { server.stop() }
    let files = try SourceServers.Files()
    let hosts = try files.write("hosts", Self.unknown)
    let ports = try ScalerProcess.freePorts()
    let scaler = try await ScalerProcess.start(
      shell: """
        exec unshare --mount bash -c 'set -euo pipefail; mount --bind "$HOSTS" /etc/hosts
          mount --bind "$RESOLVER" /etc/resolv.conf; exec "$@"' scaler "$@"
        """, ports: ports, ["--prometheus", "http://prometheus.test:\(server.port)"],
      environment: [
        "HOSTS": hosts, "RESOLVER": try files.write("resolver", "nameserver 127.0.0.1\n"),
      ])
    defer { scaler.kill() }
    let trigger = """
      {"queueDepthQuery": "q", "queueDepthThreshold": "50", "forecast": "off",
       "staleAfter": "3s"}
      """
    let client = try FaultTests.watch("127.0.0.1:\(ports.grpc)", trigger, seconds: 120)
    defer { client.kill() }
    func told() -> [String] { FaultTests.told(client).map(\.value) }
    func said() -> Int {
      scaler.errors.count { $0.contains("cannot resolve the host of http://prometheus.test") }
    }
    try await eventually(within: .seconds(30)) { told().last == "UNAVAILABLE" && said() > 0 }
    let first = said()
    _ = try files.write("hosts", Self.known)
    try await eventually(within: .seconds(30)) { told().last == "2" }
    _ = try files.write("hosts", Self.unknown)
    try await eventually(within: .seconds(30)) { told().last == "UNAVAILABLE" && said() > first }
    _ = try files.write("hosts", Self.known)
    try await eventually(within: .seconds(30)) { told().last == "2" }
    // A line for each change.
    #expect(told() == ["UNAVAILABLE", "2", "UNAVAILABLE", "2"])
    scaler.askToEnd()
    #expect(try await scaler.exitCode(within: .seconds(30)) == 0)
  }

  /// A name server that takes questions and answers none, for as long as it is kept.
  private final class SilentNameServer: Sendable {
    static let address = "127.0.0.77"
    private let descriptor: Int32

    init() throws {
      descriptor = socket(AF_INET, Int32(SOCK_DGRAM.rawValue), 0)
      var yes: Int32 = 1
      // Another run of these tests may be silent there, too.
      setsockopt(
        descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
      var place = sockaddr_in()
      place.sin_family = sa_family_t(AF_INET)
      place.sin_port = in_port_t(53).bigEndian
      inet_pton(AF_INET, Self.address, &place.sin_addr)
      let code = withUnsafePointer(to: &place) { place in
        place.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      guard code == 0 else {
        close(descriptor)
        throw SourceServers.Failure(description: "no port 53: \(errno)")
      }
    }

    deinit { close(descriptor) }
  }

  @Test(.enabled(if: canMount, "mount namespaces cannot be made here"))
  func `A name that name servers are silent about holds up nobody else's queries`() async throws {
    let silence = try SilentNameServer()
    let asked = Mutex(0)
    let server = try ScriptedHTTPServer { _, connection in
      asked.withLock { $0 += 1 }
      connection.answer(text: SourceServers.answer(100))
    }
    defer { server.stop() }
    let files = try SourceServers.Files()
    let ports = try ScalerProcess.freePorts()
    let scaler = try await ScalerProcess.start(
      shell: """
        exec unshare --mount bash -c 'set -euo pipefail
          mount --bind "$RESOLVER" /etc/resolv.conf; exec "$@"' scaler "$@"
        """, ports: ports, ["--prometheus", server.address],
      environment: [
        "RESOLVER": try files.write("resolver", "nameserver \(SilentNameServer.address)\n")
      ])
    defer { scaler.kill() }
    func trigger(_ more: String) -> String {
      """
      {"queueDepthQuery": "q", "queueDepthThreshold": "50", "forecast": "off",
       "staleAfter": "3s"\(more)}
      """
    }
    let good = try FaultTests.watch("127.0.0.1:\(ports.grpc)", trigger(""), seconds: 120)
    defer { good.kill() }
    func told() -> [String] { FaultTests.told(good).map(\.value) }
    try await eventually(within: .seconds(30)) { told().last == "2" }
    let before = told()
    let bad = try FaultTests.watch(
      "127.0.0.1:\(ports.grpc)", trigger(#", "serverAddress": "http://silent.test:9090""#),
      seconds: 120)
    defer { bad.kill() }
    try await eventually(within: .seconds(30)) {
      scaler.errors.contains { $0.contains("cannot resolve the host of http://silent.test:9090") }
    }
    // The resolver waits ten seconds for an answer.
    let first = asked.withLock { $0 }
    try await eventually(within: .seconds(60)) { asked.withLock { $0 } >= first + 15 }
    #expect(told() == before)
    scaler.askToEnd()
    #expect(try await scaler.exitCode(within: .seconds(30)) == 0)
    withExtendedLifetime(silence) {}
  }
}
