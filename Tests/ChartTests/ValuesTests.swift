import Foundation
import Testing
import TriggerConfiguration

/// What users may write into their values.
@Suite struct ValuesTests {
  private let renderer: Renderer

  init() throws { renderer = try Renderer.shared.get() }

  private struct Case: Encodable {
    var name: String
    var values: JSONValue
  }

  private func faults(_ input: Renderer.Input, named name: String) throws -> [String] {
    let text = try renderer.text(input, "values")
    let values = try JSONDecoder().decode(JSONValue.self, from: Data(text.utf8))
    return try ToolRun.python(
      ["Tests/Chart/validate.py", "values", "chart/values.schema.json"],
      input: [Case(name: name, values: values)])
  }

  @Test(arguments: ValuesFiles.all)
  func `The schema takes the defaults and every values file`(name: String) throws {
    #expect(try faults(.init(file: ValuesFiles.path(name)), named: name) == [])
  }

  @Test(
    arguments: [
      ("replicas: 3", "", "'replicas' was unexpected"),
      ("config: {prometeus: x}", "config", "'prometeus' was unexpected"),
      ("config: {profiles: {a: {adress: x}}}", "config.profiles.a", "'adress' was unexpected"),
      // A ConfigMap is no place for a secret.
      (
        "config: {profiles: {a: {bearer: {tokenFile: x, token: x}}}}", "config.profiles.a.bearer",
        "'token' was unexpected"
      ),
      ("image: {repo: x}", "image", "'repo' was unexpected"),
      ("tls: {enabed: true}", "tls", "'enabed' was unexpected"),
      ("tls: {certManager: {issuer: {nam: x}}}", "tls.certManager.issuer", "'nam' was"),
      ("resources: {request: {}}", "resources", "'request' was unexpected"),
      ("tolerations: [{kee: x}]", "tolerations.0", "'kee' was unexpected"),
      ("affinity: {podAfinity: {}}", "affinity", "'podAfinity' was unexpected"),
      ("workloads: [{maxReplica: 3}]", "workloads.0", "'maxReplica' was unexpected"),
      ("workloads: [{metadata: {colStart: 1s}}]", "workloads.0.metadata", "'colStart' was"),
      ("workloads: [{triggers: [{preseet: x}]}]", "workloads.0.triggers.0", "'preseet' was"),
      ("workloads: [{metricType: gpu}]", "workloads.0.metricType", "'gpu' is not one of"),
      ("workloads: [{minReplicas: two}]", "workloads.0.minReplicas", "'two' is not of type"),
      ("replicaCount: many", "replicaCount", "'many' is not of type 'integer'"),
      ("prometheusRule: {disabled: [Nothing]}", "prometheusRule.disabled.0", "is not one of"),
      ("ports: {grpc: 70000}", "ports.grpc", "70000 is greater than the maximum"),
      ("podSecurityContext: {runAsUser: 0}", "podSecurityContext.runAsUser", "0 is less than"),
    ])
  func `A typo is refused with its key named`(
    values: String, place: String, words: String
  ) throws {
    let faults = try faults(.init(values: values), named: "typo")
    #expect(faults.count == 1)
    #expect(faults.first?.hasPrefix("typo: \(place): ") == true, "\(faults)")
    #expect(faults.first?.contains(words) == true, "\(faults)")
  }

  /// Values that do not go together, and what is said of them.
  private static let refusals = [
    ("config: {grpc-listen: ':1'}", "config.grpc-listen is set by this chart; use ports.grpc"),
    ("tls: {enabled: true}", "tls.enabled needs tls.secretName"),
    (
      "tls: {enabled: true, certManager: {enabled: true}}",
      "tls.certManager.enabled needs tls.certManager.issuer.name"
    ),
    (
      "tls: {enabled: true, secretName: s, clients: {required: true}}",
      "tls.clients.required needs tls.triggerAuthentication.secretName"
    ),
    ("workloads: [{metricType: queueDepth, targetValue: 1}]", "workloads[0] has nothing to"),
    ("workloads: [{deploymentName: a, metricType: queueDepth}]", "workloads[0].targetValue is"),
    ("workloads: [{deploymentName: a}]", "workloads[0] has no signal; set metricType"),
    (
      "workloads: [{deploymentName: a, scaleTargetRef: {name: b}}]",
      "workloads[0] has deploymentName and scaleTargetRef; keep one"
    ),
    (
      "workloads: [{deploymentName: a, metricType: queueDepth, triggers: [{}], targetValue: 1}]",
      "workloads[0] has metricType and triggers; keep one"
    ),
    (
      "workloads: [{deploymentName: a, metricType: vllm-running, targetValue: 1, query: up}]",
      "workloads[0] has a query, but metricType vllm-running is a preset"
    ),
    (
      "workloads: [{deploymentName: a, metricType: queueDepth, targetValue: 1, query: up, "
        + "selector: up}]",
      "workloads[0] has query and selector; write the matchers into the query's own braces"
    ),
    (
      "workloads: [{deploymentName: a, metricType: queueDepth, targetValue: 1, "
        + "metadata: {selector: up}}]",
      "workloads[0].metadata.selector has no effect beside metricType; write it as "
        + "workloads[0].selector"
    ),
    (
      "workloads: [{deploymentName: a, metricType: queueDepth, targetValue: 1, query: up, "
        + "metadata: {queueDepthThreshold: 2}}]",
      "workloads[0].metadata.queueDepthThreshold is what metricType makes of the other fields"
    ),
    (
      "workloads: [{deploymentName: a, triggers: [{preset: vllm-running}], targetValue: 5}]",
      "workloads[0].targetValue goes with metricType, which is not set; set it, or write threshold"
    ),
    (
      "workloads: [{deploymentName: a, triggers: [{preset: vllm-running}], query: up}]",
      "workloads[0].query goes with metricType, which is not set; set it, or write query"
    ),
    (
      "workloads: [{deploymentName: a, metadata: {queueDepthQuery: up}, selector: up}]",
      "workloads[0].selector goes with metricType, which is not set; set it, or write selector"
    ),
    (
      "podLabels: {app.kubernetes.io/name: x}",
      "podLabels has app.kubernetes.io/name, by which the scaler's pods are found; remove it: "
        + "nameOverride sets it"
    ),
    (
      "commonLabels: {app.kubernetes.io/instance: x}",
      "commonLabels has app.kubernetes.io/instance, by which the scaler's pods are found"
    ),
    ("imageCache: {enabled: true}", "imageCache.enabled needs imageCache.images"),
  ]

