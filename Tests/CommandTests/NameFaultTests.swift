import Foundation
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
}
