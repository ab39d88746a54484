import Foundation
import ScalingEngine
import TestSupport
import Testing
import TriggerConfiguration

/// Files of other autoscalers, and what `migrate` makes of them: Tests/Testdata/migrate.
@Suite struct ManifestMigrationTests {
  private static let folder = LineProcess.root.appending(path: "Tests/Testdata/migrate")

  private static func migrated(_ text: String) throws -> ManifestMigration {
    try ManifestMigration(yaml: text, options: MigrationOptions())
  }

  private static func text(_ name: String) throws -> String {
    try String(contentsOf: folder.appending(path: name), encoding: .utf8)
  }

  private static let cases = [
    "keda-prometheus", "credentials", "means", "ack-hpa", "hpa", "aiscaler", "list", "untranslated",
  ]

  @Test(arguments: cases)
  func `A file becomes what was worked out by hand`(name: String) throws {
    let migration = try Self.migrated(try Self.text("\(name).yaml"))
    let expected = Self.folder.appending(path: "\(name).expected.yaml")
    if ProcessInfo.processInfo.environment["UPDATE_GOLDENS"] == "1" {
      try migration.yaml.write(to: expected, atomically: true, encoding: .utf8)
    }
    #expect(
      migration.yaml == (try String(contentsOf: expected, encoding: .utf8)),
      "if this is meant, read it and run with UPDATE_GOLDENS=1")
  }

  @Test(arguments: cases)
  func `Migrating the result again changes nothing`(name: String) throws {
    let once = try Self.migrated(try Self.text("\(name).yaml"))
    let twice = try Self.migrated(once.yaml)
    #expect(twice.yaml == once.yaml)
    #expect(!twice.documents.contains { $0.outcome == .translated })
  }

  @Test(arguments: cases)
  func `The scaler takes every external trigger of the result, and KEDA its fields`(name: String)
    throws
  {
    let migration = try Self.migrated(try Self.text("\(name).yaml"))
    let file = try ScaledObjectFile(yaml: migration.yaml)
    #expect(file.scaledObjects.count >= 1)
    for object in file.scaledObjects {
      for trigger in object.triggers {
        #expect(trigger.metricType == nil)
        #expect(throws: Never.self) {
          try TriggerSpec(metadata: trigger.metadata, namespace: object.namespace)
        }
      }
    }
  }

  @Test func `No secret of the input is in the result`() throws {
    let yaml = try Self.migrated(try Self.text("credentials.yaml")).yaml
    #expect(!yaml.contains("s3cret"))
    // But where it was is.
    #expect(yaml.contains("\"bearerToken\" was key \"token\" of Secret \"mimir-token\""))
  }

  @Test func `A file without anything to translate stays byte for byte`() throws {
    for text in [
      "", "# nothing\n", "---\n---\n", "a: 1", "--- # x\nkind: Service\n...\n",
      "kind: ScaledObject\nspec: {triggers: [{type: external, metadata: {}}]}\n",
      "\u{feff}kind: Service\r\nmetadata: {name: x}\r\n",
    ] {
      let migration = try Self.migrated(text)
      #expect(migration.yaml == text)
      #expect(
        migration.documents.allSatisfy { $0.outcome == .unchanged && $0.untranslated.isEmpty })
    }
  }

  @Test func `Lines that end as on Windows are lines`() throws {
    let text = try Self.text("ack-hpa.yaml").replacing("\n", with: "\r\n")
    let migration = try Self.migrated("kind: Service\r\n---\r\n" + text)
    #expect(migration.documents.map(\.outcome) == [.unchanged, .translated])
    #expect(migration.documents.map(\.line) == [1, 3])
    let file = try ScaledObjectFile(yaml: migration.yaml)
    #expect(file.scaledObjects.map(\.name) == ["gpu-hpa"])
  }

  @Test
  func `What is no YAML stays as it stands, is named with its line, and the rest is migrated`()
    throws
  {
    let hpa = try Self.text("hpa.yaml")
    let broken = "a: 1\n---\nb: 2\n---\nc: [\n---\n"
    let migration = try Self.migrated(broken + hpa)
    #expect(migration.yaml == broken + (try Self.text("hpa.expected.yaml")))
    #expect(migration.documents.map(\.line).prefix(3) == [1, 3, 4])
    let reasons = migration.documents.flatMap(\.untranslated).map(\.description)
    #expect(reasons.count == 1)
    #expect(reasons.first?.hasPrefix("line 6: the document is no YAML: ") == true, "\(reasons)")
    #expect(reasons.first?.contains("(line 6, column") == true)
  }

  @Test func `A key that is written twice is told of where something should have been translated`()
    throws
  {
    let twice = "spec: {a: 1, a: 2}\n"
    let migration = try Self.migrated(
      "kind: Deployment\n\(twice)---\nkind: HorizontalPodAutoscaler # old\n\(twice)")
    #expect(migration.documents.map(\.untranslated.count) == [0, 1])
  }

  /// What the HPA made of a total, and what the engine makes of the migrated trigger with
  /// `forecast: off`: the same.
  @Test
  func `With forecast off the decision is KEDA's own: the total over the threshold, rounded up`()
    throws
  {
    let yaml = try Self.migrated(try Self.text("list.yaml")).yaml
    let object = try #require(try ScaledObjectFile(yaml: yaml).scaledObjects.first)
    let metadata = object.triggers[0].metadata.merging(["forecast": "off"]) { $1 }
    var decider = ReplicaDecider(policy: try TriggerSpec(metadata: metadata).policy)
    func desired(_ running: Double, at second: Double) throws -> Int {
      try decider.decide(
        Observation(readings: [.total(running)], currentReplicas: 2, readyReplicas: 2),
        atSeconds: second
      ).get().desiredReplicas
    }
    // ⌈33 ÷ 16⌉ and ⌈161 ÷ 16⌉.
    #expect(try desired(33, at: 1) == 3)
    #expect(try desired(161, at: 2) == 11)
  }
}
