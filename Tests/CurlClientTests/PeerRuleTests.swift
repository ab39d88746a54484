import CurlClient
import Synchronization
import TestSupport
import Testing

/// Names whose addresses a test changes as it likes.
private final class MovingNames: Sendable {
  private let addresses: Mutex<[String: String]>

  init(_ addresses: [String: String]) { self.addresses = Mutex(addresses) }

  var table: HTTPNameTable {
    HTTPNameTable { name in self.addresses.withLock { $0[name] } }
  }

  func move(_ name: String, to address: String) {
    addresses.withLock { $0[name] = address }
  }
}

/// What a name leads to is judged where the connection is made.
@Suite(.timeLimit(.minutes(1))) struct PeerRuleTests {
  private static func outcome(
    _ client: HTTPClient, _ address: String, _ peers: HTTPPeerRule, redirects: Int = 0
  ) async throws -> HTTPFailure? {
    var request = HTTPRequest(try HTTPURL(address), peers: peers)
    request.redirectLimit = redirects
    request.timeout = .seconds(5)
    do {
      _ = try await client.answer(to: request)
      return nil
    } catch {
      return error
    }
  }

  @Test func `A name that leads to loopback is not connected to unless the operator named it`()
    async throws
  {
    let server = try ScriptedHTTPServer { _, connection in connection.answer(text: "ok") }
    defer { server.stop() }
    let names = MovingNames(["prometheus.monitoring": "127.0.0.1"])
    let client = try HTTPClient(names: names.table)
    let address = "http://prometheus.monitoring:\(server.port)"
    for rule in [HTTPPeerRule.privateNetworks, .routable] {
      let refusal = try await Self.outcome(client, address, rule)
      #expect(refusal?.kind == .forbidden)
      #expect(
        "\(try #require(refusal))"
          == "\(address) is not asked: its name leads to 127.0.0.1, a loopback address")
    }
    // Not so much as a connection was made.
    #expect(server.acceptedCount == 0)
    #expect(try await Self.outcome(client, address, .any) == nil)
    await client.shutdown()
  }

  @Test func `The system's own resolver is judged, too`() async throws {
    let server = try ScriptedHTTPServer { _, connection in connection.answer(text: "ok") }
    defer { server.stop() }
    let client = try HTTPClient()
    let address = "http://localhost:\(server.port)"
    #expect(try await Self.outcome(client, address, .privateNetworks)?.kind == .forbidden)
    #expect(server.acceptedCount == 0)
    #expect(try await Self.outcome(client, address, .any) == nil)
    await client.shutdown()
  }

  @Test(arguments: ["169.254.169.254", "[fe80::1]", "[::ffff:169.254.169.254]", "100.100.100.200"])
  func `A name that is moved to a metadata service is refused from the next connection on`(
    target: String
  ) async throws {
    let server = try ScriptedHTTPServer { _, connection in
      connection.answer(headers: ["Connection: close"], text: "ok")
      connection.end()
    }
    defer { server.stop() }
    let names = MovingNames(["rebinding.example": "127.0.0.1"])
    let client = try HTTPClient(names: names.table)
    let address = "http://rebinding.example:\(server.port)"
    #expect(try await Self.outcome(client, address, .any) == nil)
    names.move("rebinding.example", to: target)
    let refusal = try await Self.outcome(client, address, .any)
    #expect(refusal?.kind == .forbidden, "\(String(describing: refusal))")
    await client.shutdown()
  }

  @Test func `A kept connection is not lent to a request with a stricter rule`() async throws {
    let count = Atomic<Int>(0)
    let server = try ScriptedHTTPServer { _, connection in
      count.add(1, ordering: .relaxed)
      connection.answer(text: "ok")
    }
    defer { server.stop() }
    let client = try HTTPClient()
    #expect(try await Self.outcome(client, server.address, .any) == nil)
    #expect(try await Self.outcome(client, server.address, .routable)?.kind == .forbidden)
    #expect(count.load(ordering: .relaxed) == 1)
    #expect(try await Self.outcome(client, server.address, .any) == nil)
    await client.shutdown()
  }

  @Test func `Each redirect is judged again`() async throws {
    let inner = try ScriptedHTTPServer { _, connection in connection.answer(text: "secret") }
    defer { inner.stop() }
    let outer = try ScriptedHTTPServer { request, connection in
      let target =
        request.target == "/metadata"
        ? "http://169.254.169.254/latest/meta-data/" : "http://inner.example:\(inner.port)/"
      connection.answer(status: 302, headers: ["Location: \(target)"], text: "")
    }
    defer { outer.stop() }
    let names = MovingNames(["inner.example": "[fe80::1]"])
    let client = try HTTPClient(names: names.table)
    let metadata = try await Self.outcome(
      client, outer.address + "/metadata", .any, redirects: 3)
    #expect(metadata?.kind == .forbidden)
    // Without leave to follow it is an answer like any other.
    #expect(try await Self.outcome(client, outer.address + "/metadata", .any) == nil)
    #expect(inner.acceptedCount == 0)
    await client.shutdown()
  }

  @Test func `A lane has its own limit, and its own queue`() async throws {
    struct Load {
      var running = 0
      var most = 0
    }
    let load = Mutex(Load())
    let isOpen = Atomic<Bool>(false)
    let server = try ScriptedHTTPServer { request, connection in
      guard request.target == "/slow" else { return connection.answer(text: "ok") }
      load.withLock {
        $0.running += 1
        $0.most = max($0.most, $0.running)
      }
      while !isOpen.load(ordering: .relaxed) { pause() }
      load.withLock { $0.running -= 1 }
      connection.answer(text: "ok")
    }
    defer { server.stop() }
    let client = try HTTPClient()
    var slow = HTTPRequest(try HTTPURL(server.address + "/slow"), peers: .any)
    (slow.lane, slow.laneLimit, slow.timeout) = ("one", 2, .seconds(20))
    let done = Atomic<Int>(0)
    for _ in 0..<10 { client.start(slow) { _ in done.add(1, ordering: .relaxed) } }
    try await eventually { load.withLock { $0.running } == 2 }
    var other = HTTPRequest(try HTTPURL(server.address + "/quick"), peers: .any)
    other.lane = "another"
    other.timeout = .seconds(10)
    for _ in 0..<20 { #expect(try await client.answer(to: other).status == 200) }
    isOpen.store(true, ordering: .relaxed)
    try await eventually { done.load(ordering: .relaxed) == 10 }
    #expect(load.withLock { $0.most } == 2)
    await client.shutdown()
  }

  @Test func `Long answers at once are bounded in sum`() async throws {
    let server = try ScriptedHTTPServer { _, connection in
      connection.send("HTTP/1.1 200 OK\r\n\r\n")
      while connection.send(Array(repeating: 65, count: 10_000)) {}
    }
    defer { server.stop() }
    var limits = HTTPClientLimits()
    limits.bodyBytes = 100_000
    let client = try HTTPClient(limits: limits)
    let refusal = try await Self.outcome(client, server.address, .any)
    #expect(refusal?.kind == .bodyTooLarge)
    #expect(refusal?.detail.contains("100000") == true)
    // What was taken is given back.
    let good = try ScriptedHTTPServer { $1.answer(body: Array(repeating: 65, count: 90_000)) }
    defer { good.stop() }
    for _ in 0..<5 { #expect(try await Self.outcome(client, good.address, .any) == nil) }
    await client.shutdown()
  }
}
