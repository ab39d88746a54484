import CurlClient
import MetricCollection
import Testing
import TriggerConfiguration

/// Who may ask what.
@Suite struct SourceDirectoryTests {
  private static func profile(
    _ name: String, _ address: String, _ change: (inout PrometheusProfile) -> Void = { _ in }
  ) throws -> PrometheusProfile {
    var profile = PrometheusProfile(
      name: name, address: try ServerAddress.reading(address).get())
    change(&profile)
    return profile
  }

  private static func source(
    _ directory: SourceDirectory, _ metadata: [String: String], from namespace: String = "inference"
  ) throws -> QuerySource {
    let spec = try TriggerSpec(
      metadata: metadata.merging(["queueDepthQuery": "q", "queueDepthThreshold": "5"]) { $1 })
    return try directory.source(for: spec, namespace: namespace)
  }

  /// The refusal's words; nil where the address is accepted.
  private static func refusal(
    _ address: String, allowed: [String]? = nil, profiles: [PrometheusProfile] = [],
    from namespace: String = "inference"
  ) throws -> String? {
    let patterns = try allowed?.map { try #require(AddressPattern($0)) }
    let directory = try SourceDirectory(profiles: profiles, allowed: patterns ?? [.inCluster])
    do {
      _ = try source(directory, ["serverAddress": address], from: namespace)
      return nil
    } catch let refusal as CollectionRefusal {
      guard case .notPermitted(let why) = refusal else { throw refusal }
      return why
    }
  }

  @Test(arguments: [
    "http://prometheus", "http://prometheus:9090", "https://prometheus.monitoring/prefix",
    "http://prometheus.monitoring.svc:9090", "http://PROMETHEUS.monitoring.svc.cluster.local.:80",
    "http://a.b.c.monitoring.svc.cluster.local",
  ])
  func `In-cluster Service names work without any configuration`(address: String) throws {
    #expect(try Self.refusal(address) == nil)
  }

  @Test(arguments: [
    "http://prometheus.example.com", "http://10.0.0.1:9090", "http://[fd00::1]:9090",
    "http://localhost:9090", "http://a.localhost:9090", "http://127.0.0.1:9090",
    "http://127.1:9090", "http://2130706433:9090", "http://0x7f000001", "http://[::1]",
    "http://0:9090", "http://evil.svc.example.com", "http://notsvc.a.b",
    "http://prometheus..svc",
  ])
  func `Nothing else works without configuration`(address: String) throws {
    let why = try #require(try Self.refusal(address))
    #expect(why.contains("\"serverAddress\""))
    #expect(why.contains("ask the operator"))
  }

  @Test(arguments: [
    "http://169.254.169.254", "http://169.254.169.254.:80", "http://2852039166",
    "http://0xa9fea9fe", "http://[fe80::1]", "http://[::ffff:169.254.169.254]",
    "http://metadata.google.internal", "http://METADATA.google.internal.", "http://metadata",
    "http://metadata.goog", "http://instance-data", "http://100.100.100.200",
    "http://[fd00:ec2::254]",
  ])
  func `Metadata services and link-local addresses are refused whatever is permitted`(
    address: String
  ) throws {
    for allowed in [["*"], ["in-cluster"], ["http://*"]] {
      let why = try #require(try Self.refusal(address, allowed: allowed))
      #expect(why.contains("never asked"), "\(why)")
    }
    #expect(throws: CollectionRefusal.self) {
      try SourceDirectory(profiles: [Self.profile("main", address)])
    }
  }

  @Test(arguments: [
    ("*.example.com", "https://a.b.example.com:444/x", true),
    ("*.example.com", "https://example.com", false),
    ("*.example.com", "https://a.example.com.evil.org", false),
    ("https://thanos.example.com", "https://thanos.example.com/", true),
    ("https://thanos.example.com", "http://thanos.example.com/", false),
    ("thanos.example.com:9090", "http://thanos.example.com:9090", true),
    ("thanos.example.com:9090", "http://thanos.example.com", false),
    ("https://thanos.example.com:443", "https://thanos.example.com", true),
    ("https://gw.example.com/team-a", "https://gw.example.com/team-a/prom", true),
    ("https://gw.example.com/team-a", "https://gw.example.com/team-ab", false),
    ("https://gw.example.com/team-a", "https://gw.example.com/team-a/../team-b", false),
    ("10.0.0.1", "http://10.0.0.1:9090", true), ("10.0.0.1", "http://10.0.0.12:9090", false),
    ("*", "http://anything.example.org", true),
    ("127.0.0.1:9090", "http://127.0.0.1:9090", true),
    ("127.0.0.1:9090", "http://127.0.0.1:9091", false),
  ])
  func `A pattern permits what it says`(pattern: String, address: String, isPermitted: Bool) throws
  {
    #expect((try Self.refusal(address, allowed: [pattern]) == nil) == isPermitted)
  }

