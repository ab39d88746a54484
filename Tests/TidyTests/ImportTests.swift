import Testing

@Suite struct ImportTests {
  @Test func `Package.swift keeps to the floors`() {
    #expect(Checkout.manifest.targets.count > 20)
    #expect(ImportRules.findings(in: Checkout.manifest) == [])
  }

  @Test func `Every file imports only what its target declares`() {
    #expect(!Checkout.sources.isEmpty)
    let findings = (Checkout.sources + Checkout.tests).flatMap {
      ImportRules.findings(in: $0, manifest: Checkout.manifest)
    }
    #expect(findings == [])
  }

  private let manifest = PackageManifest(
    text: """
      let deque = Target.Dependency.product(name: "DequeModule", package: "swift-collections")
      let package = Package(targets: [
        .target(name: "ScalingEngine", dependencies: [deque, "CurlClient"], swiftSettings: house),
        .target(name: "GRPCBinding", dependencies: ["CGRPC"]),
        .target(name: "CurlClient", dependencies: [
          "ScalingEngine"
        ]),
        .target(name: "Stray"),
        .executableTarget(
          name: "Benchmark", dependencies: [deque], path: "Tests/Benchmarks/Some"),
      ])
      """)

  @Test func `A manifest is read with its products by their module names`() {
    #expect(
      manifest.targets.map(\.name) == [
        "ScalingEngine", "GRPCBinding", "CurlClient", "Stray", "Benchmark",
      ])
    #expect(manifest.target("ScalingEngine")?.dependencies == ["DequeModule", "CurlClient"])
    #expect(manifest.target("Stray")?.dependencies == [])
    let benchmark = SwiftSource(path: "Tests/Benchmarks/Some/main.swift", "import DequeModule")
    #expect(ImportRules.findings(in: benchmark, manifest: manifest) == [])
  }

  @Test func `A dependency upward, a stray target and a circle are found`() {
    #expect(
      ImportRules.findings(in: manifest).map(\.message) == [
        "ScalingEngine must not depend on CurlClient",
        "CurlClient must not depend on ScalingEngine",
        "Stray has no floor; give it one in Tests/TidyTests/Floors.swift",
        "the dependencies run in a circle: ScalingEngine → CurlClient → ScalingEngine",
      ])
  }

  @Test(arguments: [
    ("ScalingEngine", "import Foundation", 1), ("ScalingEngine", "internal import Glibc", 1),
    ("ScalingEngine", "internal import CGRPC", 1), ("ScalingEngine", "import DequeModule", 0),
    ("ScalingEngine", "internal import func Glibc.exp", 0),
    ("ScalingEngine", "internal import func Glibc.getenv", 1),
    ("ScalingEngine", "import struct Foundation.Date", 1),
    ("GRPCBinding", "import CGRPC", 1), ("GRPCBinding", "internal import CGRPC", 0),
    ("GRPCBinding", "import DequeModule", 1), ("GRPCBinding", "let text = \"import Nothing\"", 0),
    ("Nowhere", "import Swift", 1),
  ])
  func `Imports that are not declared or not internal are found`(
    target: String, line: String, expected: Int
  ) {
    let source = SwiftSource(path: "Sources/\(target)/File.swift", line)
    #expect(ImportRules.findings(in: source, manifest: manifest).count == expected)
  }
}
