import Foundation
import TestSupport
import Testing

/// The executable as a person meets it: help, wrong flags, exit codes.
@Suite struct CommandLineTests {
  private static func run(
    _ arguments: [String], environment: [String: String] = [:], input: String? = nil
  ) async throws -> (code: Int32, output: [String], errors: String) {
    let process = try LineProcess(
      ScalerProcess.executable, arguments, environment: environment, input: input)
    let code = try await process.exitCode()
    return (code, process.output, process.errors.joined(separator: "\n"))
  }

  @Test(arguments: [
    (["serve", "--grpc-listen", "6000"], "--grpc-listen is \"6000\"; write HOST:PORT"),
    (["serve", "--grpc-lisen", "x:1"], "Did you mean '--grpc-listen'?"),
    (["serve", "--prometheus", "ftp://x"], "--prometheus has the scheme \"ftp\""),
    (["serve", "--tls-cert", "a.pem"], "--tls-cert and --tls-key belong together"),
    (["serve", "--drain-grace", "soon"], "--drain-grace is \"soon\"; write a duration"),
    (["serve", "--config", "/nonexistent.yaml"], "cannot read the configuration file"),
    (["check"], "name a file"),
    (["check", "--bogus"], "Unknown option '--bogus'"),
    (["chek"], "\"chek\" is no command; did you mean \"check\"? Commands: serve, check, migrate"),
    (["help", "nonsense"], "\"nonsense\" is no command. Commands: serve"),
    (
      ["explain", "llm"], "write the namespace and the ScaledObject's name, as in: explain demo/llm"
    ),
    (["decide", "--set", "queue"], "is not KEY=VALUE"),
    (["decide", "--set", "queueDepthThreshold=ten", "--set", "queueDepthQuery=q"], "\"ten\""),
  ])
  func `A wrong command line is refused with what to write`(arguments: [String], words: String)
    async throws
  {
    let (code, _, errors) = try await Self.run(arguments)
    #expect(code == 64)
    #expect(errors.contains(words), "\(errors)")
  }