  @Test(arguments: ["", "ftp://x", "http://", "a:b", "a:0", "u@h", "h?x=y", "[::1", "h h"])
  func `What is no pattern is none`(text: String) {
    #expect(AddressPattern(text) == nil)
  }

  @Test func `Loopback is reached only by who wrote it out`() throws {
    let directory = try SourceDirectory(
      profiles: [Self.profile("default", "http://127.0.0.1:9090")],
      allowed: [
        .inCluster, #require(AddressPattern("*.example.com")),
        #require(AddressPattern("localhost:8080")),
      ])
    func peers(_ address: String) throws -> HTTPPeerRule {
      try Self.source(directory, ["serverAddress": address]).peers
    }
    #expect(try Self.source(directory, [:]).peers == .any)
    #expect(try peers("http://127.0.0.1:9090") == .any)
    #expect(try peers("http://localhost:8080") == .any)
    #expect(try peers("http://a.example.com") == .routable)
    #expect(try peers("http://prometheus.monitoring") == .privateNetworks)
    #expect(throws: CollectionRefusal.self) { try peers("http://127.0.0.1:9091") }
  }

  @Test func `Naming a profile needs its namespaces' leave, and the refusal says whom to ask`()
    throws
  {
    let directory = try SourceDirectory(profiles: [
      Self.profile("mimir", "https://mimir.example.com") {
        $0.namespaces = [NamespacePattern("inference"), NamespacePattern("team-*")]
      },
      Self.profile("open", "https://open.example.com"),
      Self.profile("closed", "https://closed.example.com") { $0.namespaces = [] },
    ])
    for namespace in ["inference", "team-a", "team-"] {
      #expect(try Self.source(directory, ["profile": "mimir"], from: namespace).peers == .any)
    }
    for namespace in ["other", "inference2", "my-team-a", ""] {
      #expect(
        throws: CollectionRefusal.notPermitted(
          "profile \"mimir\" may not be used from namespace \"\(namespace)\"; ask the operator of "
            + "the scaler to add the namespace to the profile's \"namespaces\"")
      ) { try Self.source(directory, ["profile": "mimir"], from: namespace) }
    }
    #expect(throws: Never.self) { try Self.source(directory, ["profile": "open"], from: "x") }
    #expect(throws: CollectionRefusal.self) {
      try Self.source(directory, ["profile": "closed"], from: "inference")
    }
  }

  @Test func `An unknown profile is refused with the nearest that may be used`() throws {
    let directory = try SourceDirectory(profiles: [
      Self.profile("mimir", "https://mimir.example.com"),
      Self.profile("mimir-secret", "https://mimir.example.com") { $0.namespaces = [] },
    ])
    #expect(throws: CollectionRefusal.unknownProfile(name: "mimr", nearest: "mimir")) {
      try Self.source(directory, ["profile": "mimr"])
    }
    #expect(throws: CollectionRefusal.unknownProfile(name: "mimir-secre", nearest: nil)) {
      // The nearer one is none of this namespace's business.
      try Self.source(directory, ["profile": "mimir-secre"])
    }
    #expect(throws: CollectionRefusal.noServer) { try Self.source(directory, [:]) }
  }

  @Test func `Naming a profile's address never brings its credentials`() throws {
    let secret = Secret.text(SecretText("s3cret"))
    let directory = try SourceDirectory(
      profiles: [
        Self.profile("mimir", "https://mimir.example.com/prometheus") {
          $0.authentication = .bearer(secret)
          $0.headers = ["X-Scope-OrgID": secret]
          $0.namespaces = [NamespacePattern("inference")]
        },
        Self.profile("plain", "http://plain.example.com:9090"),
      ], allowed: [#require(AddressPattern("*"))])
    let named = try Self.source(directory, ["profile": "mimir"])
    // The default port written out, and a slash at the end, are the same address.
    let addressed = try Self.source(
      directory, ["serverAddress": "https://mimir.example.com:443/prometheus/"])
    #expect(named != addressed)
    #expect(addressed.peers == .any)
    // Another namespace is not let in by the back door, though "*" permits any address.
    #expect(throws: CollectionRefusal.self) {
      try Self.source(
        directory, ["serverAddress": "https://mimir.example.com/prometheus"], from: "other")
    }
    #expect(throws: CollectionRefusal.self) {
      try Self.source(
        directory, ["serverAddress": "https://mimir.example.com/other"], from: "other")
    }
    // Without secrets both ways lead to one source, whose queries are shared.
    #expect(
      try Self.source(directory, ["profile": "plain"])
        == Self.source(directory, ["serverAddress": "http://plain.example.com:9090/"]))
  }
}
