import Foundation
import TestSupport
import Testing

/// `migrate` as a person meets it: its output, its report, its exit codes.
@Suite struct MigrateCommandTests {
  private static func run(
    _ arguments: [String], input: String? = nil
  ) async throws -> (code: Int32, output: String, errors: String) {
    let process = try LineProcess(
      ScalerProcess.executable, ["migrate"] + arguments, input: input)
    let code = try await process.exitCode()
    return (
      code, process.output.joined(separator: "\n"), process.errors.joined(separator: "\n")
    )
  }

  private static func file(_ name: String) -> String { "Tests/Testdata/migrate/\(name).yaml" }

  @Test(arguments: ["keda-prometheus", "ack-hpa", "hpa", "aiscaler", "list"])
  func `What is translated whole ends with 0, and check takes the result`(name: String) async throws
  {
    let migrated = try await Self.run([
      "-f", Self.file(name), "--prometheus", "http://prometheus.monitoring:9090",
    ])
    #expect(migrated.code == 0, "\(migrated.errors)")
    #expect(migrated.errors.contains("translated to one external trigger"))
    #expect(!migrated.errors.contains("check of the result: error"))
    let check = try LineProcess(
      ScalerProcess.executable, ["check", "--offline", "-f", "-"], input: migrated.output)
    #expect(try await check.exitCode() == 0, "\(check.output)")
    let again = try await Self.run(["-f", "-"], input: migrated.output + "\n")
    #expect(again.code == 0)
    #expect(again.output == migrated.output)
    #expect(again.errors.hasPrefix("-: nothing to translate"), "\(again.errors)")
  }

  @Test func `What cannot be translated is kept, told of with its line, and ends with 1`()
    async throws
  {
    let (code, output, errors) = try await Self.run(["-f", Self.file("untranslated")])
    #expect(code == 1)
    #expect(
      errors.contains(
        "untranslated.yaml:2: ScaledObject half: not translated: trigger 0: awsRegion stands for a "
          + "cloud's identity"), "\(errors)")
    #expect(errors.contains("its threshold is \"0\"; write a number above 0"))
    #expect(errors.contains("its metricType is \"happiness\"; use gpuUtilization, queueDepth"))
    #expect(output.contains("awsRegion: eu-west-1"))
    #expect(
      output.contains("# Not translated: HorizontalPodAutoscaler old: it is of autoscaling/v1"))
    let again = try await Self.run(["-f", "-"], input: output + "\n")
    #expect(again.code == 1)
    #expect(again.output == output)
  }

  @Test func `A mean without ready replicas is an error of check, and so of migrate`() async throws
  {
    let (code, output, errors) = try await Self.run(
      ["-f", "-"],
      input: """
        apiVersion: keda.sh/v1alpha1
        kind: ScaledObject
        metadata: {name: llm}
        spec:
          scaleTargetRef: {kind: LeaderWorkerSet, name: llm}
          triggers:
            - type: prometheus
              metadata:
                serverAddress: http://prometheus.monitoring:9090
                query: avg(DCGM_FI_DEV_GPU_UTIL) * 1
                threshold: "70"

        """)
    #expect(code == 1)
    #expect(
      output.contains("# Write replicasQuery, PromQL for the ready replicas of this LeaderWork"))
    #expect(errors.contains("check of the result: error: llm"), "\(errors)")
  }

  @Test func `Several files become one, and a wrong file is named`() async throws {
    let (code, output, _) = try await Self.run([
      "-f", Self.file("ack-hpa"), "-f", Self.file("aiscaler"),
      "--scaler-address", "scaler.gpu:6000",
    ])
    #expect(code == 0)
    #expect(output.components(separatedBy: "\n---\n").count == 4)
    #expect(output.contains("scalerAddress: scaler.gpu:6000"))
    let missing = try await Self.run(["-f", "/nonexistent.yaml"])
    #expect(missing.code == 1)
    #expect(missing.errors.contains("cannot read /nonexistent.yaml"))
    let broken = try await Self.run(["-f", "-"], input: "a: [\n")
    #expect(broken.code == 1)
    #expect(
      broken.errors.contains("-:1: a document: not translated: line 2: the document is no YAML"),
      "\(broken.errors)")
    let empty = try await Self.run(["-f", "-"], input: "# nothing yet\n")
    #expect(empty.code == 1)
    #expect(empty.errors.contains("-: there is no document in it"), "\(empty.errors)")
    let nothing = try await Self.run([])
    #expect(nothing.code == 64)
    #expect(nothing.errors.contains("name a file: migrate -f scaledobject.yaml"))
  }

  @Test
  func `A document or file that cannot be read does not keep the others from being translated`()
    async throws
  {
    let alone = try await Self.run(["-f", Self.file("aiscaler")])
    let broken = "kind: Deployment\nspec: {a: 1\n"
    let run = try await Self.run(
      ["-f", Self.file("aiscaler"), "-f", "/nonexistent.yaml", "-f", "-"], input: broken)
    #expect(run.code == 1)
    #expect(run.output == alone.output + "\n---\n" + broken.dropLast(), "\(run.output)")
    #expect(run.errors.contains("translated to one external trigger"))
    #expect(run.errors.contains("cannot read /nonexistent.yaml"))
    // Helm and kubectl take the last of two, and the Deployment is nothing to migrate.
    let twice = try await Self.run(
      ["-f", Self.file("aiscaler"), "-f", "-"],
      input: "kind: Deployment\nmetadata: {name: a, labels: {app: x, app: y}}\n")
    #expect(twice.code == 0, "\(twice.errors)")
    #expect(twice.output.hasSuffix("labels: {app: x, app: y}}"))
  }
}
