import Foundation
import TestSupport
import Testing

/// `check` of files in which something cannot be read: the rest is checked all the same.
@Suite struct CheckDocumentTests {
  private static func withFile(
    _ text: String, _ body: (String) async throws -> Void
  ) async throws {
    let file = FileManager.default.temporaryDirectory.appending(path: "check-\(UUID()).yaml")
    try Data(text.utf8).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    try await body(file.path)
  }

  @Test func `A label that a chart writes twice is a warning, and the ScaledObject is checked`()
    async throws
  {
    let deployment = """
      apiVersion: apps/v1
      kind: Deployment
      metadata:
        name: web
        labels:
          app: web
          app: web
      ---

      """
    let (code, file) = try await CheckedFile.checking(deployment + CheckManifest.clean)
    #expect(code == 0)
    #expect(file.findings.map(\.code) == ["key-twice"], "\(file.findings)")
    #expect(file.findings.first?.line == 6)
    #expect(file.scaledObjects.map(\.name) == ["llm"])
    #expect(file.scaledObjects.map(\.line) == [9])
  }

  @Test func `A fault in one file or ScaledObject hides nothing of the others`() async throws {
    let second = CheckManifest.with([
      ("name: llm,", "name: two,"), ("{name: llm}", "{name: two}"), ("\"70\"", "70"),
    ])
    let third = CheckManifest.with([
      ("name: llm,", "name: three,"), ("{name: llm}", "{name: three}"),
      ("maxReplicaCount: 50", "maxReplicacount: 50"),
    ])
    try await Self.withFile(second + "---\n" + third) { path in
      let (code, file) = try await CheckedFile.checking(
        CheckManifest.with([("  maxReplicaCount: 50\n", "")]),
        ["--offline", "-f", "/nonexistent.yaml", "-f", path])
      #expect(code == 1)
      #expect(file.scaledObjects.map(\.name) == ["llm", "two", "three"])
      #expect(
        file.scaledObjects.map { $0.findings.map(\.code) } == [
          ["maximum-missing"], ["manifest"], ["manifest", "maximum-missing"],
        ])
      #expect(file.scaledObjects.dropFirst().first?.findings.first?.line == 22)
      #expect(file.files.map(\.file) == ["-", "/nonexistent.yaml", path])
      #expect(
        file.files.dropFirst().first?.findings.map(\.message) == [
          "cannot read /nonexistent.yaml: there is no such file"
        ])
    }
  }

  @Test func `A file of which nothing can be read gives a report, as text and as JSON`()
    async throws
  {
    let (code, file) = try await CheckedFile.checking("kind: [\n")
    #expect(code == 1)
    #expect(file.findings.map(\.code) == ["unreadable"])
    let run = try await CommandRun(["check", "--offline", "-f", "-"], input: "kind: [\n")
    #expect(run.code == 1)
    #expect(
      run.output.hasPrefix("file -\n  error [unreadable]: line 2: the document is no YAML: "),
      "\(run.output)")
    #expect(run.output.hasSuffix("0 checked, 1 error(s), 0 warning(s), 0 note(s)\n"))
  }
}
