import Foundation
import ScalingEngine
import Testing
import TriggerConfiguration

/// The ScaledObjects that `workloads` makes.
@Suite struct WorkloadTests {
  private let renderer: Renderer

  init() throws { renderer = try Renderer.shared.get() }

  private func scaledObjects(
    _ values: String = "", file: String? = nil, kubernetes: String = "1.36.0"
  ) throws -> [JSONValue] {
    try renderer.resources(
      .init(file: file.map(ValuesFiles.path), values: values, kubernetes: kubernetes)
    ).ofKind("ScaledObject")
  }

  @Test(arguments: ["workloads", "tls-secret", "tls-cert-manager"], ["1.34.0", "1.35.0"])
  func `The scaler takes the metadata of every workload`(file: String, version: String) throws {
    let objects = try scaledObjects(file: file, kubernetes: version)
    #expect(!objects.isEmpty)
    for object in objects {
      let metadata = object.texts("spec.triggers.0.metadata")
      #expect(metadata.count == object.map("spec.triggers.0.metadata").count)
      #expect(throws: Never.self) { try TriggerSpec(metadata: metadata) }
      // The filter that reads the same metadata from a file, as a user would try it.
      let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      defer { try? FileManager.default.removeItem(at: folder) }
      let path = folder.appending(path: "metadata.json")
      try JSONEncoder().encode(metadata).write(to: path)
      let run = try ToolRun(ToolRun.scaler, ["decide", "--metadata", path.path])
      #expect(run.exitCode == 0, "\(object.name): \(run.errors)")
    }
  }

