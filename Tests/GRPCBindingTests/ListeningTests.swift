import GRPCBinding
import TestSupport
import Testing

@Suite("Listening")
struct ListeningTests {
  private func failure(_ address: String) -> String {
    do {
      let configuration = GRPCServerConfiguration(address: address)
      _ = try GRPCServer(configuration: configuration, methods: [])
      return "it started"
    } catch {
      return "\(error)"
    }
  }

  @Test func `a second server on the same port is told that another listens there`() throws {
    let server = try makeServer([])
    let address = "127.0.0.1:\(server.boundPort)"
    #expect(
      failure(address) == """
        cannot listen on \(address): another process listens there; stop it, \
        or choose another with --grpc-listen
        """)
  }

  @Test func `an address that cannot be is explained`() {
    #expect(failure("192.0.2.1:0").contains("this machine has no such address"))
    #expect(failure("no-such-host.invalid:6000").contains("the host name does not resolve"))
    #expect(failure("6000").contains("it is not HOST:PORT"))
  }

  @Test func `a method that is there twice is refused`() {
    #expect(throws: GRPCServerError.methodRefused(path: "/test.Service/Echo")) {
      try makeServer([echo, echo])
    }
  }

  @Test func `a client that pings every 10 ms is never cut off`() async throws {
    let server = try makeServer([echo, StreamTests.Board().method])
    let client = try PythonClient(
      port: server.boundPort,
      """
      channel = plaintext(
          ("grpc.keepalive_time_ms", 10), ("grpc.keepalive_timeout_ms", 5000),
          ("grpc.keepalive_permit_without_calls", 1), ("grpc.http2.max_pings_without_data", 0),
          ("grpc.http2.min_time_between_pings_ms", 10))
      states = []
      channel.subscribe(lambda state: states.append(state.name))
      stream = channel.unary_stream("/test.Service/Watch")(b"a")
      next(stream)
      for _ in range(100):
          channel.unary_unary("/test.Service/Echo")(b"x")
          time.sleep(0.02)
      stream.cancel()
      say(states.count("READY"), "TRANSIENT_FAILURE" in states)
      """)
    #expect(try await client.line() == "1 False")
  }

  @Test func `a server let go without a drain cleans up behind itself`() async throws {
    let board = StreamTests.Board()
    var server: GRPCServer? = try makeServer([board.method])
    let port = try #require(server?.boundPort)
    let client = try PythonClient(port: port, StreamTests.manyStreams)
    client.say("10")
    #expect(try await client.line() == "open")
    server = nil
    _ = try await client.line()
    try await eventually { board.ended == 10 }
    // The port is free again once the serving thread has let go of everything.
    try await eventually { (failure("127.0.0.1:\(port)")) == "it started" }
  }
}
