import CurlClient
import MetricCollection
import Testing
import TriggerConfiguration

@testable import keda_burst_scaler

/// The `profiles` and `allowedServerAddresses` of the configuration file.
@Suite struct ProfileConfigurationTests {
  /// The settings of a file's text.
  private static func read(_ text: String) throws -> SourceSettings {
    let sources = try SettingSources(
      flags: [:], environment: [:], fileText: text, fileName: "config.yaml")
    return try sources.sources(
      prometheus: try SettingReader(sources: sources).server(.prometheus))
  }

  /// What a file's text is refused with; it may hold the secret "canary" wherever one belongs.
  private static func refusal(_ text: String) -> String {
    do {
      _ = try read(text)
      return "accepted"
    } catch {
      return "\(error)"
    }
  }

  @Test func `A profile with everything in it is read`() throws {
    let files = try SourceServers.Files()
    let path = try files.write("secret", "from-a-file\n")
    let settings = try Self.read(
      """
      allowedServerAddresses: [in-cluster, "https://*.example.com"]
      profiles:
        mimir:
          address: https://mimir.example.com/prometheus
          basic: {username: scaler, passwordFile: \(path)}
          headers: {X-Scope-OrgID: team-a, X-Key: {file: \(path)}}
          parameters: {dedup: "true", match: [a, b]}
          tls: {caFile: \(path), certFile: \(path), keyFile: \(path)}
          proxy: http://user:password@proxy.example.com:3128
          namespaces: [inference, team-*]
          maxRequestsPerSecond: 50
          maxConcurrentRequests: 4
        thanos:
          address: http://thanos.monitoring:9090
          bearer: {token: abc}
      """)
    #expect(settings.allowed.map(\.description) == ["in-cluster", "https://*.example.com"])
    #expect(settings.profiles.map(\.name) == ["mimir", "thanos"])
    let mimir = settings.profiles[0]
    #expect(mimir.headers.keys.sorted() == ["X-Key", "X-Scope-OrgID"])
    #expect(mimir.parameters.map(\.name) == ["dedup", "match", "match"])
    #expect(mimir.tls.keyFile == path)
    #expect(mimir.namespaces?.count == 2)
    #expect(mimir.requestsPerSecond == 50)
    #expect(mimir.concurrentRequests == 4)
    guard case .bearer = settings.profiles[1].authentication else {
      Issue.record("no bearer token")
      return
    }
  }

  @Test func `The default profile is --prometheus, or the profile of that name, or both agreeing`()
    throws
  {
    let both = try Self.read(
      """
      prometheus: http://prometheus.monitoring:9090
      profiles: {default: {bearer: {token: abc}}}
      """)
    #expect(both.profiles[0].address.description == "http://prometheus.monitoring:9090")
    #expect(
      Self.refusal(
        """
        prometheus: http://prometheus.monitoring:9090
        profiles: {default: {address: "http://other.monitoring:9090"}}
        """)
        == "config.yaml: profile \"default\": \"address\" and \"prometheus\" in config.yaml name two "
        + "servers; keep one of them")
    #expect(
      Self.refusal("profiles: {other: {}}")
        == "config.yaml: profile \"other\" has no \"address\"; write for example "
        + "address: http://prometheus.monitoring:9090")
  }

  @Test(arguments: [
    ("tokn: canary", "key \"tokn\" is not known"),
    ("namespace: [a]", "key \"namespace\" is not known; did you mean \"namespaces\"?"),
    ("bearer: canary", "profile \"p\", \"bearer\" is not a map"),
    ("bearer: {tokenfile: canary}", "did you mean \"tokenFile\"?"),
    ("bearer: {token: canary, tokenFile: /x}", "keep one of them"),
    ("bearer: {tokenFile: /nonexistent}", "\"tokenFile\": cannot read /nonexistent (No such file"),
    ("bearer: {token: [canary]}", "\"token\" takes one value"),
    ("basic: {username: a, password: canary}\n    bearer: {token: canary}", "keep one of them"),
    ("basic: {username: \"a:b\", password: canary}", "without a colon"),
    ("basic: {password: canary}", "write both"),
    ("headers: {Authorization: canary}", "credentials go under \"basic\" or \"bearer\""),
    ("headers: {\"X Y\": canary}", "is no header that can be set here"),
    ("headers: {X-Key: \"canary\\r\\nHost: x\"}", "holds a line break"),
    ("headers: {X-Key: [canary]}", "takes one value"),
    ("parameters: {query: canary}", "is the scaler's own to set"),
    ("parameters: {key: {a: canary}}", "takes a list"),
    ("tls: {certFile: /etc/hostname}", "belong together"),
    ("tls: {caFile: /nonexistent}", "which cannot be read"),
    ("proxy: canary://canary", "\"proxy\" is not a usable address"),
    ("namespaces: {a: canary}", "takes a list"),
    ("maxRequestsPerSecond: -1", "is no number above 0"),
    ("maxRequestsPerSecond: canary", "is no number above 0"),
    ("headers: {X-Key: \"canary", "is not YAML (line"),
  ])
  func `What is wrong with a profile is said without its values`(line: String, words: String) {
    let refusal = Self.refusal(
      "profiles:\n  p:\n    address: http://prometheus.monitoring\n    \(line)\n")
    #expect(refusal.contains(words), "\(refusal)")
    #expect(!refusal.contains("canary"), "\(refusal)")
    #expect(refusal.contains("config.yaml"))
  }

  @Test(arguments: [
    ("profiles: [a]", "\"profiles\" is not a map"),
    ("profile: {}", "did you mean \"profiles\"?"),
    ("allowedServerAddresses: [\"http://u:canary@x\"]", "has an entry that is no address"),
    ("allowedServerAddresses: {a: canary}", "takes a list"),
    ("profiles: {p: {address: \"http://u:canary@h\"}}", "holds a user name or a password"),
    ("profiles: {p: {address: \"ftp://h\"}}", "has the scheme \"ftp\""),
    ("profiles: {a: {address: http://h}, a: {address: http://h}}", "twice"),
  ])
  func `What is wrong with the sections is said`(text: String, words: String) {
    let refusal = Self.refusal(text)
    #expect(refusal.contains(words), "\(refusal)")
    #expect(!refusal.contains("canary"), "\(refusal)")
  }
}
