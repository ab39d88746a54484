import GRPCBinding
import Synchronization
import TestSupport
import Testing

@Suite("Parked calls")
struct ParkedCallTests {
  /// Keeps what handlers hand over.
  final class Shelf<Item: Sendable>: Sendable {
    private let items = Mutex<[Item]>([])

    var count: Int { items.withLock { $0.count } }

    func put(_ item: Item) { items.withLock { $0.append(item) } }

    func takeAll() -> [Item] {
      items.withLock { items in
        defer { items = [] }
        return items
      }
    }
  }

  /// Parks every call.
  private func parking(_ shelf: Shelf<ParkedCall>) -> GRPCMethod {
    .unary("/test.Service/Later") { _, context in
      guard let call = context.park() else {
        return .status(GRPCStatus(.resourceExhausted, "too many wait"))
      }
      shelf.put(call)
      return .later
    }
  }

  private let manyCalls = """
    channel = plaintext()
    call = channel.unary_unary("/test.Service/Later")
    calls = [call.future(bytes([i % 256])) for i in range(int(hear()))]
    say("sent")
    say(sorted({(c.code().name, c.result() if c.code().value[0] == 0 else b"") for c in calls}))
    """

  @Test func `more calls than slots wait and are answered from another thread`() async throws {
    let shelf = Shelf<ParkedCall>()
    let server = try makeServer([parking(shelf), echo])
    let client = try PythonClient(port: server.boundPort, manyCalls)
    client.say("400")
    try await eventually { shelf.count == 400 }
    #expect(server.parkedCalls == 400)
    for call in shelf.takeAll() {
      call.reply([7])
      call.reply([8])
      call.fail(GRPCStatus(.internalError))
    }
    #expect(try await client.line() == "sent")
    #expect(try await client.line() == "[('OK', b'\\x07')]")
    try await eventually { server.parkedCalls == 0 }
  }

  @Test func `a parked call let go is UNAVAILABLE`() async throws {
    let shelf = Shelf<ParkedCall>()
    let server = try makeServer([parking(shelf)])
    let client = try PythonClient(port: server.boundPort, manyCalls)
    client.say("3")
    try await eventually { shelf.count == 3 }
    _ = shelf.takeAll()
    _ = try await client.line()
    #expect(try await client.line() == "[('UNAVAILABLE', b'')]")
  }

  @Test func `calls beyond the limit of parked calls are refused`() async throws {
    let shelf = Shelf<ParkedCall>()
    var limits = GRPCServerConfiguration.Limits()
    limits.parkedCalls = 5
    let server = try makeServer([parking(shelf)], limits: limits)
    let client = try PythonClient(port: server.boundPort, manyCalls)
    client.say("9")
    try await eventually { server.callCounts[0].finished[.resourceExhausted] == 4 }
    for call in shelf.takeAll() { call.reply([1]) }
    _ = try await client.line()
    #expect(try await client.line() == "[('OK', b'\\x01'), ('RESOURCE_EXHAUSTED', b'')]")
  }

  @Test func `a handler that says later without parking is our bug: INTERNAL`() async throws {
    let server = try makeServer([.unary("/test.Service/Later") { _, _ in .later }])
    let client = try PythonClient(port: server.boundPort, manyCalls)
    client.say("1")
    _ = try await client.line()
    #expect(try await client.line() == "[('INTERNAL', b'')]")
  }

  @Test func `a handler may park and still answer at once`() async throws {
    let server = try makeServer([
      .unary("/test.Service/Later") { _, context in
        _ = context.park()
        return .status(GRPCStatus(.invalidArgument))
      }
    ])
    let client = try PythonClient(port: server.boundPort, manyCalls)
    client.say("2")
    _ = try await client.line()
    #expect(try await client.line() == "[('INVALID_ARGUMENT', b'')]")
  }

  @Test func `a parked call whose client has gone leaves nothing behind`() async throws {
    let shelf = Shelf<ParkedCall>()
    let server = try makeServer([parking(shelf)])
    let client = try PythonClient(
      port: server.boundPort,
      """
      call = plaintext().unary_unary("/test.Service/Later")
      calls = [call.future(b"") for _ in range(50)]
      hear()
      for call in calls: call.cancel()
      say("gone")
      """)
    try await eventually { shelf.count == 50 }
    client.say("go")
    #expect(try await client.line() == "gone")
    for call in shelf.takeAll() { call.reply([1]) }
    try await eventually { server.parkedCalls == 0 }
    await server.drain(grace: .seconds(5))
  }

  @Test func `a drain answers what is still parked when the grace period ends`() async throws {
    let shelf = Shelf<ParkedCall>()
    let server = try makeServer([parking(shelf)])
    let client = try PythonClient(port: server.boundPort, manyCalls)
    client.say("3")
    try await eventually { shelf.count == 3 }
    await server.drain(grace: .milliseconds(50))
    _ = try await client.line()
    let answer = try await client.line()
    #expect(["[('UNAVAILABLE', b'')]", "[('CANCELLED', b'')]"].contains(answer))
    for call in shelf.takeAll() { call.reply([1]) }
  }
}
