internal import CurlClient
internal import DecisionLoop
internal import Logging
internal import MetricCollection
internal import Synchronization
internal import TestSupport
internal import TriggerConfiguration

/// The page that the engines of `scrape` show: vLLM's, of one engine.
func printPage() {
  print(ExpositionShapes.vllm(ranks: 1), terminator: "")
}

/// Scrapes the engines that listen on `ports` of this machine once a second, 50 to a ScaledObject
/// with two triggers on their pages, and decides: the CPU of all that as a share of one core.
func scrape(ports: [Int], seconds: Int) async throws {
  let client = try HTTPClient()
  let logger = Logger(label: "benchmark")
  let collector = Collector(client: client, logger: logger)
  let scraper = EndpointScraper(client: client, logger: logger)
  let runner = DecisionRunner(
    collector: collector, scraper: scraper, sources: .unrestricted, logger: logger,
    wallSeconds: { 0 })
  let run = Task { await scraper.run() }
  let (rounds, telling) = AsyncStream.makeStream(of: Void.self)
  let oldest = Mutex(0.0)
  var triggers: [ScaledTrigger] = []
  for first in stride(from: 0, to: ports.count, by: 50) {
    let pages = ports[first..<min(first + 50, ports.count)]
      .map { "'http://127.0.0.1:\($0)/metrics'" }.joined(separator: ", ")
    let list = """
      - {preset: vllm-queue-depth, threshold: 5, endpoints: [\(pages)]}
      - {preset: vllm-running, threshold: 4, endpoints: [\(pages)]}
      """
    let spec = try TriggerSpec(metadata: ["triggers": list])
    // The first object's decisions, one a second, are the benchmark's clock.
    triggers.append(
      try runner.begin(namespace: "benchmark", name: "\(first)", spec: spec) { published in
        oldest.withLock { $0 = max($0, published.dataAgeSeconds ?? 0) }
        if first == 0 { telling.yield() }
      })
  }
  var (round, cpu) = (0, 0.0)
  for await _ in rounds {
    round += 1
    if round == 3 {
      cpu = cpuMicroseconds()
      oldest.withLock { $0 = 0 }
    }
    if round == 3 + seconds { break }
  }
  let share = (cpuMicroseconds() - cpu) / Double(seconds) / 1e4
  print(
    "scrape: \(ports.count) engines a second, \(share) % of a core, "
      + "\(share * 1e4 / Double(ports.count)) us CPU each, oldest value \(oldest.withLock { $0 }) s"
  )
  for trigger in triggers { runner.end(trigger) }
  run.cancel()
  await run.value
  await client.shutdown()
}