  @Test func `Five fields ask for what the AIScaler would: ceil of total over target`() throws {
    let object = try #require(
      try scaledObjects(
        """
        workloads:
          - {deploymentName: llm, metricType: queueDepth, targetValue: 50, minReplicas: 2,
             maxReplicas: 40, query: queue, metadata: {forecast: "off"}}
        """
      ).first)
    #expect(object.text("spec.scaleTargetRef.name") == "llm")
    #expect(object.number("spec.minReplicaCount") == 2)
    #expect(object.number("spec.maxReplicaCount") == 40)
    let spec = try TriggerSpec(metadata: object.texts("spec.triggers.0.metadata"))
    var decider = ReplicaDecider(policy: spec.policy)
    func desired(queue: Double, at second: Double) throws -> Int {
      try decider.decide(
        Observation(readings: [.total(queue)], currentReplicas: 2, readyReplicas: 2),
        atSeconds: second
      ).get().desiredReplicas
    }
    #expect(try desired(queue: 0, at: 1) == 2)
    #expect(try desired(queue: 1001, at: 2) == 21)
    #expect(try desired(queue: 100_000, at: 3) == 40)
  }

  @Test func `Five fields look at the pods of that Deployment alone`() throws {
    let object = try #require(try scaledObjects(file: "workloads").first)
    let spec = try TriggerSpec(metadata: object.texts("spec.triggers.0.metadata"))
    let query = try #require(spec.sources.first?.query)
    #expect(query.contains(#"namespace="inference""#))
    let pattern = try #require(query.firstMatch(of: #/[^_]pod=~"([^"]+)"/#)?.1)
    let regex = try Regex(String(pattern))
    #expect("llm-inference-7d9f8b6c5d-x2x4z".wholeMatch(of: regex) != nil)
    #expect("llm-inference-large-7d9f8b6c5d-x2x4z".wholeMatch(of: regex) == nil)
    #expect("llm-inference-0".wholeMatch(of: regex) == nil)
  }

  /// A total over all that a gateway serves would scale each workload by the others' load.
  @Test(arguments: Preset.catalogue.map(\.name))
  func `A preset looks at the Deployment's pods where its series have them, else needs a selector`(
    name: String
  ) throws {
    let values = "workloads: [{deploymentName: llm, metricType: \(name), targetValue: 0.5"
    let run = try renderer.run(.init(values: values + "}]"), "json")
    let preset = try #require(Preset.named(name))
    if preset.metricOfPods != nil {
      #expect(run.exitCode == 0, "\(run.errors)")
      #expect(run.output.contains(#"pod=~\"llm-[a-z0-9]+-[a-z0-9]{5}\""#))
    } else {
      #expect(run.exitCode == 1)
      #expect(run.errors.contains("workloads[0].metricType \(name) is what a router or a gateway"))
      let selector = "namespace=\"gateways\""
      let object = try #require(try scaledObjects(values + ", selector: '\(selector)'}]").first)
      let spec = try TriggerSpec(metadata: object.texts("spec.triggers.0.metadata"))
      #expect(spec.sources[0].query.contains("{\(selector)}"))
      #expect(!spec.sources[0].query.contains("pod=~"))
    }
  }

  @Test func `Endpoints say whose pages are read, so that no selector is needed`() throws {
    let object = try #require(
      try scaledObjects(
        """
        workloads:
          - {deploymentName: llm, metricType: queueDepth, targetValue: 5,
             metadata: {endpoints: "dns://llm-headless:8000"}}
        """
      ).first)
    let spec = try TriggerSpec(metadata: object.texts("spec.triggers.0.metadata"))
    #expect(spec.sources[0].scrape?.selector == [])
  }

  @Test func `The HPA lets a burst through in one step, and damps nothing twice`() throws {
    let behavior = "spec.advanced.horizontalPodAutoscalerConfig.behavior"
    let object = try #require(try scaledObjects(file: "workloads").first?.at(behavior))
    #expect(object.number("scaleUp.stabilizationWindowSeconds") == 0)
    #expect(object.number("scaleDown.stabilizationWindowSeconds") == 0)
    let policies = object.items("scaleUp.policies").map {
      "\($0.text("type") ?? "") \($0.number("value") ?? 0) \($0.number("periodSeconds") ?? 0)"
    }
    #expect(policies == ["Percent 900.0 15.0", "Pods 50.0 15.0"])
    #expect(object.text("scaleUp.selectPolicy") == "Max")
  }

  @Test(arguments: [("1.27.0", false), ("1.34.9", false), ("1.35.0", true), ("1.36.1-gke.1", true)])
  func `Tolerance 0 is set, and told to the scaler, where the cluster has it`(
    version: String, hasIt: Bool
  ) throws {
    let object = try #require(try scaledObjects(file: "workloads", kubernetes: version).first)
    let behavior = "spec.advanced.horizontalPodAutoscalerConfig.behavior"
    let expected = hasIt ? "0" : nil
    #expect(object.text("\(behavior).scaleUp.tolerance") == expected)
    #expect(object.text("\(behavior).scaleDown.tolerance") == expected)
    #expect(object.text("spec.triggers.0.metadata.tolerance") == expected)
  }

  @Test func `A behavior of the user's own is kept, and no tolerance is claimed for it`() throws {
    let object = try #require(try scaledObjects(file: "workloads").last)
    let behavior = "spec.advanced.horizontalPodAutoscalerConfig.behavior"
    #expect(object.at(behavior)?.map().keys.sorted() == ["scaleUp"])
    #expect(object.number("\(behavior).scaleUp.stabilizationWindowSeconds") == 30)
    #expect(object.text("spec.triggers.0.metadata.tolerance") == nil)
    #expect(object.text("spec.triggers.0.type") == "external")
  }

  @Test func `No trigger uses cached metrics`() throws {
    for file in ValuesFiles.all {
      for object in try scaledObjects(file: file) where file != "image-volumes" {
        #expect(object.items("spec.triggers").allSatisfy { $0.at("useCachedMetrics") == nil })
      }
    }
  }

  /// One thing that `check` found.
  private struct Report: Decodable {
    struct Finding: Decodable {
      var severity: String
      var message: String
    }
    struct Trigger: Decodable { var findings: [Finding] }
    struct ScaledObject: Decodable {
      var findings: [Finding]
      var triggers: [Trigger]
    }
    var scaledObjects: [ScaledObject]
  }

  @Test func `check finds no trap in what the five fields render`() throws {
    let manifests = try renderer.text(
      .init(
        values: """
          config: {prometheus: "http://prometheus.monitoring:9090"}
          workloads:
            - {deploymentName: llm, metricType: vllm-queue-depth, targetValue: 5, minReplicas: 2,
               maxReplicas: 50}
          """, kubernetes: "1.35.0"))
    let run = try ToolRun(
      ToolRun.scaler, ["check", "--offline", "--output", "json", "-f", "-"], input: manifests)
    #expect(run.exitCode == 0, "\(run.errors)")
    let report = try JSONDecoder().decode(Report.self, from: Data(run.output.utf8))
    #expect(report.scaledObjects.count == 1)
    for object in report.scaledObjects {
      #expect(object.findings.map(\.message) == [])
      #expect(object.triggers.flatMap(\.findings).map(\.message) == [])
    }
  }
}
