import CurlClient
import Foundation
import TestSupport
import Testing

/// Real TLS: the server's certificate is renewed by another authority.
@Suite("A renewed authority", .timeLimit(.minutes(2)))
struct RenewedAuthorityTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID())")

  init() throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  private func path(_ name: String) -> String { directory.appending(path: name).path }

  private func openssl(_ arguments: [String]) async throws {
    let process = try LineProcess("/usr/bin/openssl", arguments)
    #expect(try await process.exitCode() == 0, "\(process.errors)")
  }

  /// A server on `port` whose certificate signs itself; its certificate is its authority's.
  private func server(_ name: String, port: UInt16) async throws -> LineProcess {
    try await openssl([
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
      "-days", "2", "-subj", "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
      path(name + ".key"), "-out", path(name + ".crt"),
    ])
    return try LineProcess(
      "/usr/bin/openssl",
      [
        "s_server", "-accept", "127.0.0.1:\(port)", "-www", "-quiet", "-cert", path(name + ".crt"),
        "-key", path(name + ".key"),
      ])
  }

  @Test("is believed a second after its file was, and not after a day")
  func renewed() async throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    let port = try LoopbackSocket.freePort()
    let client = try HTTPClient()
    var request = HTTPRequest(try HTTPURL("https://127.0.0.1:\(port)/"), peers: .any)
    request.tls.authorityFile = path("authorities.crt")
    request.timeout = .seconds(10)
    request.connectTimeout = .seconds(10)
    func isAnswered() async -> Bool { (try? await client.answer(to: request))?.status == 200 }
    let old = try await server("old", port: port)
    defer { old.kill() }
    try FileManager.default.copyItem(atPath: path("old.crt"), toPath: path("authorities.crt"))
    try await eventually(within: .seconds(30)) { await isAnswered() }
    old.kill()
    _ = try await old.exitCode()
    let new = try await server("new", port: port)
    defer { new.kill() }
    var both = try Data(contentsOf: directory.appending(path: "old.crt"))
    both += try Data(contentsOf: directory.appending(path: "new.crt"))
    try both.write(to: directory.appending(path: "authorities.crt"), options: .atomic)
    try await eventually(within: .seconds(30)) { await isAnswered() }
    await client.shutdown()
  }
}
