import Foundation
import TestSupport
import Testing

/// The scaler's demo, with an admin port on 127.0.0.1.
struct RunningScaler {
  /// Where `/metrics` is.
  let adminPort: UInt16
  private let process = ChildProcess()

  /// Starts it; `metrics` waits until it answers.
  init() throws {
    adminPort = try LoopbackSocket.freePort()
    process.executableURL = URL(filePath: ToolRun.scaler)
    process.arguments = [
      "serve", "--demo", "--grpc-listen", "127.0.0.1:0", "--admin-listen",
      "127.0.0.1:\(adminPort)",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// What it exports once it decides for the demo's ScaledObject.
  func metrics() async throws -> String {
    var text = ""
    try await eventually(within: .seconds(120)) {
      text = (try? await LoopbackSocket.get(port: adminPort, target: "/metrics")) ?? ""
      return text.contains("keda_burst_scaler_external_triggers 1\n")
    }
    return text
  }

  /// Ends it in good order.
  func stop() {
    process.terminate()
    process.waitUntilExit()
  }
}

/// A real Prometheus with the chart's rules, which scrapes one port as the ServiceMonitor would.
struct RulePrometheus {
  private let port: UInt16
  private let process = ChildProcess()
  private let folder: URL

  /// Starts it.
  init(scraping target: UInt16, rules: URL) async throws {
    port = try LoopbackSocket.freePort()
    folder = FileManager.default.temporaryDirectory.appending(path: "rules-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let configuration = """
      global: {scrape_interval: 1s, scrape_timeout: 900ms, evaluation_interval: 1s}
      rule_files: ["\(rules.path)"]
      scrape_configs:
        - job_name: keda-burst-scaler
          static_configs:
            - {targets: ["127.0.0.1:\(target)"], labels: {namespace: keda, pod: one}}
      """
    let file = folder.appending(path: "prometheus.yml")
    try configuration.write(to: file, atomically: true, encoding: .utf8)
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [
      "prometheus", "--config.file=\(file.path)", "--storage.tsdb.path=\(folder.path)/data",
      "--web.listen-address=127.0.0.1:\(port)", "--log.level=error",
    ]
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
  }

  /// The rules after each has been evaluated on scraped series.
  func evaluatedRules() async throws -> [JSONValue] {
    try await eventually(within: .seconds(120)) {
      try answer("query?query=keda_burst_scaler_ready")?.items("data.result").count == 1
    }
    var rules: [JSONValue] = []
    try await eventually(within: .seconds(120)) {
      rules = try answer("rules")?.items("data.groups.0.rules") ?? []
      // Until the first scrape is in, the scaler counts as down.
      let down = rules.first { $0.text("name") == "KedaBurstScalerDown" }
      return down?.text("state") == "inactive"
        && rules.allSatisfy { $0.text("health") != "unknown" }
    }
    return rules
  }

  private func answer(_ target: String) throws -> JSONValue? {
    let program = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1]).read().decode())"
    let run = try ToolRun(
      ".venv/bin/python", ["-c", program, "http://127.0.0.1:\(port)/api/v1/\(target)"])
    return try? JSONDecoder().decode(JSONValue.self, from: Data(run.output.utf8))
  }

  /// Ends it and deletes its data.
  func remove() {
    process.terminate()
    process.waitUntilExit()
    try? FileManager.default.removeItem(at: folder)
  }
}
