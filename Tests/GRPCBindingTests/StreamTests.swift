import GRPCBinding
import Synchronization
import TestSupport
import Testing

@Suite("Streams")
struct StreamTests {
  /// The streams that are open, and how many have ended.
  final class Board: Sendable {
    struct State {
      var streams: [LatestValueStream] = []
      var ended = 0
    }

    let state = Mutex(State())

    var opened: Int { state.withLock { $0.streams.count } }
    var ended: Int { state.withLock { $0.ended } }

    /// Opens each stream with its request as the first value.
    var method: GRPCMethod {
      .latestValue("/test.Service/Watch") { [self] request, stream in
        if request.byteCount == 0 {
          return .status(GRPCStatus(.invalidArgument, "empty"))
        }
        stream.send(copy(request))
        state.withLock { $0.streams.append(stream) }
        return .open { self.state.withLock { $0.ended += 1 } }
      }
    }

    func send(_ bytes: [UInt8]) {
      for stream in state.withLock({ $0.streams }) { stream.send(bytes) }
    }

    func finish(_ status: GRPCStatus) {
      for stream in state.withLock({ $0.streams }) { stream.finish(status) }
    }
  }

  /// Opens a number of streams, says when all have their first value, then how all end.
  static let manyStreams = """
    count = int(hear())
    channel = plaintext()
    call = channel.unary_stream("/test.Service/Watch")
    streams = [call(b"first") for _ in range(count)]
    for stream in streams: assert next(stream) == b"first"
    say("open")
    seen = []
    def rest(stream):
        return code(lambda: seen.append(list(stream)) and None)
    codes = [rest(stream) for stream in streams]
    say(sorted(set(codes)))
    say(len([s for s in seen if s and s[-1] == b"last"]))
    """

  @Test func `a stream gets values as they change and ends with its status`() async throws {
    let board = Board()
    let server = try makeServer([board.method])
    let client = try PythonClient(
      port: server.boundPort,
      """
      stream = plaintext().unary_stream("/test.Service/Watch")(b"a")
      for message in stream: say(message.decode())
      say(stream.code().name)
      """)
    #expect(try await client.line() == "a")
    board.send(Array("b".utf8))
    #expect(try await client.line() == "b")
    board.send(Array("c".utf8))
    board.finish(.ok)
    board.finish(.init(.internalError))
    board.send(Array("d".utf8))
    #expect(try await client.line() == "c")
    #expect(try await client.line() == "OK")
    try await eventually { board.ended == 1 }
    try await eventually { server.openStreams == 0 }
    #expect(server.callCounts[0].finished == [.ok: 1])
  }

  @Test func `a refused stream has its status, a stream let go is UNAVAILABLE`() async throws {
    let board = Board()
    let server = try makeServer([
      board.method,
      .latestValue("/test.Service/Drop") { _, _ in .open(onEnd: {}) },
    ])
    let client = try PythonClient(
      port: server.boundPort,
      """
      channel = plaintext()
      say(code(lambda: list(channel.unary_stream("/test.Service/Watch")(b""))))
      say(code(lambda: list(channel.unary_stream("/test.Service/Drop")(b"x"))))
      say(code(lambda: list(channel.stream_stream("/test.Service/Watch")(iter(())))))
      """)
    let lines = try await [client.line(), client.line(), client.line()]
    #expect(lines == ["INVALID_ARGUMENT", "UNAVAILABLE", "INTERNAL"])
    #expect(board.ended == 0)
  }

  @Test func `onEnd comes once, by cancel and by a client that dies`() async throws {
    let board = Board()
    let server = try makeServer([board.method])
    let client = try PythonClient(
      port: server.boundPort,
      """
      channel = plaintext()
      streams = [channel.unary_stream("/test.Service/Watch")(b"a") for _ in range(20)]
      for stream in streams: next(stream)
      for stream in streams[:10]: stream.cancel()
      say("cancelled")
      hear()
      os._exit(1)
      """)
    #expect(try await client.line() == "cancelled")
    try await eventually { board.ended == 10 }
    #expect(server.openStreams == 10)
    client.say("die")
    try await eventually { board.ended == 20 }
    try await eventually { server.openStreams == 0 }
    board.send([1])
    board.finish(.ok)
    #expect(board.ended == 20)
    #expect(server.callCounts[0].finished == [.cancelled: 20])
  }

