import CurlClient
import Synchronization
import TestSupport
import Testing

private func get(_ address: String, _ change: (inout HTTPRequest) -> Void = { _ in }) throws
  -> HTTPRequest
{
  var request = HTTPRequest(try HTTPURL(address), peers: .any)
  change(&request)
  return request
}

/// The kind of failure a request ends with; nil where it is answered.
private func failure(_ client: HTTPClient, _ request: HTTPRequest) async -> HTTPFailure? {
  do {
    _ = try await client.answer(to: request)
    return nil
  } catch {
    return error
  }
}

@Suite("The HTTP client", .timeLimit(.minutes(1)))
struct HTTPClientTests {
  @Test("an answer comes with status, type, Retry-After and body, over one kept connection")
  func answers() async throws {
    let server = try ScriptedHTTPServer { request, connection in
      let encoding = request.header("Accept-Encoding") ?? "none"
      connection.answer(
        status: 503, headers: ["Content-Type: text/plain", "Retry-After: 7"],
        text: "\(request.method) \(request.target) \(encoding) "
          + "\(request.header("X-Scope-OrgID") ?? "") \(String(decoding: request.body, as: UTF8.self))"
      )
    }
    defer { server.stop() }
    let client = try HTTPClient()
    let header = try #require(HTTPHeader("X-Scope-OrgID", "me"))
    let response = try await client.answer(
      to: get(server.address + "/a?b=c") { $0.headers = [header] })
    #expect(response.status == 503)
    #expect(response.contentType == "text/plain")
    #expect(response.retryAfterSeconds == 7)
    #expect(String(decoding: response.body, as: UTF8.self) == "GET /a?b=c none me ")
    let second = try await client.answer(
      to: get(server.address + "/p") {
        $0.method = .post
        $0.body = Array("query=up".utf8)
      })
    #expect(String(decoding: second.body, as: UTF8.self) == "POST /p none  query=up")
    let third = try await client.answer(to: get(server.address + "/g"))
    #expect(String(decoding: third.body, as: UTF8.self) == "GET /g none  ")
    #expect(server.acceptedCount == 1)
    await client.shutdown()
  }

  @Test("each kind of trouble is told apart")
  func tellsTroubleApart() async throws {
    let server = try ScriptedHTTPServer { request, connection in
      switch request.target {
      case "/silent": connection.waitUntilClosed()
      case "/slow-body":
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
        connection.waitUntilClosed()
      case "/announced": connection.answer(body: Array(repeating: 65, count: 10_000))
      case "/endless":
        connection.send("HTTP/1.1 200 OK\r\n\r\n")
        while connection.send(Array(repeating: 65, count: 10_000)) {}
      case "/endless-headers":
        connection.send("HTTP/1.1 200 OK\r\n")
        while connection.send("X-Padding: \(String(repeating: "x", count: 1000))\r\n") {}
      case "/short":
        connection.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\n12345")
        connection.end()
      case "/garbage":
        connection.send("\u{1}\u{2}\u{3} what is this\r\n\r\n")
        connection.end()
      case "/reset": connection.reset()
      case "/redirect":
        connection.answer(status: 302, headers: ["Location: /redirect"], text: "")
      default: connection.end()
      }
    }
    defer { server.stop() }
    let client = try HTTPClient()
    let quick: (inout HTTPRequest) -> Void = {
      $0.timeout = .milliseconds(300)
      $0.bodyLimitBytes = 5000
    }
    let expected: [(String, HTTPFailure.Kind)] = [
      ("/silent", .timeout), ("/slow-body", .timeout), ("/announced", .bodyTooLarge),
      ("/endless", .bodyTooLarge), ("/short", .broken), ("/garbage", .broken),
      ("/reset", .broken), ("/close", .broken),
    ]
    for (path, kind) in expected {
      let found = await failure(client, try get(server.address + path, quick))
      #expect(found?.kind == kind, "\(path): \(String(describing: found))")
    }
    #expect(await failure(client, try get(server.address + "/endless-headers", quick)) != nil)
    #expect(try await client.answer(to: get(server.address + "/redirect")).status == 302)
    let redirected = await failure(
      client, try get(server.address + "/redirect") { $0.redirectLimit = 3 })
    #expect(redirected?.kind == .redirect)
    let port = try LoopbackSocket.freePort()
    #expect(await failure(client, try get("http://127.0.0.1:\(port)"))?.kind == .refused)
    #expect(await failure(client, try get("http://name.invalid"))?.kind == .unresolved)
    #expect(await failure(client, try get("https://127.0.0.1:\(server.port)"))?.kind == .tls)
    await client.shutdown()
  }

  @Test("a redirect is followed only as often as allowed, and never to another protocol")
  func limitsRedirects() async throws {
    let server = try ScriptedHTTPServer { request, connection in
      switch request.target {
      case "/file":
        connection.answer(status: 302, headers: ["Location: file:///etc/passwd"], text: "")
      case "/1": connection.answer(status: 302, headers: ["Location: /2"], text: "")
      default: connection.answer(text: request.target)
      }
    }
    defer { server.stop() }
    let client = try HTTPClient()
    let followed = try await client.answer(to: get(server.address + "/1") { $0.redirectLimit = 1 })
    #expect(String(decoding: followed.body, as: UTF8.self) == "/2")
    let refused = await failure(client, try get(server.address + "/file") { $0.redirectLimit = 5 })
    #expect(refused?.kind == .redirect)
    await client.shutdown()
  }