  @Test(arguments: [
    ["check", "-f"], ["migrate", "-f"], ["decide", "--metadata"], ["serve", "--config"],
    ["replay", "--trace"], ["replay", "--load", "step", "--metadata"],
    ["explain", "demo/llm", "--token-file"],
  ])
  func `A file that cannot be read is refused with what it is instead`(command: [String])
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    /// What is said; by `check` in its report.
    func words(of path: String) async throws -> String {
      let (code, output, errors) = try await Self.run(command + [path])
      #expect(code != 0)
      return errors + output.joined(separator: "\n")
    }
    let said = try await words(of: folder.path)
    #expect(said.contains("\(folder.path): it is a folder; name a file in it"), "\(said)")
    let missing = folder.path + "/missing"
    let absent = try await words(of: missing)
    #expect(absent.contains("\(missing): there is no such file"), "\(absent)")
    let binary = folder.appending(path: "binary")
    try Data([0xc3, 0x28, 0xff, 0xfe, 0x80]).write(to: binary)
    let unreadable = try await words(of: binary.path)
    if !command.contains("--trace") {
      #expect(unreadable.contains("\(binary.path): it is not text in UTF-8"), "\(unreadable)")
    }
  }

  @Test func `A report that cannot be written is refused with the folder that is missing`()
    async throws
  {
    let folder = FileManager.default.temporaryDirectory.path
    let replay = ["replay", "--load", "step", "--html"]
    let onto = try await Self.run(replay + [folder])
    #expect(onto.code == 1)
    #expect(onto.errors.contains("cannot write \(folder): it is a folder; name a file in it"))
    let into = try await Self.run(replay + ["/nonexistent/report.html"])
    #expect(into.errors.contains("there is no folder /nonexistent; make it first"))
  }

  @Test func `A setting in the environment or the file is read, and an unknown one is refused`()
    async throws
  {
    let fromEnvironment = try await Self.run(
      ["serve"], environment: ["KEDA_BURST_SCALER_GRPC_LISTEN": "nowhere"])
    #expect(
      fromEnvironment.errors.contains("variable KEDA_BURST_SCALER_GRPC_LISTEN is \"nowhere\""))
    let unknown = try await Self.run(
      ["serve"], environment: ["KEDA_BURST_SCALER_GRPC_LISTN": "x:1"])
    #expect(unknown.code == 64)
    #expect(unknown.errors.contains("KEDA_BURST_SCALER_GRPC_LISTN is not known"))
    let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).yaml")
    defer { try? FileManager.default.removeItem(at: file) }
    try Data("grpc-listen: nowhere\n".utf8).write(to: file)
    let fromFile = try await Self.run(["serve", "--config", file.path])
    #expect(fromFile.errors.contains("\"grpc-listen\" in"))
    try Data("grpc-lissten: x:1\n".utf8).write(to: file)
    let typo = try await Self.run(["serve", "--config", file.path])
    #expect(typo.code == 64)
    #expect(typo.errors.contains("\"grpc-lissten\" is not known"))
  }

  @Test func `A port that is taken is named with the remedy, and the exit code is 1`() async throws
  {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    let (code, _, errors) = try await Self.run([
      "serve", "--grpc-listen", "127.0.0.1:\(exporter.port)", "--admin-listen", "off",
    ])
    #expect(code == 1)
    #expect(errors.contains("cannot listen on 127.0.0.1:\(exporter.port)"))
    #expect(errors.contains("--grpc-listen"))
  }

  @Test func `decide answers line by line, bad lines with their number`() async throws {
    let (code, output, _) = try await Self.run(
      ["decide", "--set", "queueDepthQuery=queue_depth", "--set", "queueDepthThreshold=50"],
      input: """
        {"t":1,"metrics":{"queue_depth":1000,"other":7},"replicas":{"current":2,"ready":2},"x":1}
        not json
        {"t":3,"metrics":{},"replicas":{"current":2,"ready":2}}
        {"metrics":{"queue_depth":3}}
        {"t":5,"metrics":{"queue_depth":"three"}}
        {"t":6,"metrics":{"queue_depth":1000}}

        """)
    #expect(code == 0)
    #expect(output.count == 6)
    let lines = output.map { line in
      (try? JSONSerialization.jsonObject(with: Data(line.utf8))) as? [String: Any] ?? [:]
    }
    #expect(lines[0]["value"] as? Double == 20)
    #expect(lines[0]["active"] as? Bool == true)
    #expect((lines[1]["error"] as? String)?.hasPrefix("line 2: ") == true)
    #expect(lines[1]["value"] is NSNull)
    // A missing metric is unknown: what was decided stands, and nothing becomes 0.
    #expect(lines[2]["value"] as? Double == 20 || lines[2]["value"] is NSNull)
    #expect((lines[3]["error"] as? String)?.contains("\"t\" is missing") == true)
    #expect((lines[4]["error"] as? String)?.contains("line 5") == true)
    #expect(lines[5]["value"] as? Double == 20)
  }

  @Test func `check names the line of a typo and the traps, and exits with 1`() async throws {
    let manifest = """
      apiVersion: keda.sh/v1alpha1
      kind: ScaledObject
      metadata: {name: llm, namespace: inference}
      spec:
        scaleTargetRef: {name: llm}
        maxReplicaCount: 50
        triggers:
          - type: external
            metadata:
              scalerAddress: keda-burst-scaler.keda.svc.cluster.local:6000
              queueDepthQuery: sum(queue_depth)
              queueDepthTreshold: "50"
      """
    let (code, output, _) = try await Self.run(["check", "--offline", "-f", "-"], input: manifest)
    let text = output.joined(separator: "\n")
    #expect(code == 1)
    #expect(text.contains("line 12"))
    #expect(text.contains("did you mean \"queueDepthThreshold\"?"))
    #expect(text.contains("throttles a burst"))
  }

  @Test func `check refuses a mean without ready replicas, with the query to write`() async throws {
    let manifest = """
      apiVersion: keda.sh/v1alpha1
      kind: ScaledObject
      metadata: {name: llm}
      spec:
        scaleTargetRef: {name: llm}
        triggers:
          - type: external
            metadata:
              scalerAddress: keda-burst-scaler.keda:6000
              gpuUtilizationQuery: avg(DCGM_FI_DEV_GPU_UTIL)
              gpuUtilizationThreshold: "70"
      """
    let (code, output, _) = try await Self.run(
      ["check", "--offline", "--output", "json", "-f", "-"], input: manifest)
    #expect(code == 1)
    let report = try #require(
      try JSONSerialization.jsonObject(with: Data(output.joined(separator: "\n").utf8))
        as? [String: Any])
    #expect("\(report)".contains("an average divided by a per-replica target"))
    #expect("\(report)".contains("replicasQuery"))
  }
}
