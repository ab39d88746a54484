import Foundation
import TestSupport
import Testing

/// What `check` says of the server that a trigger names.
@Suite struct CheckSourceTests {
  private static func manifest(_ key: String) -> String {
    CheckManifest.with([
      ("queueDepthThreshold: \"50\"", "queueDepthThreshold: \"50\"\n        \(key)")
    ])
  }

  private static let configuration = """
    allowedServerAddresses: [in-cluster, "https://thanos.example.com"]
    profiles:
      main:
        address: http://prometheus.monitoring:9090
        namespaces: [inference]
        basic: {username: scaler, passwordFile: /nonexistent/password}
        headers: {X-Api-Key: {file: /nonexistent/key}}
        tls: {caFile: /nonexistent/ca.crt}

    """

  @Test(arguments: [
    ("serverAddress: https://thanos.example.com", nil),
    ("serverAddress: http://prometheus.monitoring:9090", nil), ("profile: main", nil),
    ("serverAddress: http://10.0.0.5:9090", "is not an address that triggers may name here"),
    ("profile: mian", "did you mean \"main\"?"),
  ])
  func `Offline a configuration says what is permitted, without the secrets that it names`(
    key: String, refusal: String?
  ) async throws {
    let files = try SourceServers.Files()
    let config = try files.write("config.yaml", Self.configuration)
    let (code, file) = try await CheckedFile.checking(
      Self.manifest(key), ["--offline", "--config", config])
    #expect(code == (refusal == nil ? 0 : 1))
    #expect(file.findings.map(\.code) == (refusal == nil ? [] : ["source-refused"]))
    if let refusal {
      #expect(file.findings.first?.message.contains(refusal) == true, "\(file.findings)")
    }
  }

  @Test
  func `What a server must be told to permit is warned of, and --prometheus asked all the same`()
    async throws
  {
    let server = try ScriptedHTTPServer { _, connection in
      connection.answer(text: SourceServers.answer(100))
    }
    defer { server.stop() }
    let (code, file) = try await CheckedFile.checking(
      CheckManifest.queue("serverAddress: https://thanos.example.com"),
      ["--prometheus", server.address])
    #expect(code == 0)
    #expect(file.findings.map(\.code).contains("address-unlisted"), "\(file.findings)")
    #expect(file.scaledObjects.first?.triggers.first?.decision?.desiredReplicas == 2)
  }
}
