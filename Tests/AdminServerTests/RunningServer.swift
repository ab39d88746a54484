import Foundation
import Glibc
import Logging
import Synchronization
import TestSupport

@testable import AdminServer

/// What a test's server shows; changed while it runs.
final class Shown: Sendable {
  let triggers: Mutex<[FakeTrigger]>
  let readiness = Mutex(Readiness.ready)
  let counters = Mutex(ProcessCounters(inClusterWith: 2))

  init(_ triggers: [FakeTrigger] = []) { self.triggers = Mutex(triggers) }

  var source: StatusSource {
    StatusSource(
      triggers: { self.triggers.withLock { $0 } }, readiness: { self.readiness.withLock { $0 } },
      counters: { self.counters.withLock { $0 } })
  }
}

/// Runs a server that shows `shown` on a free port of 127.0.0.1 while `body` runs.
func withStatusServer(
  _ shown: Shown, token: AccessToken? = nil,
  limits: StatusServerConfiguration.Limits = .init(), host: String = "127.0.0.1", port: Int = 0,
  past: (StatusBook) -> Void = { _ in }, _ body: (AdminClient) async throws -> Void
) async throws {
  var configuration = StatusServerConfiguration(
    host: host, port: port, token: token, version: "1.2.3")
  configuration.limits = limits
  let server = StatusServer(
    configuration: configuration, source: shown.source, logger: Logger(label: "test"))
  past(server.book)
  try await withThrowingTaskGroup(of: Void.self) { group in
    let port = try await server.listen(in: &group)
    defer { group.cancelAll() }
    try await body(AdminClient(port: UInt16(port)))
  }
}

/// Asks a server on 127.0.0.1, one connection per request.
struct AdminClient {
  let port: UInt16

  /// An answer in full.
  struct Answer: Sendable {
    var status: Int
    var headers: [String: String]
    var body: String
  }

  /// GET, or another method, with these header lines.
  func get(_ path: String, method: String = "GET", _ headers: [String] = []) async throws -> Answer
  {
    let lines =
      ["\(method) \(path) HTTP/1.1", "Host: 127.0.0.1:\(port)", "Connection: close"] + headers
    let connection = try OpenConnection(port: port)
    connection.send(lines.joined(separator: "\r\n") + "\r\n\r\n")
    return try await connection.answer()
  }

  /// A connection on which `text` has been sent.
  func open(_ text: String) throws -> OpenConnection {
    let connection = try OpenConnection(port: port)
    connection.send(text)
    return connection
  }
}

extension AdminClient.Answer {
  init(_ text: String) {
    let halves = text.firstRange(of: "\r\n\r\n")
    let lines = text[..<(halves?.lowerBound ?? text.endIndex)].split(separator: "\r\n")
    status = lines.first.flatMap { Int($0.split(separator: " ").dropFirst().first ?? "") } ?? 0
    headers = [:]
    for line in lines.dropFirst() {
      let parts = line.split(separator: ":", maxSplits: 1)
      if parts.count == 2 {
        headers[parts[0].lowercased()] = String(parts[1].drop { $0 == " " })
      }
    }
    body = halves.map { String(text[$0.upperBound...]) } ?? ""
  }
}

/// A raw connection to 127.0.0.1, closed when it is let go.
final class OpenConnection: Sendable {
  struct Failure: Error {}

  private let descriptor: Int32

  init(port: UInt16) throws {
    descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue) | O_CLOEXEC, 0)
    guard descriptor >= 0 else { throw Failure() }
    var timeout = timeval(tv_sec: 0, tv_usec: 100_000)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    setsockopt(
      descriptor, SOL_SOCKET, SO_SNDTIMEO, &timeout, socklen_t(MemoryLayout<timeval>.size))
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = port.bigEndian
    address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
    let connected = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
    guard connected == 0 else { throw Failure() }
  }

  deinit { close(descriptor) }

  /// Sends a text; false where the server takes no more.
  @discardableResult func send(_ text: String) -> Bool {
    let bytes = Array(text.utf8)
    return Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count
  }

  /// What comes until `isEnough`, the server closes, or `limit` is over (then it throws).
  func text(
    within limit: Duration = .seconds(20), until isEnough: @escaping @Sendable (String) -> Bool
  ) async throws -> String {
    let bytes = try await received(within: limit) {
      isEnough(String(decoding: $0, as: UTF8.self))
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// An answer, as long as its `Content-Length` says, or until the server closes.
  func answer(within limit: Duration = .seconds(20)) async throws -> AdminClient.Answer {
    let separator = Array("\r\n\r\n".utf8)
    let bytes = try await received(within: limit) { bytes in
      guard let head = bytes.firstRange(of: separator) else { return false }
      let answer = AdminClient.Answer(
        String(decoding: bytes[..<head.upperBound], as: UTF8.self))
      guard let length = answer.headers["content-length"].flatMap({ Int($0) }) else { return false }
      return bytes.count - head.upperBound >= length
    }
    return AdminClient.Answer(String(decoding: bytes, as: UTF8.self))
  }

  private func received(
    within limit: Duration, until isEnough: @escaping @Sendable ([UInt8]) -> Bool
  ) async throws -> [UInt8] {
    // On a thread of its own: a blocked read would hold one of the few that tasks share.
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread { [self] in
        continuation.resume(with: Result { try collect(within: limit, until: isEnough) })
      }
    }
  }

  private func collect(
    within limit: Duration, until isEnough: ([UInt8]) -> Bool
  ) throws -> [UInt8] {
    let deadline = ContinuousClock.now + limit
    var received: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 262_144)
    while ContinuousClock.now < deadline {
      let count = recv(descriptor, &buffer, buffer.count, 0)
      if count == 0 || (count < 0 && errno != EAGAIN && errno != EINTR) { return received }
      if count > 0 {
        received += buffer.prefix(count)
        if isEnough(received) { return received }
      }
    }
    throw Failure()
  }
}

extension ProcessCounters {
  /// A server in a cluster that has written so many counts.
  init(inClusterWith writes: Int) {
    self.init()
    cluster = Cluster(
      mode: "scale", isLeader: true, replicaWrites: writes, replicaWriteFailures: 1,
      replicaWriteConflicts: 3, lastWriteSeconds: 0.02, eventsWritten: 5, eventsDropped: 0,
      troubles: ["may not watch pods"])
  }
}