  @Test(arguments: refusals)
  func `What does not go together is refused with the remedy`(
    values: String, words: String
  ) throws {
    let run = try renderer.run(.init(values: values), "manifests")
    #expect(run.exitCode == 1)
    #expect(run.errors.contains(words), "\(run.errors)")
  }

  private func schema() throws -> JSONValue {
    let file = ToolRun.root.appending(path: "chart/values.schema.json")
    return try JSONDecoder().decode(JSONValue.self, from: Data(contentsOf: file))
  }

  /// Everywhere an object is described, unknown keys are refused or are data, never passed over.
  @Test func `No object in the schema lets an unknown key through`() throws {
    // Free by its nature: Helm's own.
    let free = ["properties.global"]
    var open: [String] = []
    var count = 0
    func walk(_ value: JSONValue, _ path: String) {
      if value.text("type") == "object" || value.at("properties") != nil {
        count += 1
        if value.at("additionalProperties") != .bool(false),
          value.at("additionalProperties.type") == nil,
          value.at("additionalProperties.$ref") == nil
        {
          open.append(path)
        }
      }
      for (key, part) in value.map() { walk(part, path.isEmpty ? key : "\(path).\(key)") }
      for (index, part) in value.items().enumerated() { walk(part, "\(path).\(index)") }
    }
    try walk(schema(), "")
    #expect(open.sorted() == free.sorted())
    #expect(count > 40)
  }

  @Test func `Workloads may write every metadata key that the scaler knows, and no other`() throws {
    let workload = "definitions.workload.properties"
    let schema = try schema()
    // The chart writes these itself.
    let own: Set = ["scalerAddress", "enableTLS", "triggers"]
    let names = MetadataKey.catalogue.filter { $0.scope != .trigger }.map(\.name)
    let prefixes = ["gpuUtilization", "queueDepth", "concurrency", "requestRate"]
    let suffixes = MetadataKey.catalogue.compactMap(\.shortFormSuffix)
    let short = prefixes.flatMap { prefix in suffixes.map { prefix + $0 } }
    #expect(
      schema.map("\(workload).metadata.properties").keys.sorted()
        == Set(names + short).subtracting(own).sorted(),
      "chart/values.schema.json lists the keys of workloads[].metadata")
    let inEntry = MetadataKey.catalogue.filter { [.trigger, .either].contains($0.scope) }
    #expect(
      schema.map("\(workload).triggers.items.properties").keys.sorted()
        == inEntry.map(\.name).sorted(),
      "chart/values.schema.json lists the keys of workloads[].triggers[]")
  }

  @Test func `config takes every setting that the server's file may hold, and no other`() throws {
    // The server itself says which it knows.
    let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try Data("no-such-setting: 1\n".utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let run = try ToolRun(ToolRun.scaler, ["serve", "--config", file.path])
    let list = try #require(run.errors.firstMatch(of: #/known are ([A-Za-z, -]+)/#)?.1)
    #expect(
      try schema().map("properties.config.properties").keys.sorted()
        == list.split(separator: ", ").map(String.init).sorted(),
      "chart/values.schema.json lists the keys of config")
  }

  @Test func `metricType takes the four words and every preset`() throws {
    let types = try schema().items("definitions.workload.properties.metricType.enum").compactMap {
      if case .text(let text) = $0 { text } else { nil }
    }
    #expect(
      Set(types)
        == Set(
          ["gpuUtilization", "queueDepth", "concurrency", "requestRate"]
            + Preset.catalogue.map(\.name)))
  }
}