  @Test func `a client that does not read gets the newest value, not all of them`() async throws {
    let board = Board()
    let server = try makeServer([board.method])
    let client = try PythonClient(
      port: server.boundPort,
      """
      stream = plaintext().unary_stream("/test.Service/Watch")(b"first")
      next(stream)
      say("open")
      hear()
      count, last = 0, None
      for message in stream:
          count, last = count + 1, message
      say(count < 5000, last[0])
      """)
    #expect(try await client.line() == "open")
    let filler = [UInt8](repeating: 1, count: 20_000)
    for _ in 0..<20_000 { board.send(filler) }
    board.send([42] + filler)
    board.finish(.ok)
    client.say("read")
    #expect(try await client.line() == "True 42")
  }

  @Test func `2,000 streams all get a change, and all see OK when the server drains`()
    async throws
  {
    let board = Board()
    let server = try makeServer([board.method, echo])
    let client = try PythonClient(port: server.boundPort, Self.manyStreams)
    client.say("2000")
    #expect(try await client.line(within: 60) == "open")
    #expect(server.openStreams == 2000)
    board.send(Array("last".utf8))
    let start = ContinuousClock.now
    await server.drain(grace: .seconds(10))
    #expect(ContinuousClock.now - start < .seconds(5))
    #expect(try await client.line(within: 60) == "['OK']")
    #expect(try await client.line() == "2000")
    #expect(board.ended == 2000)
  }

  @Test func `streams beyond the limit are RESOURCE_EXHAUSTED`() async throws {
    let board = Board()
    var limits = GRPCServerConfiguration.Limits()
    limits.streams = 3
    let server = try makeServer([board.method], limits: limits)
    let client = try PythonClient(
      port: server.boundPort,
      """
      channel = plaintext()
      streams = [channel.unary_stream("/test.Service/Watch")(b"a") for _ in range(3)]
      for stream in streams: next(stream)
      say(code(lambda: list(channel.unary_stream("/test.Service/Watch")(b"a"))))
      streams[0].cancel()
      hear()
      say(next(channel.unary_stream("/test.Service/Watch")(b"again")))
      """)
    #expect(try await client.line() == "RESOURCE_EXHAUSTED")
    try await eventually { server.openStreams == 2 }
    client.say("go on")
    #expect(try await client.line() == "b'again'")
  }

  @Test func `in a lockstep stream each message has its answer, a drain ends it with OK`()
    async throws
  {
    let server = try makeServer([
      .lockstep("/test.Service/Talk") { request in
        request.byteCount == 1
          ? .status(GRPCStatus(.failedPrecondition, "one")) : .reply(copy(request).reversed())
      }
    ])
    let client = try PythonClient(
      port: server.boundPort,
      """
      import queue
      call = plaintext().stream_stream("/test.Service/Talk")
      say(b" ".join(call(iter([b"abc", b"", b"de"]))).decode())
      say(code(lambda: list(call(iter([b"abc", b"x", b"de"]))) and None))
      say(code(lambda: list(call(iter([]))) and None))
      first = call(iter([b"abc"]))
      next(first); first.cancel()
      messages = queue.Queue()
      open = call(iter(messages.get, None))
      messages.put(b"xy")
      say(next(open).decode())
      say(code(lambda: list(open) and None))
      """)
    #expect(try await client.line() == "cba  ed")
    #expect(try await client.line() == "FAILED_PRECONDITION")
    #expect(try await client.line() == "OK")
    #expect(try await client.line() == "yx")
    await server.drain(grace: .seconds(10))
    #expect(try await client.line() == "OK")
  }
}
