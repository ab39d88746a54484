import Synchronization

/// A `/metrics` endpoint on 127.0.0.1 whose series a test sets as it likes.
package final class MetricExporter: Sendable {
  private let server: ScriptedHTTPServer
  private let series: SeriesTable

  private final class SeriesTable: Sendable {
    let values = Mutex<[String: Double]>([:])
    let scrapeCount = Atomic<Int>(0)
  }

  /// The port it listens on.
  package var port: UInt16 { server.port }
  /// How often it has been scraped.
  package var scrapeCount: Int { series.scrapeCount.load(ordering: .relaxed) }

  /// An exporter without series on a port (0: any free one).
  package init(port: UInt16 = 0) throws {
    let series = SeriesTable()
    self.series = series
    server = try ScriptedHTTPServer(port: port) { _, connection in
      series.scrapeCount.add(1, ordering: .relaxed)
      let lines = series.values.withLock { values in
        values.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)\n" }
      }
      connection.answer(
        headers: ["Content-Type: text/plain; version=0.0.4"], text: lines.joined())
    }
  }

  /// Sets a series, written as in the text format: `queue_depth{service="llm"}`.
  package func set(_ name: String, _ value: Double) {
    series.values.withLock { $0[name] = value }
  }

  /// Takes a series away.
  package func remove(_ name: String) {
    _ = series.values.withLock { $0.removeValue(forKey: name) }
  }

  /// Stops answering.
  package func stop() { server.stop() }
}
