import Foundation
import TestSupport
import Testing

/// Every command of the documentation that can run here runs, and prints what its page shows.
@Suite(.serialized) struct DocumentedCommandTests {
  /// Pages with commands; docs/replay.md has a test of its own (ReplayDocumentTests).
  private static let pages =
    ["README.md", "chart/README.md"]
    + ((try? FileManager.default.contentsOfDirectory(
      atPath: LineProcess.root.appending(path: "docs").path)) ?? [])
    .filter { $0.hasSuffix(".md") && $0 != "replay.md" }.sorted().map { "docs/\($0)" }

  /// Why a command may stay without a run.
  private static let reasons = [
    "a cluster is needed", "it runs all tests", "it serves until stopped", "it takes minutes",
    "a certificate is needed",
  ]

  @Test func `Every command that is not run says why`() throws {
    var run = 0
    for path in Self.pages {
      let page = try DocumentedPage(path)
      #expect(page.unmarked == [], "\(path): commands stand in blocks of the language sh")
      for block in page.blocks {
        if let reason = block.reasonNotRun {
          #expect(Self.reasons.contains(reason), "\(path):\(block.line): \(reason)")
        } else {
          run += 1
        }
      }
    }
    #expect(run >= 20)
  }

  @Test func `Every other command runs and prints what its page shows`() async throws {
    let place = try await CommandPlace()
    defer { place.stop() }
    for path in Self.pages {
      let page = try DocumentedPage(path)
      if let yaml = page.firstBlocks["yaml"] { try place.write(page.stem + ".yaml", yaml) }
      for block in page.blocks where block.reasonNotRun == nil {
        let at = "\(path):\(block.line)"
        let (code, printed) = try await place.run(block.commands)
        #expect(code == block.exitCode, "\(at): \(printed.joined(separator: "\n"))")
        guard let shown = block.expected else { continue }
        if let line = ShownOutput.difference(printed, from: shown) {
          Issue.record("\(at) shows \(line)\nprinted:\n\(printed.joined(separator: "\n"))")
        }
      }
    }
  }

  @Test(arguments: [
    (["a 1", "b"], ["a 2", "b"], true), (["a"], ["a", "b"], false), (["a", "b"], ["a"], false),
    (["x", "y", "b"], ["…", "b"], true), (["x", "y"], ["x", "…"], true), (["xyz"], ["x…z"], true),
    (["xyz"], ["x…y"], false), (["a", "", "b"], ["a", "b"], true),
    (["12:30:01"], ["07:19:39"], true),
  ])
  func `Shown output is compared line by line`(
    printed: [String], shown: [String], isSame: Bool
  ) {
    #expect((ShownOutput.difference(printed, from: shown) == nil) == isSame)
  }
}

/// A folder with the checkout in it, a demo server, and a Prometheus with the series of the README.
private final class CommandPlace {
  private let files: SourceServers.Files
  private let scaler: ScalerProcess
  private let exporter: MetricExporter
  private let prometheus: PrometheusProcess

  init() async throws {
    files = try SourceServers.Files()
    exporter = try MetricExporter()
    for pod in 0..<2 {
      exporter.set("DCGM_FI_DEV_GPU_UTIL{gpu=\"0\",pod=\"inference-\(pod)\"}", 100)
    }
    exporter.set("queue_depth{service=\"llm-inference\"}", 1000)
    prometheus = try await PrometheusProcess(scraping: [exporter.port])
    scaler = try await ScalerProcess(["--demo"])
    let (scrapes, exporter) = (exporter.scrapeCount, exporter)
    try await eventually(within: .seconds(30)) { exporter.scrapeCount >= scrapes + 2 }
    for name in try FileManager.default.contentsOfDirectory(atPath: LineProcess.root.path)
    where ![".build", ".git"].contains(name) {
      try FileManager.default.createSymbolicLink(
        atPath: files.path(name), withDestinationPath: LineProcess.root.appending(path: name).path)
    }
    let manifest = try DocumentedPage("README.md").firstBlocks["yaml"] ?? ""
    _ = try files.write("scaledobject.yaml", manifest)
    try FileManager.default.createDirectory(
      atPath: files.path("bin"), withIntermediateDirectories: false)
    try program(
      "keda-burst-scaler",
      """
      [ "$1" != explain ] || set -- "$@" --server '\(scaler.adminURL)'
      exec '\(ScalerProcess.executable)' "$@"
      """)
    let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    if !path.contains(where: { FileManager.default.isExecutableFile(atPath: "\($0)/grpcurl") }) {
      let root = LineProcess.root.path
      try program(
        "grpcurl", "exec '\(root)/.venv/bin/python' '\(root)/Tests/Interop/grpcurl.py' \"$@\"")
    }
    // The page's own time: until the demo has decided for the first time.
    let ready = "keda-burst-scaler explain demo/llm | grep --quiet 'mean '"
    try await eventually(within: .seconds(30)) { try await run(ready).code == 0 }
  }

  private func program(_ name: String, _ script: String) throws {
    let path = try files.write("bin/\(name)", "#!/usr/bin/env bash\nset -euo pipefail\n\(script)\n")
    try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path)
  }

  /// Writes a file into the folder.
  func write(_ name: String, _ text: String) throws { _ = try files.write(name, text) }

  /// Runs commands in the folder, with the addresses of the pages replaced by those of the servers.
  func run(_ commands: String) async throws -> (code: Int32, lines: [String]) {
    let addresses = [
      "localhost:6000": scaler.address, "127.0.0.1:6000": scaler.address,
      "localhost:8080": scaler.adminAddress, "127.0.0.1:8080": scaler.adminAddress,
      "http://prometheus.monitoring:9090": prometheus.address,
    ]
    let text = addresses.reduce(commands) { $0.replacing($1.key, with: $1.value) }
    let process = try LineProcess(
      "/bin/bash",
      [
        "-c", "set -euo pipefail; cd \"$1\"; PATH=\"$1/bin:$PATH\"; exec 2>&1\n\(text)", "run",
        files.path("."),
      ])
    let code = try await process.exitCode(within: .seconds(120))
    return (code, process.output)
  }

  func stop() {
    scaler.kill()
    prometheus.remove()
    exporter.stop()
  }
}
