import Foundation
import Glibc
import Synchronization

/// An HTTP server on 127.0.0.1 that does whatever a test's script says, well-behaved or hostile.
///
/// Raw sockets, one thread per connection; connections are kept alive until the script closes them.
package final class ScriptedHTTPServer: Sendable {
  /// Answers one request on its connection; runs on the connection's thread and may block it.
  package typealias Script = @Sendable (ScriptedRequest, ScriptedConnection) -> Void

  /// The port it listens on.
  package let port: UInt16
  private let state: Mutex<State>

  private struct State {
    var listener: Int32
    var connections: Set<Int32> = []
    var isStopped = false
    var acceptedCount = 0
  }

  /// `http://127.0.0.1:port`.
  package var address: String { "http://127.0.0.1:\(port)" }

  /// How many connections have been accepted so far.
  package var acceptedCount: Int { state.withLock { $0.acceptedCount } }

  /// Listens on a port (0: any free one) and answers with `script`.
  package init(port: UInt16 = 0, script: @escaping Script) throws {
    let (listener, bound) = try LoopbackSocket.listen(port: port)
    self.port = bound
    state = Mutex(State(listener: listener))
    Thread.detachNewThread { [self] in acceptLoop(listener, script) }
  }

  /// Closes the listener and every connection.
  package func stop() {
    state.withLock { state in
      guard !state.isStopped else { return }
      state.isStopped = true
      // Wakes the accepting thread and the connections' threads, which close their own descriptors.
      Glibc.shutdown(state.listener, Int32(SHUT_RDWR))
      for connection in state.connections { Glibc.shutdown(connection, Int32(SHUT_RDWR)) }
    }
  }

  private func acceptLoop(_ listener: Int32, _ script: @escaping Script) {
    while true {
      let descriptor = accept(listener, nil, nil)
      guard descriptor >= 0 else { break }
      let isWanted = state.withLock { state in
        guard !state.isStopped else { return false }
        state.acceptedCount += 1
        state.connections.insert(descriptor)
        return true
      }
      guard isWanted else {
        close(descriptor)
        break
      }
      Thread.detachNewThread { [self] in
        let connection = ScriptedConnection(descriptor: descriptor)
        while let request = connection.nextRequest() { script(request, connection) }
        connection.end()
        state.withLock { state in
          state.connections.remove(descriptor)
          close(descriptor)
        }
      }
    }
    close(listener)
  }
}

/// A request as it came.
package struct ScriptedRequest: Sendable {
  /// `GET`, `POST`.
  package let method: String
  /// Path and query as sent.
  package let target: String
  /// The header lines, as sent.
  package let headerLines: [String]
  /// The body, as long as `Content-Length` said.
  package let body: [UInt8]

  /// The value of a header, whatever the case of its name.
  package func header(_ name: String) -> String? {
    for line in headerLines {
      let parts = line.split(separator: ":", maxSplits: 1)
      guard parts.count == 2, parts[0].lowercased() == name.lowercased() else { continue }
      return parts[1].trimmingCharacters(in: .whitespaces)
    }
    return nil
  }
}

/// A client's connection, as a script sees it.
package final class ScriptedConnection: Sendable {
  private let descriptor: Int32
  private let unread = Mutex<[UInt8]>([])

  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Sends a complete answer with a right `Content-Length`.
  package func answer(
    status: Int = 200, headers: [String] = ["Content-Type: application/json"], body: [UInt8]
  ) {
    let lines = ["HTTP/1.1 \(status) Scripted", "Content-Length: \(body.count)"] + headers
    send(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8) + body)
  }

  /// Sends a complete answer with a right `Content-Length`.
  package func answer(
    status: Int = 200, headers: [String] = ["Content-Type: application/json"], text: String
  ) {
    answer(status: status, headers: headers, body: Array(text.utf8))
  }

  /// Sends bytes as they are; false when the client is gone.
  @discardableResult
  package func send(_ bytes: [UInt8]) -> Bool {
    var sent = 0
    while sent < bytes.count {
      let count = bytes[sent...].withUnsafeBytes {
        Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
      }
      guard count > 0 else { return false }
      sent += count
    }
    return true
  }

  /// Sends a text as it is; false when the client is gone.
  @discardableResult
  package func send(_ text: String) -> Bool { send(Array(text.utf8)) }

  /// Ends the connection in good order.
  package func end() { Glibc.shutdown(descriptor, Int32(SHUT_RDWR)) }

  /// Ends the connection with a reset.
  package func reset() {
    var linger = linger(l_onoff: 1, l_linger: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
    // Connecting to nowhere drops the connection at once, and with it sends the reset.
    var nowhere = sockaddr()
    nowhere.sa_family = sa_family_t(AF_UNSPEC)
    connect(descriptor, &nowhere, socklen_t(MemoryLayout.size(ofValue: nowhere)))
  }

  /// Waits until the client closes, or the time is up; what it sends meanwhile is dropped.
  package func waitUntilClosed(seconds: Int = 10) {
    var timeout = timeval(tv_sec: seconds, tv_usec: 0)
    setsockopt(
      descriptor, SOL_SOCKET, SO_RCVTIMEO, &timeout, socklen_t(MemoryLayout.size(ofValue: timeout)))
    while read() != nil {}
  }

  /// The next request; nil when the client is gone.
  fileprivate func nextRequest() -> ScriptedRequest? {
    let separator = Array("\r\n\r\n".utf8)
    var bytes = unread.withLock { $0 }
    var found = bytes.firstRange(of: separator)
    while found == nil {
      guard let more = read() else { return nil }
      bytes += more
      // A TLS handshake never becomes a request; a real server ends it, too.
      guard bytes.first != 0x16 else { return nil }
      found = bytes.firstRange(of: separator)
    }
    guard let end = found else { return nil }
    let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
      .components(separatedBy: "\r\n")
    bytes.removeSubrange(..<end.upperBound)
    let first = (lines.first ?? "").split(separator: " ").map(String.init)
    let head = ScriptedRequest(
      method: first.first ?? "", target: first.dropFirst().first ?? "",
      headerLines: Array(lines.dropFirst()), body: [])
    let length = head.header("Content-Length").flatMap { Int($0) } ?? 0
    while bytes.count < length {
      guard let more = read() else { return nil }
      bytes += more
    }
    let body = Array(bytes.prefix(length))
    bytes.removeFirst(length)
    unread.withLock { $0 = bytes }
    return ScriptedRequest(
      method: head.method, target: head.target, headerLines: head.headerLines, body: body)
  }

  private func read() -> [UInt8]? {
    var buffer = [UInt8](repeating: 0, count: 16384)
    let count = recv(descriptor, &buffer, buffer.count, 0)
    return count > 0 ? Array(buffer.prefix(count)) : nil
  }
}
