import Foundation
import Synchronization

/// One line on standard error that says how far a long run is; only on a terminal.
final class ProgressLine: Sendable {
  private let isShown = isatty(STDERR_FILENO) == 1
  private let newest = Mutex("")

  /// Shows `share`, 0 … 1, and what is being done.
  func show(_ share: Double, _ what: String) {
    guard isShown else { return }
    let line = "\(Plain.number(100 * share, 0)) %  \(what.prefix(60))"
    newest.withLock { newest in
      guard newest != line else { return }
      newest = line
      write("\r\u{1B}[2K\(line)")
    }
  }

  /// Takes the line away.
  func clear() {
    guard isShown else { return }
    newest.withLock { newest in
      if !newest.isEmpty { write("\r\u{1B}[2K") }
      newest = ""
    }
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(text.utf8))
  }
}
