import Testing

@Suite struct PlaceTests {
  @Test func `The top level holds only what belongs there`() throws {
    #expect(PlaceRules.findings(atTopLevel: try Checkout.topLevelNames()) == [])
  }

  @Test func `Every directory of the sources is a target and on the map`() {
    let findings = PlaceRules.findings(
      sourceDirectories: Checkout.directories(in: "Sources"),
      map: Checkout.text(of: "Sources/README.md"), manifest: Checkout.manifest)
    #expect(findings == [])
  }

  @Test func `No file names one machine's directories or a package registry`() {
    #expect(Checkout.files.flatMap { PlaceRules.findings(in: $0) } == [])
  }

  @Test func `No script hides a failure`() {
    #expect(Checkout.files.flatMap { PlaceRules.findings(inScript: $0) } == [])
  }

  @Test func `Every link in the documents leads somewhere`() {
    let findings = Checkout.files.flatMap {
      LinkRules.findings(in: $0, exists: Checkout.exists, text: Checkout.text)
    }
    #expect(findings == [])
  }

  @Test func `A stray file and a directory without a target are found`() {
    #expect(PlaceRules.findings(atTopLevel: ["Sources", "notes.txt"]).map(\.path) == ["notes.txt"])
    let manifest = PackageManifest(text: ".target(name: \"One\")")
    let findings = PlaceRules.findings(
      sourceDirectories: ["One", "Two"], map: "One", manifest: manifest)
    #expect(findings.map(\.message) == ["Package.swift lacks it", "lacks Two"])
  }

  @Test(arguments: [
    ("cd /wo" + "rk/x", 1), ("/wo" + "rkload", 0), ("a/wo" + "rk/x", 0), ("~ is /ro" + "ot", 1),
    ("https://py" + "pi.org/simple", 1), ("https://github.com/apple/swift-log", 0),
  ])
  func `A machine's path or a registry is found`(text: String, expected: Int) {
    #expect(PlaceRules.findings(in: TextFile(path: "docs/a.md", text: text)).count == expected)
  }

  @Test(arguments: [
    ("#!/usr/bin/env bash\nset -euo pipefail\nmake\n", 0), ("#!/usr/bin/env bash\nmake\n", 1),
    ("#!/usr/bin/env bash\nset -euo pipefail\nmake || " + "true\n", 1), ("plain || " + "true", 0),
  ])
  func `A script that goes on after a failure is found`(text: String, expected: Int) {
    let script = TextFile(path: "Tests/Scripts/a", text: text)
    #expect(PlaceRules.findings(inScript: script).count == expected)
  }

  @Test func `A dead link and a dead anchor are found`() {
    let text = """
      # Some Heading: one
      [a](../README.md) [b](gone.md) [c](#some-heading-one) [d](#other) [e](https://example.com/x)
      ```
      [f](gone-too.md)
      ```
      [g](../README.md#there) [h](../README.md#away "title")
      """
    let findings = LinkRules.findings(
      in: TextFile(path: "docs/page.md", text: text),
      exists: { ["README.md", "docs/page.md"].contains($0) }, text: { _ in "## There" })
    #expect(
      findings.map(\.message) == [
        "gone.md is not there", "docs/page.md has no heading #other",
        "README.md has no heading #away",
      ])
  }
}
