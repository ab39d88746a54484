internal import CGRPC
internal import Glibc

/// A certificate, its key and the client CA as PEM text that the core has accepted.
struct CertificateMaterial: Equatable, Sendable {
  private static let limitBytes = 1 << 20
  private let certificate: [CChar]
  private let key: [CChar]
  private let roots: [CChar]

  /// Reads the files and has the core try them.
  init(certificate: String, key: String, clientCA: String?) throws(CertificateError) {
    self.certificate = try Self.read(certificate, expected: "CERTIFICATE")
    self.key = try Self.read(key, expected: "PRIVATE KEY")
    // gRPC core 1.51 aborts the process when there are no roots, even if no client is asked.
    if let clientCA {
      roots = try Self.read(clientCA, expected: "CERTIFICATE")
    } else {
      roots = self.certificate
    }
    guard isAcceptedByCore() else {
      throw .refused(certificate: certificate, key: key, clientCA: clientCA)
    }
  }

  /// The core's form of it; the caller owns it.
  func makeConfiguration() -> OpaquePointer? {
    certificate.withUnsafeBufferPointer { certificate in
      key.withUnsafeBufferPointer { key in
        roots.withUnsafeBufferPointer { roots in
          var pair = grpc_ssl_pem_key_cert_pair()
          pair.private_key = key.baseAddress
          pair.cert_chain = certificate.baseAddress
          return grpc_ssl_server_certificate_config_create(roots.baseAddress, &pair, 1)
        }
      }
    }
  }

  private static func read(_ path: String, expected: String) throws(CertificateError) -> [CChar] {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .unreadable(path: path, code: errno) }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while true {
      let count = Glibc.read(descriptor, &chunk, chunk.count)
      guard count >= 0 else { throw .unreadable(path: path, code: errno) }
      if count == 0 { break }
      bytes.append(contentsOf: chunk.prefix(count))
      guard bytes.count <= limitBytes else { throw .unreadable(path: path, code: EFBIG) }
    }
    let text = String(decoding: bytes, as: UTF8.self)
    guard text.contains("-----BEGIN "), text.contains("\(expected)-----"), !bytes.contains(0)
    else { throw .notPEM(path: path, expected: expected) }
    return bytes.map { CChar(bitPattern: $0) } + [0]
  }

  /// Has the very code that will serve it parse it: a server that is never started tries to listen
  /// on an abstract socket with it, which nobody can see on the network.
  private func isAcceptedByCore() -> Bool {
    guard let configuration = makeConfiguration(),
      let options = grpc_ssl_server_credentials_create_options_using_config(
        GRPC_SSL_DONT_REQUEST_CLIENT_CERTIFICATE, configuration),
      let credentials = grpc_ssl_server_credentials_create_with_options(options),
      let queue = grpc_completion_queue_create_for_next(nil),
      let server = grpc_server_create(nil, nil)
    else { return false }
    defer { grpc_server_credentials_release(credentials) }
    grpc_server_register_completion_queue(server, queue, nil)
    let name = UInt(bitPattern: queue)
    let port = grpc_server_add_http2_port(
      server, "unix-abstract:keda-burst-scaler-\(getpid())-\(name)", credentials)
    grpc_server_shutdown_and_notify(server, queue, nil)
    let soon = gpr_time_add(gpr_now(GPR_CLOCK_MONOTONIC), gpr_time_from_seconds(5, GPR_TIMESPAN))
    _ = grpc_completion_queue_next(queue, soon, nil)
    grpc_server_destroy(server)
    grpc_completion_queue_destroy(queue)
    return port > 0
  }
}
