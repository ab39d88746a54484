import Foundation
import TestSupport

/// A real Prometheus with a past that a test wrote, made by promtool in a moment.
final class RecordedPrometheus {
  private let process: ChildProcess
  private let folder: ReplayFolder
  /// `http://127.0.0.1:port`.
  let address: String

  /// A stretch of one series: a value every 15 s.
  struct Stretch {
    /// Name and labels: `queue_depth{service="llm"}`.
    var series: String
    /// Unix seconds, the last one exclusive.
    var seconds: Range<Int>
    /// The value throughout.
    var value: Double
  }

  /// Why there is none.
  struct Failure: Error { var problem: String }

  /// Starts it with the stretches, those of a series one after the other and together.
  init(_ stretches: [Stretch], arguments: [String] = []) async throws {
    folder = try ReplayFolder()
    var text = ""
    var metric = ""
    for stretch in stretches {
      let name = String(stretch.series.prefix { $0 != "{" })
      if name != metric { text += "# TYPE \(name) gauge\n" }
      metric = name
      for second in stride(from: stretch.seconds.lowerBound, to: stretch.seconds.upperBound, by: 15)
      {
        text += "\(stretch.series) \(stretch.value) \(second)\n"
      }
    }
    try folder.write("past.om", text + "# EOF\n")
    try folder.write("prometheus.yml", "global: {}\n")
    let data = folder.url.appending(path: "data").path
    try Self.run(
      "promtool",
      [
        "tsdb", "create-blocks-from", "openmetrics", folder.url.appending(path: "past.om").path,
        data,
      ], log: folder)
    let port = try LoopbackSocket.freePort()
    address = "http://127.0.0.1:\(port)"
    process = ChildProcess()
    process.executableURL = URL(filePath: "/usr/bin/prometheus")
    process.arguments =
      [
        "--config.file=\(folder.url.path)/prometheus.yml", "--storage.tsdb.path=\(data)",
        "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:\(port)",
        "--log.level=warn",
      ] + arguments
    process.standardOutput = FileHandle.nullDevice
    let log = try folder.file("log")
    process.standardError = log
    try process.run()
    do {
      try await eventually(within: .seconds(30)) {
        guard let answer = try? await LoopbackSocket.get(port: port, target: "/-/ready") else {
          return false
        }
        return answer.hasPrefix("HTTP/1.1 200")
      }
    } catch {
      process.terminate()
      throw Failure(problem: "prometheus is not ready: \(try folder.text("log").suffix(500))")
    }
  }

  deinit {
    process.terminate()
    process.waitUntilExit()
  }

  private static func run(_ program: String, _ arguments: [String], log: ReplayFolder) throws {
    let process = ChildProcess()
    process.executableURL = URL(filePath: "/usr/bin/\(program)")
    process.arguments = arguments
    let output = try log.file("\(program).log")
    process.standardOutput = output
    process.standardError = output
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Failure(problem: try log.text("\(program).log"))
    }
  }
}
