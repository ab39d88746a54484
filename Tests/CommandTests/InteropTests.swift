import Foundation
import TestSupport
import Testing

/// The built scaler with real clients: grpcio and grpc-go.
@Suite(.serialized) struct InteropTests {
  private static let trigger = """
    {"queueDepthQuery": "vector(120)", "queueDepthThreshold": "50", "forecast": "off"}
    """
  private static let otherTrigger = """
    {"concurrencyQuery": "vector(40)", "concurrencyThreshold": "8", "forecast": "off"}
    """
  private static let both = ["--metadata", trigger, "--metadata", otherTrigger]

  /// Runs `body` with a scaler before a real Prometheus, and ends both.
  private static func withScaler(
    _ arguments: [String] = [], _ body: (ScalerProcess) async throws -> Void
  ) async throws {
    let prometheus = try await PrometheusProcess()
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address] + arguments)
    defer { scaler.kill() }
    try await body(scaler)
    #expect(try await scaler.terminate().exitCode == 0)
  }

  private static func expectSuccess(
    _ process: LineProcess, within limit: Duration = .seconds(120),
    _ location: SourceLocation = #_sourceLocation
  ) async throws {
    let code = try await process.exitCode(within: limit)
    #expect(
      code == 0, "\(process.errors.joined(separator: "\n"))\n\(process.output.last ?? "")",
      sourceLocation: location)
  }

  private static func goClient() async throws -> String {
    let build = try LineProcess(
      LineProcess.root.appending(path: "Tests/Interop/go/build").path, [])
    try await expectSuccess(build)
    return build.output.last ?? ""
  }

  @Test func `grpcio gets right answers to right, wrong, malformed and oversize calls`()
    async throws
  {
    try await Self.withScaler { scaler in
      try await Self.expectSuccess(
        InteropProgram.python("client.py", ["--address", scaler.address] + Self.both))
    }
  }

  @Test func `grpcio in KEDA's call order finds every rule kept`() async throws {
    try await Self.withScaler { scaler in
      try await Self.expectSuccess(
        InteropProgram.python(
          "keda_calls.py", ["--address", scaler.address, "--seconds", "20"] + Self.both))
    }
  }

  @Test func `grpc-go in KEDA's call order keeps its one connection for a minute`() async throws {
    let client = try await Self.goClient()
    try await Self.withScaler { scaler in
      try await Self.expectSuccess(
        LineProcess(
          client,
          [
            "-address", scaler.address, "-seconds", "60", "-metadata", Self.trigger,
            "-metadata", Self.otherTrigger,
          ]))
    }
  }

  @Test func `2000 streams all see one change, and OK when the scaler is told to end`()
    async throws
  {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    exporter.set("queue_depth", 0)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    let scaler = try await ScalerProcess(["--prometheus", prometheus.address])
    defer { scaler.kill() }
    let streams = try InteropProgram.python(
      "streams.py",
      [
        "--address", scaler.address, "--streams", "2000",
        "--metadata", "{\"queueDepthQuery\": \"queue_depth\", \"queueDepthThreshold\": \"50\"}",
      ])
    func reached(_ phase: String) async throws {
      try await eventually(within: .seconds(60)) {
        streams.output.contains { $0.contains("\"\(phase)\"") } || !streams.isRunning
      }
    }
    try await reached("opened")
    exporter.set("queue_depth", 10)
    try await reached("changed")
    let ended = try await scaler.terminate()
    #expect(ended.exitCode == 0)
    print("SIGTERM with 2000 streams open to exit: \(ended.took)")
    try await Self.expectSuccess(streams)
  }

  @Test func `TLS and mTLS let the right clients in and nobody else`() async throws {
    let directory = try await Certificates()
    defer { directory.remove() }
    let server = ["--tls-cert", directory["server.pem"], "--tls-key", directory["server.key"]]
    let trust = ["--ca", directory["ca.pem"], "--server-name", "localhost"]
    try await Self.withScaler(server) { scaler in
      try await Self.expectSuccess(
        InteropProgram.python(
          "client.py",
          ["--address", scaler.address, "--checks", "unary,streams,health"] + trust
            + Self.both))
    }
    try await Self.withScaler(server + ["--tls-client-ca", directory["ca.pem"]]) { scaler in
      try await Self.expectSuccess(
        InteropProgram.python(
          "client.py",
          ["--address", scaler.address, "--checks", "unary,streams,client-certificate"]
            + trust + ["--cert", directory["client.pem"], "--key", directory["client.key"]]
            + Self.both))
    }
  }

  @Test func `Certificates replaced under load fail no call, and new connections see the new one`()
    async throws
  {
    let directory = try await Certificates()
    defer { directory.remove() }
    let trust = ["--ca", directory["ca.pem"], "--server-name", "localhost"]
    try await Self.withScaler([
      "--tls-cert", directory["server.pem"], "--tls-key", directory["server.key"],
    ]) { scaler in
      let load = try InteropProgram.python(
        "keda_calls.py",
        ["--address", scaler.address, "--seconds", "12", "--poll", "0.01"] + trust + Self.both)
      let before = try await Self.fingerprint(scaler, trust)
      try await directory.renewServer()
      try await eventually(within: .seconds(10)) {
        scaler.log.contains { $0.contains("certificate reloaded") }
      }
      let after = try await Self.fingerprint(scaler, trust)
      #expect(before != nil && after != nil && before != after)
      try directory.breakServer()
      try await eventually(within: .seconds(10)) {
        scaler.log.contains { $0.contains("the old ones stay") }
      }
      #expect(try await Self.fingerprint(scaler, trust) == after)
      try await Self.expectSuccess(load)
    }
  }

  /// SHA-256 of the certificate that a new connection sees.
  private static func fingerprint(
    _ scaler: ScalerProcess, _ trust: [String]
  ) async throws -> String? {
    let client = try InteropProgram.python(
      "client.py",
      ["--address", scaler.address, "--checks", "unary", "--fingerprint"] + trust + Self.both)
    try await expectSuccess(client)
    return client.output.joined().firstMatch(of: /[0-9a-f]{64}/).map { String($0.output) }
  }
}

/// A CA, a server's and a client's certificates in a directory of their own.
private struct Certificates {
  let directory: URL

  init() async throws {
    directory = FileManager.default.temporaryDirectory.appending(
      path: "certificates-\(UUID().uuidString)")
    try await make([])
  }

  subscript(file: String) -> String { directory.appending(path: file).path }

  /// A new server certificate by the same CA, in place of the old one.
  func renewServer() async throws {
    try await make(["server"])
  }

  /// Rubbish in place of the server's certificate.
  func breakServer() throws {
    try Data("no certificate".utf8).write(to: directory.appending(path: "server.pem"))
  }

  func remove() {
    try? FileManager.default.removeItem(at: directory)
  }

  private func make(_ arguments: [String]) async throws {
    let process = try LineProcess(
      LineProcess.root.appending(path: "Tests/Interop/make-certificates").path,
      [directory.path] + arguments)
    #expect(try await process.exitCode() == 0, "\(process.errors)")
  }
}
