import GRPCBinding
import Logging

extension ServerSettings {
  /// The gRPC listener as its binding wants it.
  ///
  /// - Parameter certificates: the TLS files where TLS is on; they outlive the server.
  func grpcConfiguration(certificates: CertificateFiles?) -> GRPCServerConfiguration {
    var configuration = GRPCServerConfiguration(
      address: grpcListen.description,
      security: certificates.map { .tls($0) } ?? .plaintext)
    configuration.clients = ClientNames(tls?.clientNames ?? [])
    configuration.limits.receiveMessageBytes = maximumMessageBytes
    configuration.limits.connections = maximumConnections
    configuration.limits.streams = maximumStreams
    return configuration
  }

  /// Reads the TLS files; `nil` where TLS is off. Later changes are logged.
  /// - Throws: `ServerFailure` where they cannot be used.
  func certificates(logger: Logger) throws -> CertificateFiles? {
    guard let tls else { return nil }
    do {
      return try CertificateFiles(
        certificate: tls.certificate, key: tls.key, clientCA: tls.clientCA
      ) { event in
        switch event {
        case .reloaded: logger.notice("certificate reloaded")
        case .broken(let error):
          logger.error(
            "changed certificate files cannot be used; the old ones stay",
            metadata: ["error": "\(error)"])
        }
      }
    } catch {
      throw ServerFailure(description: "\(error)")
    }
  }

  /// Sends what gRPC core itself has to say to our log.
  static func routeCoreLog(to logger: Logger) {
    CoreLibrary.routeLog { severity, message in
      switch severity {
      case .error: logger.warning("gRPC core", metadata: ["message": "\(message.prefix(200))"])
      default: logger.debug("gRPC core", metadata: ["message": "\(message.prefix(200))"])
      }
    }
  }
}
