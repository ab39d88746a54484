internal import Glibc
import Synchronization

/// What happened to the certificate files while the server runs.
package enum CertificateEvent: Sendable, Equatable {
  /// The files changed and new connections get the new certificate.
  case reloaded
  /// The files changed and cannot be used; the last good ones stay. Told once per breakage.
  case broken(CertificateError)
}

/// Why certificate files cannot be used.
package enum CertificateError: Error, Equatable, CustomStringConvertible {
  /// The file cannot be read (errno).
  case unreadable(path: String, code: Int32)
  /// The file holds nothing of this kind in PEM form.
  case notPEM(path: String, expected: String)
  /// The key does not belong to the certificate, or one of them is malformed.
  case refused(certificate: String, key: String, clientCA: String?)

  package var description: String {
    switch self {
    case .unreadable(let path, let code):
      "cannot read \(path): \(String(cString: strerror(code)))"
    case .notPEM(let path, let expected): "\(path) holds no \(expected) in PEM form"
    case .refused(let certificate, let key, let clientCA):
      "\(certificate) and \(key)\(clientCA.map { " with client CA \($0)" } ?? "") cannot be used: "
        + "the key must belong to the certificate, and all must be well-formed PEM"
    }
  }
}

/// A server's certificate, key and client CA in PEM files, read again when they change.
///
/// Files are looked at about once a second. What is told apart is what they resolve to, so the
/// symlink swaps of Kubernetes Secrets are noticed; a half-written pair never replaces a good one.
package final class CertificateFiles: Sendable {
  private struct State {
    var material: CertificateMaterial
    var generation = 1
    var seen: [FileStamp]
    var failures = 0
  }

  private let certificate: String
  private let key: String
  private let clientCA: String?
  private let onEvent: @Sendable (CertificateEvent) -> Void
  private let state: Mutex<State>

  /// Reads the files and checks that they can be used.
  /// - Parameters:
  ///   - certificate: the server's certificate, then its intermediates.
  ///   - key: the certificate's private key.
  ///   - clientCA: who signs clients' certificates; with it every client must show one (mTLS).
  ///   - onEvent: told of later changes, from any thread; must not block.
  /// - Throws: `CertificateError` when they cannot be used now.
  package init(
    certificate: String, key: String, clientCA: String? = nil,
    onEvent: @escaping @Sendable (CertificateEvent) -> Void = { _ in }
  ) throws(CertificateError) {
    self.certificate = certificate
    self.key = key
    self.clientCA = clientCA
    self.onEvent = onEvent
    CoreLibrary.start()
    let seen = [certificate, key, clientCA].map { FileStamp($0) }
    let material = try CertificateMaterial(certificate: certificate, key: key, clientCA: clientCA)
    state = Mutex(State(material: material, seen: seen))
  }

  /// Every client must show a certificate.
  var asksClients: Bool { clientCA != nil }

  /// The certificate in use and a number that grows with each new one.
  var current: (material: CertificateMaterial, generation: Int) {
    state.withLock { ($0.material, $0.generation) }
  }

  /// Looks whether the files have changed. Called by one task of the server, about once a second.
  package func check() {
    let seen = [certificate, key, clientCA].map { FileStamp($0) }
    let (same, failures) = state.withLock { ($0.seen == seen, $0.failures) }
    // After a failure the same files are tried once more: a pair may have been read half-written.
    guard !same || failures == 1 else { return }
    do {
      let material = try CertificateMaterial(
        certificate: certificate, key: key, clientCA: clientCA)
      let isNew = state.withLock { state in
        state.seen = seen
        state.failures = 0
        guard state.material != material else { return false }
        state.material = material
        state.generation += 1
        return true
      }
      if isNew { onEvent(.reloaded) }
    } catch {
      let failures = state.withLock { state in
        state.seen = seen
        state.failures += 1
        return state.failures
      }
      if failures == 2 { onEvent(.broken(error)) }
    }
  }

  /// Looks every second until the task is cancelled. `stat` and reading a few kilobytes once a
  /// second may run on the cooperative pool.
  func watch() async {
    while !Task.isCancelled {
      do {
        try await Task.sleep(for: .seconds(1))
        check()
      } catch {
        return
      }
    }
  }
}

/// What tells one state of a file from another: where a path leads, its size and times.
private struct FileStamp: Equatable {
  private let numbers: [Int]

  /// The stamp of what the path leads to; empty when there is no path or nothing there.
  init(_ path: String?) {
    var info = stat()
    guard let path, stat(path, &info) == 0 else {
      numbers = []
      return
    }
    numbers = [
      Int(bitPattern: UInt(info.st_dev)), Int(bitPattern: UInt(info.st_ino)), info.st_size,
      info.st_mtim.tv_sec, info.st_mtim.tv_nsec, info.st_ctim.tv_sec, info.st_ctim.tv_nsec,
    ]
  }
}
