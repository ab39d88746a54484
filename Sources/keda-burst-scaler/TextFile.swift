import Foundation
import TriggerConfiguration

/// Text files that the user names. A pipe is one, too: `check -f <(helm template …)` hands over
/// `/dev/fd/63`, which has no length to ask for.
enum TextFile {
  /// The most that is read of any, in bytes; it bounds a pipe that never ends.
  static let limitBytes = TriggerLimits.fileBytes

  /// The text of the file at `path`, read to its end.
  /// - Throws: a `CocoaError`, or `TooLong`; `FileFault.reading` has the words for either.
  static func read(_ path: String) throws -> String {
    let file = try FileHandle(forReadingFrom: URL(fileURLWithPath: path))
    defer { try? file.close() }
    return try read(file)
  }

  /// The text that is left to read in an open file.
  /// - Throws: as for a path.
  static func read(_ file: FileHandle) throws -> String {
    var bytes = Data()
    while let piece = try file.read(upToCount: 1 << 16), !piece.isEmpty {
      bytes += piece
      guard bytes.count <= limitBytes else { throw TooLong() }
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      throw CocoaError(.fileReadInapplicableStringEncoding)
    }
    return text
  }

  /// Whether the file at `path` can be read again: a pipe gives each byte once.
  static func isRereadable(_ path: String) -> Bool {
    var status = stat()
    return stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// More than `limitBytes`.
  struct TooLong: Error {}
}
