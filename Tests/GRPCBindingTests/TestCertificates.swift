import Foundation
import TestSupport

/// A directory of fresh certificates for 127.0.0.1, made with the openssl command.
final class TestCertificates: Sendable {
  let directory: URL

  init() throws {
    directory = FileManager.default.temporaryDirectory
      .appending(path: "certificates-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    try openssl(
      "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days",
      "30", "-subj", "/CN=test-ca", "-keyout", path("ca.key"), "-out", path("ca.crt"))
    try issue("server")
    try issue("client")
  }

  deinit {
    do {
      try FileManager.default.removeItem(at: directory)
    } catch {
      print("left behind: \(directory.path())")
    }
  }

  func path(_ name: String) -> String { directory.appending(path: name).path() }

  /// Makes `name.crt` and `name.key`, signed by the CA.
  func issue(_ name: String) throws {
    try openssl(
      "req", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-subj",
      "/CN=\(name)", "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", path(name + ".key"),
      "-out", path(name + ".csr"))
    try openssl(
      "x509", "-req", "-in", path(name + ".csr"), "-CA", path("ca.crt"), "-CAkey",
      path("ca.key"), "-CAcreateserial", "-days", "30", "-copy_extensions", "copy", "-out",
      path(name + ".crt"))
  }

  /// Replaces `target` by a copy of `source` in one step.
  func replace(_ target: String, with source: String) throws {
    let data = try Data(contentsOf: URL(filePath: path(source)))
    try data.write(to: URL(filePath: path(target)), options: .atomic)
  }

  private func openssl(_ arguments: String...) throws {
    let process = ChildProcess()
    process.executableURL = URL(filePath: "/usr/bin/openssl")
    process.arguments = arguments
    process.standardError = Pipe()
    process.standardOutput = Pipe()
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.fileWriteUnknown) }
  }
}
