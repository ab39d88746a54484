import AdminServer
import Synchronization
import TestSupport
import Testing

struct StatusServerTests {
  @Test func `a live process is healthy whether it is ready or not`() async throws {
    let shown = Shown()
    try await withStatusServer(shown) { client in
      for readiness in [Readiness.starting, .ready, .draining] {
        shown.readiness.withLock { $0 = readiness }
        #expect(try await client.get("/healthz").status == 200)
        let ready = try await client.get("/readyz")
        #expect(ready.status == (readiness == .ready ? 200 : 503))
        #expect(ready.body == "\(readiness.rawValue)\n")
      }
    }
  }

  @Test func `an unknown path says which paths there are`() async throws {
    try await withStatusServer(Shown()) { client in
      for path in ["/nothing", "/api/v1/scaledobjects/one", "/api/v2/scaledobjects", "//", "/%"] {
        let answer = try await client.get(path)
        #expect(answer.status == 404)
        #expect(answer.headers["content-type"] == "application/json")
        #expect(answer.body.contains("/api/v1/scaledobjects/NAMESPACE/NAME"))
      }
    }
  }

  @Test func `a ScaledObject that is not decided for is not found, with the way to look for it`()
    async throws
  {
    try await withStatusServer(Shown([FakeTrigger("inference", "llm")])) { client in
      let answer = try await client.get("/api/v1/scaledobjects/inference/other")
      #expect(answer.status == 404)
      #expect(answer.body.contains("kubectl describe scaledobject"))
    }
  }

  @Test(arguments: ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
  func `nothing but GET and HEAD is allowed`(method: String) async throws {
    try await withStatusServer(Shown()) { client in
      let answer = try await client.get("/healthz", method: method)
      #expect(answer.status == 405)
      #expect(answer.headers["allow"] == "GET, HEAD")
    }
  }

  @Test(arguments: ["/", "/metrics", "/healthz", "/api/v1/scaledobjects", "/api/v1/events"])
  func `HEAD has the headers of GET and no body`(path: String) async throws {
    try await withStatusServer(Shown()) { client in
      let head = try await client.get(path, method: "HEAD")
      #expect(head.status == 200)
      #expect(head.body.isEmpty)
      guard path != "/api/v1/events" else { return }
      #expect(Int(head.headers["content-length"] ?? "") ?? 0 > 0)
    }
  }

  @Test func `a port in use is refused with its address and the remedy`() async throws {
    try await withStatusServer(Shown()) { client in
      let error = await #expect(throws: StatusServerError.self) {
        try await withStatusServer(Shown(), port: Int(client.port)) { _ in }
      }
      #expect(
        error
          == .bindFailed(address: "127.0.0.1:\(client.port)", reason: "the port is in use"))
      #expect(error?.description.contains("--admin-listen") == true)
    }
  }

  @Test func `a host that is no address is refused`() async throws {
    let error = await #expect(throws: StatusServerError.self) {
      try await withStatusServer(Shown(), host: "no.such.host") { _ in }
    }
    #expect(error == .unusableHost("no.such.host"))
  }

  @Test func `it listens on IPv6 too`() async throws {
    try await withStatusServer(Shown(), host: "::") { client in
      // An IPv6 listener on all addresses takes IPv4 connections as well.
      let answer = try await client.get("/healthz")
      #expect(answer.status == 200)
    }
  }
}
