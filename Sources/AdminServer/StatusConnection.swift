internal import FlyingFox
internal import FlyingSocks
internal import Foundation

/// One client's connection: requests are answered one after another, each within its bounds.
///
/// FlyingFox's own server bounds neither the length of a line nor the time to send it, and takes
/// longer for each byte the longer a line is (35 % of a core for one client that sends a line
/// without end); so its sockets and its messages are used, and heads are read here.
struct StatusConnection: Sendable {
  let socket: AsyncSocket
  let router: StatusRouter
  let limits: StatusServerConfiguration.Limits

  /// Answers until the client goes or a bound is reached, and closes.
  func serve() async {
    defer { try? socket.close() }
    do {
      var unread: [UInt8] = []
      while let head = try await nextHead(&unread) {
        let response = try await router.handleRequest(head.request)
        try await send(response, isLast: !head.staysOpen)
        guard head.staysOpen else { return }
      }
    } catch is RequestHead.Malformed {
      try? await send(
        .problem(.badRequest, "this is no HTTP request", hint: "speak HTTP/1.1 to this port"),
        isLast: true)
    } catch is HeadTooLong {
      router.counters.refused(.headBytes)
      let hint = "send at most \(limits.headBytes) bytes"
      try? await send(
        .problem(.requestHeaderFieldsTooLarge, "the request's head is too long", hint: hint),
        isLast: true)
    } catch is TimeOver {
      router.counters.refused(.seconds)
    } catch {
      // The client has gone, or the server ends: there is nobody to tell.
    }
  }

  private struct HeadTooLong: Error {}
  private struct TimeOver: Error {}

  /// The next head; `nil` where the client has closed between requests.
  private func nextHead(_ unread: inout [UInt8]) async throws -> RequestHead? {
    var deadline: ContinuousClock.Instant?
    var searched = 0
    while true {
      if let end = unread[searched...].firstRange(of: Self.emptyLine) {
        let head = try RequestHead(unread[..<end.lowerBound])
        unread.removeSubrange(..<end.upperBound)
        return head
      }
      searched = max(0, unread.count - 3)
      guard unread.count < limits.headBytes else { throw HeadTooLong() }
      if deadline == nil, !unread.isEmpty { deadline = .now + limits.headTimeout }
      let limit = deadline.map { $0 - .now } ?? limits.idleTimeout
      do {
        unread += try await within(limit) { [socket] in try await socket.read(atMost: 4096) }
      } catch SocketError.disconnected {
        return nil
      }
    }
  }

  private static let emptyLine = Array("\r\n\r\n".utf8)

  private func send(_ response: HTTPResponse, isLast: Bool) async throws {
    guard case .httpBody(let body) = response.payload else { return }
    var lines = ["HTTP/1.1 \(response.statusCode.code) \(response.statusCode.phrase)"]
    var headers = response.headers
    if let count = body.count {
      if headers[.contentLength] == nil { headers[.contentLength] = "\(count)" }
    } else {
      headers[.transferEncoding] = "chunked"
    }
    if isLast { headers[.connection] = "close" }
    for (name, value) in headers { lines.append("\(name.rawValue): \(value)") }
    try await write(Data((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8))
    for try await piece in body { try await write(piece) }
  }

  private func write(_ data: Data) async throws {
    try await within(limits.writeTimeout) { [socket] in try await socket.write(data) }
  }

  /// What `work` gives, unless it takes longer than `limit`.
  private func within<Result: Sendable>(
    _ limit: Duration, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(for: limit)
        throw TimeOver()
      }
      defer { group.cancelAll() }
      guard let first = try await group.next() else { throw CancellationError() }
      return first
    }
  }
}
