import CurlClient
import Synchronization
import TestSupport
import Testing

@Suite("Long answers and methods", .timeLimit(.minutes(1)))
struct StreamingTests {
  private func get(_ address: String, _ change: (inout HTTPRequest) -> Void) throws -> HTTPRequest {
    var request = HTTPRequest(try HTTPURL(address), peers: .any)
    change(&request)
    return request
  }

  @Test("the pieces of a long answer come as they are sent, and the first tells that it has begun")
  func pieces() async throws {
    let server = try ScriptedHTTPServer { request, connection in
      guard request.target == "/stream" else {
        return connection.answer(status: 403, text: "no")
      }
      connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
      connection.send("4\r\none\n\r\n")
      connection.send("4\r\ntwo\n\r\n")
      connection.waitUntilClosed()
    }
    defer { server.stop() }
    let client = try HTTPClient()
    let seen = Mutex<[String]>([])
    let request = try get(server.address + "/stream") {
      $0.pieces = { piece in
        seen.withLock { $0.append(String(decoding: piece, as: UTF8.self)) }
        return !piece.contains(UInt8(ascii: "w"))
      }
    }
    await #expect(throws: HTTPFailure.self) { try await client.answer(to: request) }
    let pieces = seen.withLock { $0 }
    #expect(pieces.first == "")
    #expect(pieces.joined() == "one\ntwo\n")
    let refused = try get(server.address + "/other") {
      $0.pieces = { _ in
        Issue.record(); return true
      }
    }
    #expect(try await client.answer(to: refused).body == Array("no".utf8))
    await client.shutdown()
  }

  @Test("each method sends its name and its body, on one connection")
  func methods() async throws {
    let server = try ScriptedHTTPServer { request, connection in
      connection.answer(
        text: "\(request.method) \(String(decoding: request.body, as: UTF8.self))")
    }
    defer { server.stop() }
    let client = try HTTPClient()
    for (method, answer) in [
      (HTTPRequest.Method.put, "PUT x"), (.get, "GET "), (.patch, "PATCH x"), (.post, "POST x"),
      (.get, "GET "),
    ] {
      let response = try await client.answer(
        to: get(server.address + "/a") {
          $0.method = method
          $0.body = Array("x".utf8)
        })
      #expect(String(decoding: response.body, as: UTF8.self) == answer)
    }
    #expect(server.acceptedCount == 1)
    await client.shutdown()
  }
}
