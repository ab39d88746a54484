import Glibc
import Synchronization

/// Standard error as the log's end. It may be full, closed, or a pipe that nobody empties: a line is
/// then lost and counted, and nobody waits.
final class LogOutput: Sendable {
  /// The one of this process.
  static let standardError = LogOutput(descriptor: STDERR_FILENO)

  /// The longest line; what is longer is cut. A pipe that says it has room has it for so much
  /// (PIPE_BUF, pipe(7)), so a line is never waited for and never torn.
  static let lineLimitBytes = 4096

  private let descriptor: Int32
  private let gate = Mutex(LogGate(linesPerSecond: 1000))

  /// - Parameter descriptor: stays the caller's.
  init(descriptor: Int32) { self.descriptor = descriptor }

  /// Sets how many lines of one sentence may be written in a second.
  func set(linesPerSecond: Int) {
    gate.withLock { $0 = LogGate(linesPerSecond: linesPerSecond) }
  }

  /// Lines that were not written since the start.
  var droppedCount: Int { gate.withLock(\.droppedCount) }

  /// Writes a line, or drops it; `note` makes the line about those dropped before it.
  func write(_ line: String, sentence: String, note: (Int) -> String) {
    gate.withLock { gate in
      guard case .write(let dropped) = gate.judge(sentence, at: .now) else { return }
      if dropped > 0, !put(note(dropped)) { gate.lost() }
      if !put(line) { gate.lost() }
    }
  }

  private func put(_ line: String) -> Bool {
    var bytes = Array(line.utf8.prefix(Self.lineLimitBytes - 1))
    bytes.append(UInt8(ascii: "\n"))
    var ready = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    guard poll(&ready, 1, 0) == 1, Int32(ready.revents) & POLLOUT != 0 else { return false }
    return Glibc.write(descriptor, bytes, bytes.count) == bytes.count
  }
}
