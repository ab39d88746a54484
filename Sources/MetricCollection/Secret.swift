internal import CurlClient
internal import Glibc
internal import Synchronization

/// A text that must never be shown. Describing, printing or dumping it gives `(hidden)`.
package struct SecretText: Sendable, Hashable, CustomStringConvertible,
  CustomDebugStringConvertible,
  CustomReflectable
{
  /// The text itself: for the wire only.
  let revealed: String

  /// Hides a text.
  package init(_ text: String) { revealed = text }

  /// `(hidden)`.
  package var description: String { "(hidden)" }
  /// `(hidden)`.
  package var debugDescription: String { "(hidden)" }
  /// Without children.
  package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A secret, written out or in a file that is read again when it changes.
package enum Secret: Sendable, Hashable {
  /// Written in the configuration.
  case text(SecretText)
  /// In a file, without white space around it.
  case file(SecretFile)

  /// The secret as it is now.
  /// - Throws: `SecretProblem` where its file could never be read.
  func current() throws(SecretProblem) -> String {
    switch self {
    case .text(let text): text.revealed
    case .file(let file): try file.current()
    }
  }

  /// Whether it can be the value of a header as it is now.
  /// - Throws: `SecretProblem` where its file could never be read.
  package func isUsable(asHeader name: String) throws(SecretProblem) -> Bool {
    HTTPHeader(name, try current()) != nil
  }
}

/// Why a secret cannot be used; says its file's path and never its content.
package struct SecretProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence with the remedy.
  package let description: String
}

/// A file that holds a secret, looked at again at most once a second. Once it has been read, a file
/// that cannot be read later (while it is being replaced) leaves the last secret in force.
package final class SecretFile: Sendable {
  /// Where it is.
  package let path: String
  private let state = Mutex(State())

  private struct State {
    var secret: String?
    var version: Version?
    var lookedAt: ContinuousClock.Instant?
  }

  /// What tells one content of the file from another.
  private struct Version: Equatable {
    var device: UInt
    var inode: UInt
    var seconds: Int
    var nanoseconds: Int
    var bytes: Int
  }

  /// The longest secret, in bytes.
  private static let limitBytes = 64 << 10
  /// How often the file is looked at.
  private static let interval = Duration.seconds(1)

  /// A file at a path; nothing is read yet.
  package init(path: String) { self.path = path }

  /// The secret as it is now.
  /// - Throws: `SecretProblem` where the file could never be read.
  package func current() throws(SecretProblem) -> String {
    let result = state.withLock { state -> Result<String, SecretProblem> in
      let now = ContinuousClock.now
      if let secret = state.secret, let lookedAt = state.lookedAt,
        now - lookedAt < Self.interval
      {
        return .success(secret)
      }
      state.lookedAt = now
      do throws(SecretProblem) {
        let version = try version()
        if let secret = state.secret, version == state.version { return .success(secret) }
        let secret = try read()
        (state.secret, state.version) = (secret, version)
        return .success(secret)
      } catch {
        return state.secret.map { .success($0) } ?? .failure(error)
      }
    }
    return try result.get()
  }

  private func version() throws(SecretProblem) -> Version {
    var info = stat()
    guard stat(path, &info) == 0 else { throw problem(errno) }
    return Version(
      device: UInt(info.st_dev), inode: UInt(info.st_ino), seconds: info.st_mtim.tv_sec,
      nanoseconds: info.st_mtim.tv_nsec, bytes: Int(info.st_size))
  }

  private func read() throws(SecretProblem) -> String {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else { throw problem(errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 4096)
    while bytes.count <= Self.limitBytes {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      guard count >= 0 else { throw problem(errno) }
      guard count > 0 else { break }
      bytes += buffer.prefix(count)
    }
    guard bytes.count <= Self.limitBytes else {
      throw SecretProblem(
        description: "\(path) is longer than \(Self.limitBytes) bytes; is it the right file?")
    }
    let isBlank: (UInt8) -> Bool = { $0 <= 0x20 }
    while bytes.last.map(isBlank) == true { bytes.removeLast() }
    let secret = bytes.drop(while: isBlank)
    guard !secret.isEmpty else {
      throw SecretProblem(description: "\(path) is empty; write the secret into it")
    }
    return String(decoding: secret, as: UTF8.self)
  }

  private func problem(_ code: Int32) -> SecretProblem {
    SecretProblem(
      description: "cannot read \(path) (\(String(cString: strerror(code)))); "
        + "check the path, the mount and the permissions")
  }
}

extension SecretFile: Hashable {
  /// Files at one path hold one secret.
  package static func == (one: SecretFile, other: SecretFile) -> Bool { one.path == other.path }
  /// By path.
  package func hash(into hasher: inout Hasher) { hasher.combine(path) }
}
