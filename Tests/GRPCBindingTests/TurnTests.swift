import Foundation
import GRPCBinding
import Synchronization
import TestSupport
import Testing

/// One connection after the other is read, however much one of them sends.
@Suite("Turns", .timeLimit(.minutes(1)))
struct TurnTests {
  private final class Handled: Sendable {
    let requests = Mutex<[String]>([])
    let isHeld = Mutex(true)

    /// Notes each request; `hold` keeps the serving thread until it is let go.
    var method: GRPCMethod {
      .unary("/test.Service/Note") { [self] request, _ in
        let name = String(decoding: copy(request), as: UTF8.self)
        requests.withLock { $0.append(name) }
        while name == "hold", isHeld.withLock({ $0 }) { TestSupport.pause() }
        return .reply([])
      }
    }

    func count(_ name: String) -> Int { requests.withLock { $0.count { $0 == name } } }
  }

  @Test func `a call is handled amid those of a connection that sends many at once`()
    async throws
  {
    let handled = Handled()
    defer { handled.isHeld.withLock { $0 = false } }
    let server = try makeServer([handled.method])
    let client = try PythonClient(
      port: server.boundPort,
      """
      sys.path.insert(0, os.environ["INTEROP"])
      import frames
      names = ("hold", "flood", "other")
      connections = {name: frames.Connection("127.0.0.1:" + port) for name in names}
      def call(name):
          one = connections[name]
          stream = one.stream()
          return frames.headers(stream, "/test.Service/Note") + frames.message(stream, name.encode())
      for name in ("flood", "other"):
          connections[name].send(call(name))
      hear()
      connections["hold"].send(call("hold"))
      hear()
      connections["flood"].send(b"".join(call("flood") for _ in range(600)))
      connections["other"].send(call("other"))
      say(all(one.is_open for one in connections.values()))
      hear()
      """, environment: ["INTEROP": LineProcess.root.appending(path: "Tests/Interop").path])
    // All connections are there before there is something to choose between.
    try await eventually { handled.count("flood") == 1 && handled.count("other") == 1 }
    client.say("hold")
    try await eventually { handled.count("hold") == 1 }
    client.say("flood")
    #expect(try await client.line() == "True")
    handled.isHeld.withLock { $0 = false }
    try await eventually(within: .seconds(30)) {
      handled.count("flood") == 601 && handled.count("other") == 2
    }
    let requests = handled.requests.withLock { $0 }
    let other = try #require(requests.lastIndex(of: "other"))
    let before = requests[..<other].count { $0 == "flood" }
    print("\(before) of 601 calls came before the other connection's")
    #expect(before < 400)
    client.say("end")
    await server.drain(grace: .seconds(5))
  }
}
