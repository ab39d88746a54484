internal import FoundationEssentials
internal import Synchronization

/// How we show who we are, beside a client certificate.
package enum Credential: Sendable {
  /// Not at all.
  case none
  /// A token that stays as it is.
  case token(String)
  /// A file with a token, which is written anew before the token runs out.
  case tokenFile(TokenFile)

  /// The token to send now; nil where there is none, or its file cannot be read.
  func token() -> String? {
    switch self {
    case .none: nil
    case .token(let token): token
    case .tokenFile(let file): file.current()
    }
  }

  /// Makes the next `token` read its file again.
  func forget() {
    if case .tokenFile(let file) = self { file.forget() }
  }
}

/// A service account's token, which the kubelet renews in its file.
package final class TokenFile: Sendable {
  /// Where it is.
  package let path: String
  private let cached = Mutex<(token: String, readAt: ContinuousClock.Instant)?>(nil)

  /// How long a token that was read is used before its file is read again (client-go reads once a
  /// minute at the latest; tokens live for an hour and are renewed after 80 % of it).
  private static let readEvery = Duration.seconds(30)

  /// A token in the file at `path`.
  package init(path: String) { self.path = path }

  /// The token; one that was read before where the file cannot be read now.
  func current() -> String? {
    cached.withLock { cached in
      if let cached, .now - cached.readAt < Self.readEvery { return cached.token }
      if let text = try? String(contentsOfFile: path, encoding: .utf8) {
        let token = text.trimmed
        if !token.isEmpty { cached = (token, .now) }
      }
      return cached?.token
    }
  }

  /// Reads the file again at the next use: the token was refused.
  func forget() {
    cached.withLock { $0?.readAt -= .seconds(3600) }
  }
}

extension String {
  /// Without white space at its ends.
  var trimmed: String {
    String(drop { $0.isWhitespace }.reversed().drop { $0.isWhitespace }.reversed())
  }
}
