import ScalingEngine
import Testing
import TriggerConfiguration

/// Each word of KEDA's own `prometheus` trigger, written into ours: taken in with the same meaning, or
/// refused with the reason and what to write. None is passed over in silence.
@Suite struct KEDAWordsTests {
  private static let profile =
    "is not a key of this scaler; credentials, headers and parameters are the operator's: write "
  private static let end =
    "into a profile of the server's configuration, and its name as \"profile\""

  @Test(arguments: [
    (
      "query", "sum(queue)",
      "belongs to one trigger; write it in an entry of the \"triggers\" list or with a prefix, such "
        + "as \"queueDepthQuery\""
    ),
    (
      "threshold", "5",
      "belongs to one trigger; write it in an entry of the \"triggers\" list or with a prefix, such "
        + "as \"queueDepthThreshold\""
    ),
    (
      "activationThreshold", "5",
      "belongs to one trigger; write it in an entry of the \"triggers\" list or with a prefix, such "
        + "as \"queueDepthActivationThreshold\""
    ),
    ("namespace", "s3cret", profile + "\"parameters: {namespace: …}\" " + end),
    ("customHeaders", "X-Scope-OrgID=s3cret", profile + "\"headers: {X-Scope-OrgID: …}\" " + end),
    ("cortexOrgID", "s3cret", profile + "\"headers: {X-Scope-OrgID: …}\" " + end),
    ("queryParameters", "dedup=s3cret", profile + "\"parameters: {dedup: …}\" " + end),
    ("authModes", "bearer", profile + "\"basic\", \"bearer\" or \"tls\" " + end),
    ("bearerToken", "s3cret", profile + "\"basic\", \"bearer\" or \"tls\" " + end),
    ("password", "s3cret", profile + "\"basic\", \"bearer\" or \"tls\" " + end),
    (
      "awsRegion", "eu-west-1",
      "is not a key of this scaler; no profile signs with a cloud's identity; put a signing proxy "
        + "before the server, and name that as serverAddress or in a profile"
    ),
    (
      "identityOwner", "operator",
      "is not a key of this scaler; no profile signs with a cloud's identity; put a signing proxy "
        + "before the server, and name that as serverAddress or in a profile"
    ),
    ("timeout", "1000", "is \"1000\", which has no unit; write \"1000ms\" or \"1000s\""),
    (
      "metricName", "gpu",
      "is not a key of this scaler; remove it: KEDA names the metric after its trigger"
    ),
    ("metricType", "Value", "is not a key of this scaler; write it beside \"metadata\", not in it"),
  ])
  func `A word that means something else here is refused with what to write`(
    word: String, value: String, expected: String
  ) {
    let message = refusal(of: metadata([word: value]))
    #expect(message == "trigger metadata \"\(word)\" \(expected)")
    #expect(!message.contains("s3cret"))
  }

  @Test func `serverAddress, ignoreNullValues and a timeout with its unit mean the same`() throws {
    let spec = try TriggerSpec(
      metadata: metadata([
        "serverAddress": "http://prometheus.monitoring:9090/", "ignoreNullValues": "true",
        "timeout": "900ms",
      ]))
    #expect(spec.serverAddress?.description == "http://prometheus.monitoring:9090")
    #expect(spec.sources.map(\.ignoreNullValues) == [true])
    #expect(spec.timeout == .milliseconds(900))
    // KEDA's default is true; ours is false, and migrate writes KEDA's out.
    let plain = try TriggerSpec(metadata: metadata([:]))
    #expect(plain.sources.map(\.ignoreNullValues) == [false])
  }

  @Test func `query, threshold and activationThreshold mean the same in an entry of the list`()
    throws
  {
    let spec = try TriggerSpec(metadata: [
      "triggers": "- {kind: gauge, query: sum(x), threshold: 100.50, activationThreshold: 5.5}"
    ])
    #expect(spec.sources[0].query == "sum(x)")
    #expect(spec.policy.triggers[0].target == .number(100.5))
    #expect(spec.policy.triggers[0].activationThreshold == 5.5)
  }

  @Test func `unsafeSsl is KEDA's word for another connection here, and that is said`() throws {
    let warnings = try TriggerSpec(metadata: metadata(["unsafeSsl": "true"])).warnings
    #expect(
      warnings == [
        "\"unsafeSsl\" is about KEDA's connection to this scaler and has no effect without "
          + "\"enableTLS\"; a Prometheus' certificate is always checked, against the CA in its "
          + "profile (tls.caFile)"
      ])
    let both = try TriggerSpec(metadata: metadata(["unsafeSsl": "true", "enableTLS": "true"]))
    let neither = try TriggerSpec(metadata: metadata([:]))
    #expect(both == neither)
  }
}
