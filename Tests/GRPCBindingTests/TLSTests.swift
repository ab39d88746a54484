import Foundation
import GRPCBinding
import Synchronization
import TestSupport
import Testing

@Suite("TLS", .serialized)
struct TLSTests {
  private let certificates: TestCertificates

  init() throws {
    certificates = try TestCertificates()
  }

  /// `secure(certificate)` is a channel that trusts the CA; `seen()` the certificate now served.
  private let secure = """
    import ssl
    def read(name): return open(os.environ["CERTIFICATES"] + "/" + name, "rb").read()
    def secure(client=None):
        pair = (read(client + ".key"), read(client + ".crt")) if client else (None, None)
        credentials = grpc.ssl_channel_credentials(read("ca.crt"), *pair)
        return grpc.secure_channel("127.0.0.1:" + port, credentials)
    def echo(channel): return channel.unary_unary("/test.Service/Echo")
    def seen(): return ssl.get_server_certificate(("127.0.0.1", int(port))).encode().strip()

    """

  private func client(_ server: GRPCServer, _ script: String) throws -> PythonClient {
    try PythonClient(
      port: server.boundPort, secure + script,
      environment: ["CERTIFICATES": certificates.directory.path()])
  }

  private func files(
    clientCA: String? = nil, onEvent: @escaping @Sendable (CertificateEvent) -> Void = { _ in }
  ) throws -> CertificateFiles {
    try CertificateFiles(
      certificate: certificates.path("server.crt"), key: certificates.path("server.key"),
      clientCA: clientCA.map { certificates.path($0) }, onEvent: onEvent)
  }

  @Test func `calls work over TLS, not without`() async throws {
    let server = try makeServer([echo], security: .tls(files()))
    let client = try client(
      server,
      """
      say(echo(secure())(b"hello", timeout=20).decode())
      say(code(lambda: echo(plaintext())(b"hello", timeout=20)))
      """)
    #expect(try await client.line() == "hello")
    #expect(try await client.line() == "UNAVAILABLE")
    await server.drain(grace: .seconds(5))
  }

  @Test func `with a client CA a client without a certificate is refused`() async throws {
    let server = try makeServer([echo], security: .tls(files(clientCA: "ca.crt")))
    let client = try client(
      server,
      """
      say(echo(secure("client"))(b"hello", timeout=20).decode())
      say(code(lambda: echo(secure())(b"hello", timeout=20)))
      """)
    #expect(try await client.line() == "hello")
    #expect(try await client.line() == "UNAVAILABLE")
  }

  @Test(arguments: [
    (["client"], "OK"), (["cli*"], "OK"), (["127.0.0.1"], "OK"), (["other", "*"], "OK"),
    (["other"], "PERMISSION_DENIED"), (["clients"], "PERMISSION_DENIED"),
    (["clien"], "PERMISSION_DENIED"), (["x*"], "PERMISSION_DENIED"),
  ])
  func `only a client whose certificate has a name on the list is answered`(
    names: [String], code: String
  ) async throws {
    let server = try makeServer(
      [echo], security: .tls(files(clientCA: "ca.crt")), clients: ClientNames(names))
    let client = try client(
      server,
      """
      def told(call):
          try: call()
          except grpc.RpcError as error: return error.code().name, error.details()
          return "OK", ""
      status, details = told(lambda: echo(secure("client"))(b"hello", timeout=20))
      say(status)
      say(details)
      """)
    #expect(try await client.line() == code)
    let words = "the client certificate \"client\" is not on the list of --tls-client-names"
    #expect(try await client.line() == (code == "OK" ? "" : words))
  }

  @Test func `a new certificate is served to new connections while no call fails`()
    async throws
  {
    let events = Mutex<[CertificateEvent]>([])
    let server = try makeServer(
      [echo], security: .tls(files { event in events.withLock { $0.append(event) } }))
    let client = try client(
      server,
      """
      stop, failed, done = False, 0, 0
      def load(fresh):
          global failed, done
          channel = secure()
          while not stop:
              if fresh:
                  channel.close()
                  channel = secure()
              try: echo(channel)(b"x", timeout=20)
              except grpc.RpcError: failed += 1
              done += 1
      threads = [threading.Thread(target=load, args=(fresh,)) for fresh in (False, True)]
      for thread in threads: thread.start()
      before = read("server.crt").strip()
      say(seen() == before)
      hear()
      now = seen()
      stop = True
      for thread in threads: thread.join()
      say(now == read("server.crt").strip(), now != before)
      say(failed, done > 10)
      """)
    #expect(try await client.line() == "True")
    try certificates.issue("next")
    try certificates.replace("server.key", with: "next.key")
    try certificates.replace("server.crt", with: "next.crt")
    try await eventually { events.withLock { $0 } == [.reloaded] }
    client.say("look")
    #expect(try await client.line() == "True True")
    #expect(try await client.line() == "0 True")
  }

