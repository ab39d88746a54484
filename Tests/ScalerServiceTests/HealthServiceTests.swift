import GRPCBinding
import ScalerService
import TestSupport
import Testing

@Suite("Health and reflection through real clients")
struct HealthServiceTests {
  private func makeServer(_ methods: [GRPCMethod]) throws -> GRPCServer {
    try GRPCServer(
      configuration: GRPCServerConfiguration(address: "127.0.0.1:0"), methods: methods)
  }

  private let health = """
    from grpc_health.v1 import health_pb2, health_pb2_grpc
    stub = health_pb2_grpc.HealthStub(plaintext())
    def request(name): return health_pb2.HealthCheckRequest(service=name)
    def name(status): return health_pb2.HealthCheckResponse.ServingStatus.Name(status)

    """

  @Test func `Check says what was set, and NOT_FOUND for others`() async throws {
    let health = HealthService()
    let server = try makeServer(health.methods)
    let client = try PythonClient(
      port: server.boundPort,
      self.health + """
        def check(service): return name(stub.Check(request(service)).status)
        say(check(""), check("externalscaler.ExternalScaler"))
        hear()
        say(check(""), check("externalscaler.ExternalScaler"))
        say(code(lambda: check("no.Such")))
        """)
    #expect(try await client.line() == "NOT_SERVING NOT_SERVING")
    health.setServing(true)
    client.say("again")
    #expect(try await client.line() == "SERVING SERVING")
    #expect(try await client.line() == "NOT_FOUND")
  }

  @Test func `Watch tells the state at once and each change, then OK when the server drains`()
    async throws
  {
    let health = HealthService()
    let server = try makeServer(health.methods)
    let client = try PythonClient(
      port: server.boundPort,
      self.health + """
        other = stub.Watch(request("no.Such"))
        say(name(next(other).status))
        other.cancel()
        stream = stub.Watch(request("externalscaler.ExternalScaler"))
        for answer in stream: say(name(answer.status))
        say(stream.code().name)
        """)
    #expect(try await client.line() == "SERVICE_UNKNOWN")
    #expect(try await client.line() == "NOT_SERVING")
    health.setServing(true)
    #expect(try await client.line() == "SERVING")
    health.setServing(false)
    #expect(try await client.line() == "NOT_SERVING")
    await server.drain(grace: .seconds(10))
    #expect(try await client.line() == "OK")
  }

  @Test func `a malformed request is INTERNAL`() async throws {
    let server = try makeServer(HealthService().methods + ReflectionService().methods)
    let client = try PythonClient(
      port: server.boundPort,
      """
      channel = plaintext()
      reflection = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo"
      say(code(lambda: channel.unary_unary("/grpc.health.v1.Health/Check")(b"\\x0a")))
      say(code(lambda: list(channel.unary_stream("/grpc.health.v1.Health/Watch")(b"\\x0a\\x01\\xff"))))
      say(code(lambda: list(channel.stream_stream(reflection)(iter([b"\\x0a"])))))
      """)
    let lines = try await [client.line(), client.line(), client.line()]
    #expect(lines == ["INTERNAL", "INTERNAL", "INTERNAL"])
  }
}
