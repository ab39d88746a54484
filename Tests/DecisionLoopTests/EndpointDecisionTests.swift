import CurlClient
import DecisionLoop
import Logging
import MetricCollection
import ScalingEngine
import Synchronization
import TestSupport
import Testing
import TriggerConfiguration

/// From an engine's metrics page to a decision, with no Prometheus between.
@Suite(.serialized) struct EndpointDecisionTests {
  /// Decisions as they were published.
  private final class Decisions: Sendable {
    private let kept = Mutex<[(at: ContinuousClock.Instant, published: PublishedDecision)]>([])

    func take(_ published: PublishedDecision) {
      kept.withLock { $0.append((.now, published)) }
    }

    var last: PublishedDecision? { kept.withLock { $0.last?.published } }

    /// When a number of replicas was first asked for.
    func firstAsking(for replicas: Int) -> ContinuousClock.Instant? {
      kept.withLock { kept in
        kept.first { (try? $0.published.outcome.get())?.desiredReplicas == replicas }?.at
      }
    }
  }

  private func withRunner(
    _ triggers: String, _ body: (Decisions) async throws -> Void
  ) async throws {
    let client = try HTTPClient()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let collector = Collector(client: client, logger: logger)
    let scraper = EndpointScraper(client: client, logger: logger)
    let runner = DecisionRunner(
      collector: collector, scraper: scraper, sources: .unrestricted, logger: logger,
      wallSeconds: { 0 })
    let run = Task { await scraper.run() }
    defer { run.cancel() }
    let decisions = Decisions()
    let spec = try TriggerSpec(metadata: ["triggers": triggers, "forecast": "off"])
    let trigger = try runner.begin(namespace: "n", name: "o", spec: spec) { decisions.take($0) }
    let result: Result<Void, any Error>
    do {
      result = .success(try await body(decisions))
    } catch {
      result = .failure(error)
    }
    runner.end(trigger)
    await client.shutdown()
    try result.get()
  }

  @Test func `An engine's state is decided on, with no Prometheus between`() async throws {
    let engines = try (0..<3).map { _ in try MetricExporter() }
    defer { for engine in engines { engine.stop() } }
    for engine in engines {
      engine.set("vllm:num_requests_waiting", 1)
      engine.set("vllm:num_requests_running", 4)
    }
    let pages = engines.map { "'http://127.0.0.1:\($0.port)/metrics'" }.joined(separator: ", ")
    let triggers = """
      - {preset: vllm-queue-depth, threshold: 5, endpoints: [\(pages)]}
      - {preset: vllm-running, threshold: 4, endpoints: [\(pages)]}
      """
    try await withRunner(triggers) { decisions in
      // 3 waiting ÷ 5 is less than 12 running ÷ 4.
      try await eventually(within: .seconds(60)) { decisions.firstAsking(for: 3) != nil }
      #expect(decisions.last?.observation.readyReplicas == 3)
      #expect(engines[0].scrapeCount <= 3, "two triggers share one scrape")
      var delays: [Duration] = []
      for step in 1...5 {
        // (50 × step + 2) waiting ÷ 5, rounded up.
        let wanted = 10 * step + 1
        let changed = ContinuousClock.now
        engines[0].set("vllm:num_requests_waiting", Double(50 * step))
        try await eventually(within: .seconds(60)) { decisions.firstAsking(for: wanted) != nil }
        let decided = try #require(decisions.firstAsking(for: wanted))
        delays.append(decided - changed)
      }
      // The figure is docs/performance.md's: other tests of this process take the processors.
      print(
        "engine's state to decision: \(delays.sorted().map { "\($0)" }.joined(separator: ", "))")
    }
  }

  @Test func `An average is multiplied by the replicas that answer`() async throws {
    let engines = try (0..<2).map { _ in try MetricExporter() }
    defer { for engine in engines { engine.stop() } }
    for engine in engines { engine.set("vllm:kv_cache_usage_perc", 0.8) }
    let pages = engines.map { "http://127.0.0.1:\($0.port)" }.joined(separator: " ")
    // 2 × 0.8 ÷ 0.4.
    let triggers = "- {preset: vllm-kv-cache, threshold: 0.4, endpoints: '\(pages)'}"
    try await withRunner(triggers) { decisions in
      try await eventually(within: .seconds(60)) { decisions.firstAsking(for: 4) != nil }
      #expect(decisions.last?.observation.readings == [.perReplica(sum: 1.6, replicas: 2)])
    }
  }
}
