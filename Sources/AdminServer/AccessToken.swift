internal import Foundation
internal import Synchronization

/// The secret that opens the admin port: as a bearer token, or as the password of HTTP's basic
/// authentication (any user name), which is what a browser can ask a person for.
package struct AccessToken: Sendable {
  /// The fewest characters of a token.
  package static let shortest = 8
  private static let longestFileBytes = 4096

  private let source: Source

  private enum Source: Sendable {
    case value([UInt8])
    case file(TokenFile)
  }

  /// A fixed token; `nil` where it is shorter than `shortest` or has white space.
  package init?(_ value: String) {
    guard let token = Self.token(in: Array(value.utf8)) else { return nil }
    source = .value(token)
  }

  /// The token in a file, white space around it left out; read again when it is used, at most once
  /// a second, so that a changed Secret is followed. What cannot be read any more keeps the last.
  /// - Throws: `StatusServerError.unusableToken`
  package init(file path: String) throws(StatusServerError) {
    source = .file(TokenFile(path: path, token: try Self.read(path)))
  }

  /// Whether the value of an `Authorization` header holds the token.
  func admits(_ authorization: String?) -> Bool {
    guard let authorization, authorization.utf8.count <= 8192,
      let space = authorization.firstIndex(of: " ")
    else { return false }
    let words = authorization[authorization.index(after: space)...]
      .trimmingCharacters(in: .whitespaces)
    switch authorization[..<space].lowercased() {
    case "bearer": return matches(Array(words.utf8))
    case "basic":
      guard let decoded = Data(base64Encoded: words), let colon = decoded.firstIndex(of: 0x3A)
      else { return false }
      return matches(Array(decoded[decoded.index(after: colon)...]))
    default: return false
    }
  }

  /// Compares without telling by its time how much of `offered` is right.
  private func matches(_ offered: [UInt8]) -> Bool {
    let token: [UInt8] =
      switch source {
      case .value(let value): value
      case .file(let file): file.current(now: .now)
      }
    var difference = UInt8(offered.count == token.count ? 0 : 1)
    for index in token.indices {
      difference |= token[index] ^ (index < offered.count ? offered[index] : 0)
    }
    return difference == 0
  }

  fileprivate static func read(_ path: String) throws(StatusServerError) -> [UInt8] {
    let bytes: Data
    do {
      let handle = try FileHandle(forReadingFrom: URL(filePath: path))
      defer { try? handle.close() }
      bytes = try handle.read(upToCount: longestFileBytes) ?? Data()
    } catch {
      throw .unusableToken(file: path, reason: "it cannot be read")
    }
    guard let token = token(in: Array(bytes)) else {
      throw .unusableToken(file: path, reason: "it holds no usable token")
    }
    return token
  }

  private static func token(in bytes: [UInt8]) -> [UInt8]? {
    func isSpace(_ byte: UInt8) -> Bool { byte <= 0x20 }
    guard let first = bytes.firstIndex(where: { !isSpace($0) }),
      let last = bytes.lastIndex(where: { !isSpace($0) })
    else { return nil }
    let token = bytes[first...last]
    return token.count >= shortest && !token.contains(where: isSpace) ? Array(token) : nil
  }
}

/// A token's file with what it held last.
private final class TokenFile: Sendable {
  private let path: String
  private let state: Mutex<(token: [UInt8], readAt: ContinuousClock.Instant)>

  init(path: String, token: [UInt8]) {
    self.path = path
    state = Mutex((token, .now))
  }

  func current(now: ContinuousClock.Instant) -> [UInt8] {
    let isDue = state.withLock { now - $0.readAt >= .seconds(1) }
    if isDue {
      let token = try? AccessToken.read(path)
      state.withLock {
        $0.readAt = now
        if let token { $0.token = token }
      }
    }
    return state.withLock(\.token)
  }
}
