import Foundation
import TestSupport

/// What the tests of sources have in common.
enum SourceServers {
  /// What could not be prepared.
  struct Failure: Error {
    let description: String
  }

  /// An instant query's answer of one number.
  static func answer(_ value: Int) -> String {
    #"{"status":"success","data":{"resultType":"scalar","result":[0,"\#(value)"]}}"#
  }

  /// A directory of files that goes with the test.
  final class Files: Sendable {
    private let directory = FileManager.default.temporaryDirectory
      .appending(path: "sources-\(UUID().uuidString)")

    init() throws {
      try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// The path of a file, there or not.
    func path(_ name: String) -> String { directory.appending(path: name).path }

    /// Writes a file, and returns its path.
    func write(_ name: String, _ text: String) throws -> String {
      try Data(text.utf8).write(to: directory.appending(path: name))
      return path(name)
    }
  }

  /// Makes a CA and certificates: `good` and `client` for 127.0.0.1, `other` for another address,
  /// `expired`, and `own`, which has signed itself.
  static func makeCertificates(in files: Files) async throws {
    let process = try LineProcess(
      "/bin/bash",
      [
        "-c",
        """
        set -euo pipefail; cd "$1"
        key() { openssl ecparam -name prime256v1 -genkey -noout -out "$1.key"; }
        issue() { # NAME ADDRESS DAYS
          key "$1"
          openssl req -new -key "$1.key" -subj "/CN=$1" -addext "subjectAltName=IP:$2" -out "$1.csr"
          openssl x509 -req -in "$1.csr" -CA ca.crt -CAkey ca.key -CAcreateserial -days "$3" \
            -copy_extensions copy -out "$1.crt"
        }
        key ca; openssl req -x509 -new -key ca.key -subj /CN=ca -days 30 -out ca.crt
        issue good 127.0.0.1 30; issue client 127.0.0.1 30; issue other 127.0.0.2 30
        issue expired 127.0.0.1 0
        key own; openssl req -x509 -new -key own.key -subj /CN=own -days 30 \
          -addext subjectAltName=IP:127.0.0.1 -out own.crt
        """, "make", files.path(""),
      ])
    guard try await process.exitCode() == 0 else {
      throw Failure(description: "openssl: \(process.errors)")
    }
  }

  /// A process with an https server on a port of 127.0.0.1 for each name, which answers every query
  /// with 7. `good` asks for a client's certificate.
  static func startTLS(_ names: [String], in files: Files) async throws -> (
    process: LineProcess, ports: [String: Int]
  ) {
    let program = """
      import http.server, ssl, sys, threading
      class Handler(http.server.BaseHTTPRequestHandler):
          protocol_version = "HTTP/1.1"
          def do_GET(self):
              body = b'\(answer(7))'
              self.send_response(200)
              self.send_header("Content-Length", str(len(body)))
              self.end_headers()
              self.wfile.write(body)
          def log_message(self, *_): pass
      for name in sys.argv[2:]:
          context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
          context.load_cert_chain(f"{sys.argv[1]}/{name}.crt", f"{sys.argv[1]}/{name}.key")
          if name == "good":
              context.load_verify_locations(f"{sys.argv[1]}/ca.crt")
              context.verify_mode = ssl.CERT_REQUIRED
          server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
          server.socket = context.wrap_socket(server.socket, server_side=True)
          threading.Thread(target=server.serve_forever).start()
          print(name, server.server_address[1], flush=True)
      """
    let process = try LineProcess("/usr/bin/python3", ["-c", program, files.path("")] + names)
    try await eventually { process.output.count == names.count || !process.isRunning }
    let pairs = process.output.map { $0.split(separator: " ") }
    return (
      process,
      Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), Int($0[1]) ?? 0) })
    )
  }
}
