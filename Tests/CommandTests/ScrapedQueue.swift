import TestSupport

/// A queue whose length a test sets, and a real Prometheus that scrapes it once a second.
struct ScrapedQueue {
  /// Serves `queue_depth`.
  let exporter: MetricExporter
  /// Scrapes it.
  let prometheus: PrometheusProcess

  /// A queue of that length, unknown where it is nil; Prometheus listens on `host`.
  init(_ length: Double?, host: String = "127.0.0.1") async throws {
    exporter = try MetricExporter()
    if let length { exporter.set("queue_depth", length) }
    do {
      prometheus = try await PrometheusProcess(scraping: [exporter.port], host: host)
    } catch {
      exporter.stop()
      throw error
    }
  }

  /// Ends both.
  func remove() {
    prometheus.remove()
    exporter.stop()
  }

  /// Sets the queue's length.
  func set(_ length: Double) { exporter.set("queue_depth", length) }

  /// Sets the queue's length, and lets Prometheus scrape it so many times: for some whole seconds,
  /// so that a range with a step of one has it.
  func hold(_ length: Double, scrapes: Int) async throws {
    set(length)
    let wanted = exporter.scrapeCount + scrapes
    try await eventually(within: .seconds(120)) { exporter.scrapeCount >= wanted }
  }
}