  @Test func `a broken file keeps the old certificate and is told once`() async throws {
    let events = Mutex<[CertificateEvent]>([])
    let files = try files { event in events.withLock { $0.append(event) } }
    let server = try makeServer([echo], security: .tls(files))
    let client = try client(
      server,
      """
      before = seen()
      say("ready")
      while hear() == "look":
          say(echo(secure())(b"hello", timeout=20).decode(), seen() == before)
      """)
    #expect(try await client.line() == "ready")
    let key = certificates.path("server.key")
    let good = try Data(contentsOf: URL(filePath: key))
    try certificates.issue("other")
    let bad = [
      try Data(contentsOf: URL(filePath: certificates.path("other.key"))), Data("rubbish".utf8),
      Data("-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n".utf8), Data(),
    ]
    for content in bad {
      try content.write(to: URL(filePath: key))
      files.check()
      files.check()
      files.check()
      client.say("look")
      #expect(try await client.line() == "hello True")
    }
    let told = events.withLock { $0 }
    #expect(told.count == 1)
    #expect(
      told == [
        .broken(
          .refused(certificate: certificates.path("server.crt"), key: key, clientCA: nil))
      ])
    try good.write(to: URL(filePath: key))
    files.check()
    #expect(events.withLock { $0 }.count == 1)
    client.say("look")
    #expect(try await client.line() == "hello True")
  }

  @Test func `a half-written pair that is whole a second later is never reported`() throws {
    let events = Mutex<[CertificateEvent]>([])
    let files = try files { event in events.withLock { $0.append(event) } }
    try certificates.issue("next")
    try certificates.replace("server.crt", with: "next.crt")
    files.check()
    try certificates.replace("server.key", with: "next.key")
    files.check()
    #expect(events.withLock { $0 } == [.reloaded])
  }

  @Test func `the symlink swap of a Kubernetes Secret is noticed`() throws {
    let manager = FileManager.default
    for (index, name) in ["server", "client"].enumerated() {
      let directory = certificates.path("..\(index)")
      try manager.createDirectory(atPath: directory, withIntermediateDirectories: false)
      for kind in ["crt", "key"] {
        try manager.copyItem(
          atPath: certificates.path("\(name).\(kind)"), toPath: "\(directory)/tls.\(kind)")
      }
    }
    let data = certificates.path("..data")
    try manager.createSymbolicLink(atPath: data, withDestinationPath: "..0")
    for kind in ["crt", "key"] {
      try manager.createSymbolicLink(
        atPath: certificates.path("tls.\(kind)"), withDestinationPath: "..data/tls.\(kind)")
    }
    let events = Mutex<[CertificateEvent]>([])
    let files = try CertificateFiles(
      certificate: certificates.path("tls.crt"), key: certificates.path("tls.key"),
      onEvent: { event in events.withLock { $0.append(event) } })
    files.check()
    #expect(events.withLock { $0 } == [])
    try manager.createSymbolicLink(
      atPath: certificates.path("..tmp"), withDestinationPath: "..1")
    #expect(rename(certificates.path("..tmp"), data) == 0)
    files.check()
    #expect(events.withLock { $0 } == [.reloaded])
  }

  @Test func `files that cannot be used are refused at the start, saying which`() throws {
    #expect(throws: CertificateError.unreadable(path: certificates.path("no.crt"), code: ENOENT)) {
      try CertificateFiles(
        certificate: certificates.path("no.crt"), key: certificates.path("server.key"))
    }
    #expect(
      throws: CertificateError.notPEM(
        path: certificates.path("server.crt"), expected: "PRIVATE KEY")
    ) {
      try CertificateFiles(
        certificate: certificates.path("server.crt"), key: certificates.path("server.crt"))
    }
    #expect(
      throws: CertificateError.refused(
        certificate: certificates.path("server.crt"), key: certificates.path("client.key"),
        clientCA: nil)
    ) {
      try CertificateFiles(
        certificate: certificates.path("server.crt"), key: certificates.path("client.key"))
    }
  }
}
