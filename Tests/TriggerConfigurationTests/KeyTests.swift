import ScalingEngine
import Testing
import TriggerConfiguration

@Suite struct KeyTests {
  @Test(arguments: goodValues)
  func `A good value of a key is taken in`(good: GoodValue) throws {
    var map = metadata(good.others)
    map[good.key] = good.text
    let spec = try TriggerSpec(metadata: map)
    #expect(good.check(spec), "\(spec)")
  }

  @Test(arguments: badValues)
  func `A bad value of a key is refused with what to write`(
    key: String, text: String, expected: String
  ) {
    #expect(refusal(of: metadata([key: text])) == "trigger metadata \"\(key)\" \(expected)")
  }

  @Test func `Every key of the catalogue has a good and a bad value here, or is passed over`() {
    let passedOver = Set([
      "scalerAddress", "enableTLS", "unsafeSsl", "tlsCertFile", "triggers", "name", "kind", "query",
      "preset", "threshold", "activationThreshold",
    ])
    for key in MetadataKey.catalogue where !passedOver.contains(key.name) {
      #expect(goodValues.contains { $0.key == key.name }, "no good value of \(key.name)")
      #expect(badValues.contains { $0.0 == key.name }, "no bad value of \(key.name)")
    }
  }

  @Test(arguments: [
    ("coldstart", "coldStart"), ("coldStrat", "coldStart"),
    ("queueDepthTreshold", "queueDepthThreshold"),
    ("gpuUtilisationQuery", "gpuUtilizationQuery"), ("serverAdress", "serverAddress"),
    ("stable_window", "stableWindow"), ("maxReplica", "maxReplicas"), ("PROFILE", "profile"),
    ("requestRateThresold", "requestRateThreshold"),
  ])
  func `An unknown key is refused with the nearest known one`(key: String, nearest: String) {
    #expect(
      refusal(of: metadata([key: "1"]))
        == "trigger metadata \"\(key)\" is not a key of this scaler; did you mean \"\(nearest)\"?")
  }

  @Test func `A key that is near to none is refused without a guess`() {
    #expect(
      refusal(of: metadata(["somethingElseEntirely": "1"]))
        == "trigger metadata \"somethingElseEntirely\" is not a key of this scaler; remove it")
  }

  @Test func `A direct path needs one metric whose value is the count`() {
    let map = metadata([
      "directScaleUp": "true", "output": "metrics", "gpuUtilizationThreshold": "70",
    ])
    #expect(
      refusal(of: map).contains(
        "\"directScaleUp\" is \"true\" with \"output: metrics\"; write \"output: replicas\""))
  }

  @Test func `The pod template tells a replica's GPUs where the cluster is asked`() {
    #expect(
      refusal(of: metadata(["capacityOf": "cluster", "gpusPerReplica": "2"]))
        == "trigger metadata \"gpusPerReplica\" is told by the pod template with \"capacityOf: "
        + "cluster\"; remove it")
  }

  @Test(arguments: ["scalerAddress", "enableTLS"])
  func `KEDA's own keys are passed over`(key: String) throws {
    let plain = try TriggerSpec(metadata: metadata([:]))
    #expect(try TriggerSpec(metadata: metadata([key: "anything"])) == plain)
  }

  @Test(arguments: [
    (
      "caCert", "KEDA takes it from a TriggerAuthentication only; move it there (authenticationRef)"
    ),
    ("metricName", "remove it: KEDA names the metric after its trigger"),
  ])
  func `A key of another trigger is refused with where it belongs, its value unseen`(
    key: String, remedy: String
  ) {
    let message = refusal(of: metadata([key: "s3cr3t"]))
    #expect(message == "trigger metadata \"\(key)\" is not a key of this scaler; \(remedy)")
  }

  @Test func `A key of one trigger is refused beside the list with where to write it`() {
    #expect(
      refusal(of: metadata(["threshold": "5"]))
        == "trigger metadata \"threshold\" belongs to one trigger; write it in an entry of the "
        + "\"triggers\" list or with a prefix, such as \"queueDepthThreshold\"")
  }

  @Test func `Text from outside is shown short and on one line`() {
    let long = String(repeating: "x", count: 500)
    let message = refusal(of: metadata(["coldStart": "a\nb\u{1b}[31m\(long)"]))
    #expect(message.contains("is \"a\\nb\\u{1b}[31mxxx"))
    #expect(!message.contains(String(repeating: "x", count: 80)))
    #expect(!message.contains("\n"))
    #expect(!refusal(of: [long: "1"]).contains(String(repeating: "x", count: 81)))
  }

  @Test func `Metadata beyond the limits are refused unread`() {
    var many: [String: String] = [:]
    for index in 0..<257 { many["key\(index)"] = "1" }
    #expect(refusal(of: many) == "trigger metadata has 257 keys; use at most 256")
    let large = metadata(["triggers": String(repeating: "x", count: 200_000)])
    #expect(refusal(of: large).hasPrefix("trigger metadata has 2000"))
  }

  @Test func `Problems beyond the limit are counted, not spelled out`() {
    var many: [String: String] = [:]
    for index in 10..<30 { many["zzzzzzzzzzzzzzz\(index)"] = "1" }
    let message = refusal(of: metadata(many))
    #expect(message.hasPrefix("20 problems: (1) trigger metadata \"zzzzzzzzzzzzzzz10\""))
    #expect(message.hasSuffix("; and 12 more"))
  }
}
