import AdminServer
import ScalingEngine
import Synchronization
import TestSupport
import Testing

@Suite(.serialized)
struct BoundsTests {
  private static let events = "GET /api/v1/events HTTP/1.1\r\nHost: test\r\n\r\n"

  @Test func `events begin with everything and go on with what changes`() async throws {
    let trigger = FakeTrigger("inference", "llm")
    let still = FakeTrigger("inference", "still")
    trigger.publish(.success(FakeTrigger.calm))
    let shown = Shown([trigger, still])
    try await withStatusServer(shown) { client in
      let connection = try client.open(Self.events)
      let first = try await connection.text { $0.contains("\n\n\r\n") }
      #expect(
        first.contains("content-type: text/event-stream")
          || first.contains("Content-Type: text/event-stream"))
      #expect(first.contains("event: snapshot\ndata: {\"server\":{\"version\":\"1.2.3\""))
      #expect(first.contains(#""name":"still""#))
      // A second that the machine skips is made good by a snapshot: then another change is tried.
      var update = ""
      for desired in 20..<30 where !update.contains("event: update") {
        var decision = FakeTrigger.panic
        decision.desiredReplicas = desired
        trigger.publish(.success(decision))
        update = try await connection.text { $0.contains("\"desiredReplicas\":\(desired)") }
      }
      #expect(update.contains("event: update"))
      #expect(!update.contains(#""name":"still""#))
      shown.triggers.withLock { $0 = [trigger] }
      _ = try await connection.text { $0.contains(#""removed":["inference/still/1"]"#) }
    }
  }

  @Test func `events end when the server drains`() async throws {
    let shown = Shown()
    try await withStatusServer(shown) { client in
      let connection = try client.open(Self.events)
      _ = try await connection.text { $0.contains("event: snapshot") }
      shown.readiness.withLock { $0 = .draining }
      _ = try await connection.text { $0.hasSuffix("0\r\n\r\n") }
    }
  }

  @Test func `more clients of events than allowed are told to poll, and a place is given back`()
    async throws
  {
    var limits = StatusServerConfiguration.Limits()
    limits.eventClients = 2
    try await withStatusServer(Shown(), limits: limits) { client in
      var open = [try client.open(Self.events), try client.open(Self.events)]
      for connection in open { _ = try await connection.text { $0.contains("snapshot") } }
      let refused = try await client.get("/api/v1/events")
      #expect(refused.status == 503)
      #expect(refused.body.contains("/api/v1/scaledobjects"))
      open.removeAll()
      try await eventually {
        let connection = try client.open(Self.events)
        return try await connection.text { $0.contains("\r\n\r\n") }.hasPrefix("HTTP/1.1 200")
      }
    }
  }

  @Test func `silent connections are closed and do not keep others out`() async throws {
    var limits = StatusServerConfiguration.Limits()
    limits.connections = 8
    limits.idleTimeout = .milliseconds(200)
    try await withStatusServer(Shown(), limits: limits) { client in
      let silent = try (0..<20).map { _ in try client.open("") }
      for connection in silent { #expect(try await connection.text { _ in false } == "") }
      #expect(try await client.get("/healthz").status == 200)
      let text = try await client.get("/metrics").body
      #expect(text.contains("\nkeda_burst_scaler_admin_connections_refused_total 20\n"))
    }
  }

  @Test func `a connection beyond the limit is closed at once, and a freed place is used again`()
    async throws
  {
    var limits = StatusServerConfiguration.Limits()
    limits.connections = 3
    try await withStatusServer(Shown(), limits: limits) { client in
      var held: [OpenConnection] = []
      try await eventually {
        let connection = try client.open("")
        // What is closed within half a second is over the limit; what stays open has a place.
        let isHeld =
          (try? await connection.text(within: .milliseconds(500)) { _ in false }) == nil
        if isHeld { held.append(connection) }
        return !isHeld
      }
      #expect(held.count == 3)
      held.removeAll()
      try await eventually { try await client.get("/healthz").status == 200 }
    }
  }

  @Test func `a head without end is refused while little has been read`() async throws {
    var limits = StatusServerConfiguration.Limits()
    limits.headBytes = 8192
    try await withStatusServer(Shown(), limits: limits) { client in
      let connection = try client.open(
        "GET / HTTP/1.1\r\nX: " + String(repeating: "a", count: 8192))
      let answer = try await connection.answer()
      #expect(answer.status == 431)
      #expect(answer.body.contains("8192 bytes"))
    }
  }

  @Test func `a head that comes byte by byte has a deadline`() async throws {
    var limits = StatusServerConfiguration.Limits()
    limits.headTimeout = .milliseconds(300)
    try await withStatusServer(Shown(), limits: limits) { client in
      let connection = try client.open("GET / HTTP/1.1\r\nX: ")
      try await eventually {
        connection.send("a")
        return (try? await connection.text(within: .milliseconds(20)) { _ in false }) != nil
      }
    }
  }

  @Test func `a client that does not read what it asked for is let go`() async throws {
    let triggers = (1...500).map { FakeTrigger("inference", "llm-\($0)") }
    var limits = StatusServerConfiguration.Limits()
    limits.writeTimeout = .milliseconds(300)
    limits.connections = 2
    try await withStatusServer(Shown(triggers), limits: limits) { client in
      let asking = String(
        repeating: "GET /api/v1/scaledobjects HTTP/1.1\r\nHost: test\r\n\r\n", count: 20)
      let greedy = try client.open(asking)
      try await eventually {
        let text = try await client.get("/metrics").body
        return text.contains("admin_connections_refused_total 1\n")
      }
      _ = greedy
    }
  }

  @Test func `requests that come at once are answered in turn on one connection`() async throws {
    try await withStatusServer(Shown()) { client in
      let connection = try client.open(
        "GET /healthz HTTP/1.1\r\n\r\nGET /readyz HTTP/1.1\r\nConnection: close\r\n\r\n")
      let text = try await connection.text { _ in false }
      #expect(text.matches(of: #/HTTP\/1\.1 200 OK/#).count == 2)
      #expect(text.hasSuffix("ready\n"))
    }
  }

  @Test(arguments: [
    "\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9\r\n\r\n", "\u{0}\u{1}\u{2}\r\n\r\n",
    "GET /%zz HTTP/1.1\r\n\r\n", "GET http://[ HTTP/1.1\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n",
    "POST / HTTP/1.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n",
    "GET / HTTP/1.1\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\nhello",
  ])
  func `a malformed request does not harm the server`(request: String) async throws {
    try await withStatusServer(Shown()) { client in
      let connection = try client.open(request)
      let answer = try await connection.answer()
      #expect([400, 404, 405, 200].contains(answer.status))
      #expect(try await client.get("/healthz").status == 200)
    }
  }
}