  @Test("no more than the limit is on the wire at once, and the queue has an end")
  func boundsConcurrency() async throws {
    struct Load {
      var running = 0
      var most = 0
      var isOpen = false
    }
    let load = Mutex(Load())
    let server = try ScriptedHTTPServer { _, connection in
      load.withLock {
        $0.running += 1
        $0.most = max($0.most, $0.running)
      }
      while !load.withLock({ $0.isOpen }) { pause() }
      load.withLock { $0.running -= 1 }
      connection.answer(text: "ok")
    }
    defer { server.stop() }
    var limits = HTTPClientLimits()
    limits.inFlightPerOrigin = 3
    limits.queued = 10
    let client = try HTTPClient(limits: limits)
    let results = Mutex<[HTTPFailure.Kind?]>([])
    for _ in 0..<20 {
      client.start(try get(server.address) { $0.timeout = .seconds(20) }) { result in
        var kind: HTTPFailure.Kind?
        if case .failure(let failure) = result { kind = failure.kind }
        results.withLock { $0.append(kind) }
      }
    }
    // Seven do not fit: three on the wire and ten waiting, or fewer on the wire as yet.
    try await eventually { load.withLock { $0.running } == 3 && results.withLock { $0.count } >= 7 }
    load.withLock { $0.isOpen = true }
    try await eventually { results.withLock { $0.count } == 20 }
    #expect(load.withLock { $0.most } == 3)
    #expect(results.withLock { $0.filter { $0 == .queueFull }.count } >= 7)
    #expect(results.withLock { $0.filter { $0 == nil }.count } >= 10)
    await client.shutdown()
  }

  @Test("a dead server holds up nobody but itself, not even with a full queue of its own")
  func keepsServersApart() async throws {
    let dead = try ScriptedHTTPServer { _, connection in connection.waitUntilClosed() }
    let alive = try ScriptedHTTPServer { _, connection in connection.answer(text: "ok") }
    defer {
      dead.stop()
      alive.stop()
    }
    let client = try HTTPClient()
    for _ in 0..<200 { client.start(try get(dead.address) { $0.timeout = .seconds(5) }) { _ in } }
    for _ in 0..<100 {
      #expect(try await client.answer(to: get(alive.address)).status == 200)
    }
    await client.shutdown()
  }

  @Test("a request that waits too long in the queue times out there")
  func expiresInQueue() async throws {
    let dead = try ScriptedHTTPServer { _, connection in connection.waitUntilClosed() }
    defer { dead.stop() }
    var limits = HTTPClientLimits()
    limits.inFlightPerOrigin = 1
    let client = try HTTPClient(limits: limits)
    client.start(try get(dead.address) { $0.timeout = .seconds(20) }) { _ in }
    let waited = await failure(client, try get(dead.address) { $0.timeout = .milliseconds(100) })
    #expect(waited?.kind == .timeout)
    #expect(waited?.detail.contains("queue") == true)
    await client.shutdown()
  }

  @Test("cancelling a task gives its request up, on the wire or waiting")
  func cancels() async throws {
    let dead = try ScriptedHTTPServer { _, connection in connection.waitUntilClosed() }
    defer { dead.stop() }
    var limits = HTTPClientLimits()
    limits.inFlightPerOrigin = 1
    let client = try HTTPClient(limits: limits)
    let request = try get(dead.address) { $0.timeout = .seconds(20) }
    let tasks = (0..<3).map { _ in Task { await failure(client, request)?.kind } }
    try await eventually { dead.acceptedCount == 1 }
    for task in tasks.reversed() {
      task.cancel()
      #expect(await task.value == .cancelled)
    }
    await client.shutdown()
  }

  @Test("shutting down fails what runs and waits, and what comes after")
  func shutsDown() async throws {
    let dead = try ScriptedHTTPServer { _, connection in connection.waitUntilClosed() }
    defer { dead.stop() }
    let client = try HTTPClient()
    let request = try get(dead.address) { $0.timeout = .seconds(20) }
    let tasks = (0..<40).map { _ in Task { await failure(client, request)?.kind } }
    try await eventually { dead.acceptedCount > 0 }
    await client.shutdown()
    for task in tasks { #expect(await task.value == .shutDown) }
    #expect(await failure(client, request)?.kind == .shutDown)
    await client.shutdown()
  }

  @Test("a completion may start the next request")
  func startsFromCompletion() async throws {
    let server = try ScriptedHTTPServer { _, connection in connection.answer(text: "ok") }
    defer { server.stop() }
    let client = try HTTPClient()
    let request = try get(server.address)
    let status = await withCheckedContinuation { continuation in
      client.start(request) { _ in
        client.start(request) { continuation.resume(returning: (try? $0.get())?.status) }
      }
    }
    #expect(status == 200)
    await client.shutdown()
  }

  @Test("a server that comes back on its port is found again")
  func reconnects() async throws {
    let first = try ScriptedHTTPServer { _, connection in connection.answer(text: "1") }
    let client = try HTTPClient()
    let request = try get(first.address)
    #expect(try await client.answer(to: request).body == Array("1".utf8))
    first.stop()
    try await eventually { await failure(client, request)?.kind == .refused }
    let second = try ScriptedHTTPServer(port: first.port) { $1.answer(text: "2") }
    defer { second.stop() }
    #expect(try await client.answer(to: request).body == Array("2".utf8))
    await client.shutdown()
  }
}
