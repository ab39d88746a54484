internal import CGRPC
import Synchronization

/// The core's server credentials, and what must live as long as a server uses them.
struct ServerCredentials {
  /// The core's handle; `release` lets go of it.
  let handle: OpaquePointer
  /// Must outlive the server: the core asks it at every handshake.
  let source: CertificateSource?

  /// Credentials for this kind of protection; nil when the core refuses.
  init?(_ security: GRPCServerConfiguration.Security) {
    switch security {
    case .plaintext:
      guard let handle = grpc_insecure_server_credentials_create() else { return nil }
      self.handle = handle
      source = nil
    case .tls(let files):
      let source = CertificateSource(files)
      let request =
        files.asksClients
        ? GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY
        : GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE
      guard
        let options = grpc_ssl_server_credentials_create_options_using_config_fetcher(
          request, CertificateSource.fetch, source.address),
        let handle = grpc_ssl_server_credentials_create_with_options(options)
      else { return nil }
      self.handle = handle
      self.source = source
    }
  }

  /// Lets go of the handle; the server has its own reference.
  func release() {
    grpc_server_credentials_release(handle)
  }
}

/// Gives the core the certificate of the moment. Asked at every handshake, so it only compares a
/// number unless there is a new one.
final class CertificateSource: Sendable {
  /// The files behind it.
  let files: CertificateFiles
  private let given = Mutex(0)

  /// A source that has given nothing yet.
  init(_ files: CertificateFiles) {
    self.files = files
  }

  /// Unretained; good as long as this lives.
  fileprivate var address: UnsafeMutableRawPointer { Unmanaged.passUnretained(self).toOpaque() }

  fileprivate static let fetch: grpc_ssl_server_certificate_config_callback = { address, target in
    guard let address, let target else { return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL }
    let source = Unmanaged<CertificateSource>.fromOpaque(address).takeUnretainedValue()
    let (material, generation) = source.files.current
    let isNew = source.given.withLock { given in
      defer { given = generation }
      return given != generation
    }
    guard isNew else { return GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_UNCHANGED }
    target.pointee = material.makeConfiguration()
    return target.pointee == nil
      ? GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_FAIL : GRPC_SSL_CERTIFICATE_CONFIG_RELOAD_NEW
  }
}
