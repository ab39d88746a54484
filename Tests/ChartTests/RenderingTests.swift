import Foundation
import Testing

/// What every rendering has to be.
@Suite struct RenderingTests {
  private let renderer: Renderer

  init() throws { renderer = try Renderer.shared.get() }

  /// From the oldest that the chart takes; 1.35 brings the HPA's own tolerance.
  static let kubernetesVersions = ["1.27", "1.30", "1.33", "1.34", "1.35", "1.36", "1.37"]

  /// What one check by schema looks at.
  private struct Case: Encodable {
    var name: String
    var kubernetes: String
    var documents: [JSONValue]
  }

  @Test func `Every rendering fits the schemas of Kubernetes and of the custom resources`() throws {
    var cases: [Case] = []
    for name in ValuesFiles.all {
      for version in Self.kubernetesVersions where name != "image-volumes" || version >= "1.35" {
        let documents = try renderer.resources(
          .init(file: ValuesFiles.path(name), kubernetes: version + ".2"))
        cases.append(Case(name: "\(name) on \(version)", kubernetes: version, documents: documents))
      }
    }
    #expect(cases.count > 50)
    #expect(try ToolRun.python(["Tests/Chart/validate.py", "manifests"], input: cases) == [])
  }

  @Test func `A field that Kubernetes or KEDA does not know is a fault`() throws {
    let documents = try renderer.resources(.init(file: ValuesFiles.path("workloads"))).map {
      guard ["Deployment", "ScaledObject"].contains($0.kind), case .map(var map) = $0,
        case .map(var spec) = map["spec"]
      else { return $0 }
      spec["replicaz"] = .number(2)
      map["spec"] = .map(spec)
      return .map(map)
    }
    let faults = try ToolRun.python(
      ["Tests/Chart/validate.py", "manifests"],
      input: [Case(name: "typo", kubernetes: "1.34", documents: documents)])
    #expect(faults.count == 6)
    #expect(faults.allSatisfy { $0.contains("replicaz") })
  }

  /// The goldens: every file on a cluster without, and workloads also on one with, HPA tolerance.
  /// `UPDATE_GOLDENS=1 swift test --filter ChartTests` writes them anew.
  @Test(arguments: ValuesFiles.all.map { ($0, "1.35.0") } + [("workloads", "1.34.0")])
  func `The manifests are as the golden says`(name: String, version: String) throws {
    try expectGolden(
      "\(name)-\(version.dropLast(2)).yaml",
      try renderer.text(.init(file: ValuesFiles.path(name), kubernetes: version)))
  }

  @Test(arguments: ["default", "workloads", "tls-cert-manager"])
  func `The notes are as the golden says`(name: String) throws {
    try expectGolden(
      "\(name).notes.txt",
      try renderer.text(.init(file: ValuesFiles.path(name), kubernetes: "1.35.0"), "notes"))
  }

  private func expectGolden(_ name: String, _ text: String) throws {
    let golden = ToolRun.root.appending(path: "Tests/Testdata/chart/\(name)")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
      try Data(text.utf8).write(to: golden)
    }
    #expect(text == (try? String(contentsOf: golden, encoding: .utf8)))
  }

  @Test(arguments: ValuesFiles.all)
  func `Numbers come out the same however Helm holds them`(name: String) throws {
    var input = Renderer.Input(file: ValuesFiles.path(name), kubernetes: "1.35.0")
    let held = try renderer.text(input) + renderer.text(input, "notes")
    input.numbers = "json.Number"
    #expect(try renderer.text(input) + renderer.text(input, "notes") == held)
  }

  private static let isHelmHere = (try? ToolRun("helm", ["version"]))?.exitCode == 0

  @Test(.enabled(if: isHelmHere, "helm is not installed"), arguments: ValuesFiles.all)
  func `Helm itself renders the same`(name: String) throws {
    let helm = try ToolRun(
      "helm",
      [
        "template", "keda-burst-scaler", "chart", "--namespace", "keda", "--kube-version",
        "v1.35.0", "--values", ValuesFiles.path(name),
      ])
    #expect(helm.errors == "")
    let ours = try renderer.text(.init(file: ValuesFiles.path(name), kubernetes: "1.35.0"))
    #expect(documents(helm.output) == documents(ours))
  }

  /// The documents without their order, which Helm makes by kind, and without comments.
  private func documents(_ text: String) -> [String] {
    text.split(separator: "---\n").map { document in
      document.split(separator: "\n")
        .filter { !$0.allSatisfy(\.isWhitespace) && !$0.hasPrefix("#") }.joined(separator: "\n")
    }.filter { !$0.isEmpty }.sorted()
  }

  @Test func `Two releases in one namespace share no name`() throws {
    func names(_ release: String) throws -> Set<String> {
      var input = Renderer.Input(file: ValuesFiles.path("monitoring"))
      input.release = release
      return Set(try renderer.resources(input).map { "\($0.kind)/\($0.name)" })
    }
    #expect(try names("one").isDisjoint(with: names("two")))
    #expect(try names("one").contains("Deployment/one-keda-burst-scaler"))
  }
}
