import Foundation
import Synchronization

/// A real Prometheus (Debian's `prometheus`) on a port of 127.0.0.1 with its data in a directory of
/// its own, scraping the given ports every second. Call `stop` at the end of the test.
package final class PrometheusProcess: Sendable {
  /// The port it listens on, the same over restarts.
  package let port: UInt16
  private let host: String
  private let directory: URL
  private let process = Mutex<ChildProcess?>(nil)

  /// Why there is no Prometheus.
  package struct Failure: Error {
    /// What happened, with the end of its log.
    package let problem: String
  }

  /// `http://127.0.0.1:port`, or with the host that was given.
  package var address: String { "http://\(host):\(port)" }

  /// Starts it and waits until it is ready to be queried.
  ///
  /// - Parameter scraping: ports of 127.0.0.1 whose `/metrics` are scraped, as job `test`.
  /// - Parameter host: by which others reach it in a network namespace; it listens on all there.
  package init(scraping ports: [UInt16] = [], host: String = "127.0.0.1") async throws {
    self.host = host
    port = try LoopbackSocket.freePort()
    directory = FileManager.default.temporaryDirectory
      .appending(path: "prometheus-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    let targets = ports.map { "'127.0.0.1:\($0)'" }.joined(separator: ", ")
    let configuration = """
      global: {scrape_interval: 1s, scrape_timeout: 900ms, evaluation_interval: 1s}
      scrape_configs:
        - job_name: test
          static_configs: [{targets: [\(targets)]}]
      """
    try configuration.write(
      to: directory.appending(path: "prometheus.yml"), atomically: true, encoding: .utf8)
    try await start()
  }

  /// Starts it again on its port with the data it had, after `stop`.
  package func start() async throws {
    let process = ChildProcess()
    process.executableURL = URL(filePath: "/usr/bin/prometheus")
    process.arguments = [
      "--config.file=\(directory.path)/prometheus.yml",
      "--storage.tsdb.path=\(directory.path)/data",
      "--web.listen-address=\(host == "127.0.0.1" ? host : "0.0.0.0"):\(port)",
      "--log.level=warn",
    ]
    let log = directory.appending(path: "log")
    try Data().write(to: log)
    let output = try FileHandle(forWritingTo: log)
    process.standardOutput = output
    process.standardError = output
    try process.run()
    self.process.withLock { $0 = process }
    let deadline = ContinuousClock.now + .seconds(20)
    while await !isReady() {
      guard process.isRunning, ContinuousClock.now < deadline else {
        let words = (try? String(contentsOf: log, encoding: .utf8)) ?? ""
        stop()
        throw Failure(problem: "prometheus is not ready on port \(port): \(words.suffix(500))")
      }
      try await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Ends it in good order and returns when it has.
  package func stop() {
    let process = process.withLock { process in
      defer { process = nil }
      return process
    }
    guard let process, process.isRunning else { return }
    process.terminate()
    process.waitUntilExit()
  }

  /// Stops it and deletes its data.
  package func remove() {
    stop()
    try? FileManager.default.removeItem(at: directory)
  }

  /// Its process, for measurements of its CPU time; nil while stopped.
  package var processIdentifier: Int32? { process.withLock { $0?.processIdentifier } }

  private func isReady() async -> Bool {
    (try? await LoopbackSocket.get(port: port, target: "/-/ready"))?.hasPrefix("HTTP/1.1 200")
      ?? false
  }
}
