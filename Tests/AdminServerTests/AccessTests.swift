import AdminServer
import Foundation
import TestSupport
import Testing

struct AccessTests {
  @Test func `with a token everything but the probes is closed`() async throws {
    let token = try #require(AccessToken("a-long-secret"))
    try await withStatusServer(Shown(), token: token) { client in
      for path in ["/healthz", "/readyz"] { #expect(try await client.get(path).status == 200) }
      for path in ["/", "/metrics", "/api/v1/scaledobjects", "/api/v1/events", "/nothing"] {
        let closed = try await client.get(path)
        #expect(closed.status == 401)
        #expect(!closed.body.contains("a-long-secret"))
      }
      func status(_ authorization: String) async throws -> Int {
        try await client.get("/metrics", ["Authorization: \(authorization)"]).status
      }
      #expect(try await status("Bearer a-long-secret") == 200)
      #expect(try await status("bearer a-long-secret") == 200)
      #expect(
        try await status("Basic \(Data("any:a-long-secret".utf8).base64EncodedString())") == 200)
      for wrong in ["Bearer a-long-secre", "Bearer a-long-secret2", "Bearer", "Basic ????", "x y"] {
        #expect(try await status(wrong) == 401)
      }
    }
  }

  @Test func `a token's file is followed when it changes`() async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("first-secret\n".utf8).write(to: file)
    let token = try AccessToken(file: file.path)
    try await withStatusServer(Shown(), token: token) { client in
      func status(_ secret: String) async throws -> Int {
        try await client.get("/metrics", ["Authorization: Bearer \(secret)"]).status
      }
      #expect(try await status("first-secret") == 200)
      try Data("second-secret\n".utf8).write(to: file)
      try await eventually { try await status("second-secret") == 200 }
      #expect(try await status("first-secret") == 401)
      try Data().write(to: file)
      #expect(try await status("second-secret") == 200)
    }
  }

  @Test func `a token that is short, has spaces or cannot be read is refused`() {
    #expect(AccessToken("short") == nil)
    #expect(AccessToken("two words here") == nil)
    let error = #expect(throws: StatusServerError.self) { try AccessToken(file: "/no/such/file") }
    #expect(error?.description.contains("/no/such/file") == true)
  }
}
