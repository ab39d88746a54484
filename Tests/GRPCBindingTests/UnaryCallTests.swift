import GRPCBinding
import Synchronization
import TestSupport
import Testing

/// A server on a free port of 127.0.0.1.
func makeServer(
  _ methods: [GRPCMethod], security: GRPCServerConfiguration.Security = .plaintext,
  limits: GRPCServerConfiguration.Limits = .init(), clients: ClientNames = ClientNames([])
) throws -> GRPCServer {
  var configuration = GRPCServerConfiguration(address: "127.0.0.1:0", security: security)
  configuration.limits = limits
  configuration.clients = clients
  return try GRPCServer(configuration: configuration, methods: methods)
}

/// The bytes of a request, copied.
func copy(_ bytes: RawSpan) -> [UInt8] {
  bytes.withUnsafeBytes { Array($0) }
}

/// Answers each request with itself.
let echo = GRPCMethod.unary("/test.Service/Echo") { request, _ in .reply(copy(request)) }

@Suite("Unary calls")
struct UnaryCallTests {
  @Test func `a request of any size gets its own bytes back`() async throws {
    let server = try makeServer([echo])
    let client = try PythonClient(
      port: server.boundPort,
      """
      channel = plaintext()
      call = channel.unary_unary("/test.Service/Echo")
      for size in (0, 1, 22, 23, 24, 257, 5000, 100_000, 1_000_000):
          message = bytes(i % 251 for i in range(size))
          say(size, call(message) == message)
      """)
    let sizes = [0, 1, 22, 23, 24, 257, 5000, 100_000, 1_000_000]
    #expect(try await client.allLines() == sizes.map { "\($0) True" })
    let counts = server.callCounts.first { $0.method == "/test.Service/Echo" }
    #expect(counts?.started == 9)
    #expect(counts?.finished == [.ok: 9])
  }

  @Test func `a status reaches the client with its code and text`() async throws {
    let server = try makeServer([
      .unary("/test.Service/Fail") { _, _ in
        .status(GRPCStatus(.invalidArgument, "trigger metadata \"größe\" is 50 %\nuse another"))
      }
    ])
    let client = try PythonClient(
      port: server.boundPort,
      """
      try: plaintext().unary_unary("/test.Service/Fail")(b"")
      except grpc.RpcError as error: say(error.code().name, repr(error.details()))
      """)
    #expect(
      try await client.line()
        == "INVALID_ARGUMENT 'trigger metadata \"größe\" is 50 %\\nuse another'")
    await server.drain(grace: .seconds(5))
  }

  @Test func `a method nobody offers is UNIMPLEMENTED, many at once too`() async throws {
    let server = try makeServer([echo])
    let client = try PythonClient(
      port: server.boundPort,
      """
      channel = plaintext()
      calls = [channel.unary_unary("/test.Service/Nothing").future(b"", timeout=10)
               for _ in range(200)]
      say({call.code().name for call in calls})
      say(code(lambda: list(channel.unary_stream("/other.Service/Echo")(b"", timeout=10))))
      """)
    #expect(try await client.line() == "{'UNIMPLEMENTED'}")
    #expect(try await client.line() == "UNIMPLEMENTED")
  }

  @Test func `a request without a message is INTERNAL, an oversize one RESOURCE_EXHAUSTED`()
    async throws
  {
    let server = try makeServer([echo])
    let client = try PythonClient(
      port: server.boundPort,
      """
      channel = plaintext()
      say(code(lambda: list(channel.stream_stream("/test.Service/Echo")(iter(()), timeout=10)) and None))
      say(code(lambda: channel.unary_unary("/test.Service/Echo")(bytes(1 << 21), timeout=10)))
      say(len(channel.unary_unary("/test.Service/Echo")(bytes(9), timeout=10)))
      """)
    #expect(try await client.allLines() == ["INTERNAL", "RESOURCE_EXHAUSTED", "9"])
  }

  @Test func `a compressed request arrives unpacked`() async throws {
    let server = try makeServer([echo])
    let client = try PythonClient(
      port: server.boundPort,
      """
      call = plaintext().unary_unary("/test.Service/Echo")
      say(call(b"a" * 5000, compression=grpc.Compression.Gzip) == b"a" * 5000)
      """)
    #expect(try await client.line() == "True")
  }
}
