import CurlClient
import DecisionLoop
import Logging
import Synchronization
import Testing
import TriggerConfiguration

@testable import MetricCollection
@testable import ScalerService

/// Other servers are put into force while a trigger is mentioned for the first time.
struct ReloadRaceTests {
  /// The system's clock; the next look at it does something else first.
  private final class HookedClock: CollectionClock {
    let hook = Mutex<(@Sendable () -> Void)?>(nil)
    var unixSeconds: Double { SystemClock().unixSeconds }
    var now: ContinuousClock.Instant {
      let work = hook.withLock { hook in
        defer { hook = nil }
        return hook
      }
      work?()
      return .now
    }

    /// Nothing here goes on by itself.
    func sleep(until _: ContinuousClock.Instant) async throws { throw CancellationError() }
  }

  private let clock = HookedClock()
  private let client: HTTPClient
  private let runner: DecisionRunner
  private let service: ExternalScalerService
  private let old: SourceDirectory
  private let new: SourceDirectory
  private let metadata = ["queueDepthQuery": "q", "queueDepthThreshold": "5", "forecast": "off"]

  init() throws {
    client = try HTTPClient()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    func directory(_ header: String) throws -> SourceDirectory {
      // Nobody listens there.
      var profile = PrometheusProfile(
        name: "default", address: try ServerAddress.reading("http://127.0.0.1:9").get())
      profile.headers = ["X-Generation": .text(SecretText(header))]
      return try SourceDirectory(profiles: [profile])
    }
    old = try directory("old")
    new = try directory("new")
    runner = DecisionRunner(
      collector: Collector(client: client, clock: clock, logger: logger),
      scraper: EndpointScraper(client: client, logger: logger), sources: old, logger: logger,
      wallSeconds: { 0 })
    service = ExternalScalerService(
      runner: runner, limits: TriggerTableLimits(triggers: 10), forgetAfter: .seconds(60),
      logger: logger)
  }

  @Test func `A trigger that is begun meanwhile asks the new servers`() async throws {
    clock.hook.withLock { hook in
      hook = { [runner, new] in
        #expect(runner.replaceSources(new).isEmpty, "it is not there yet")
      }
    }
    let spec = try TriggerSpec(metadata: metadata)
    let trigger = try runner.begin(namespace: "n", name: "o", spec: spec) { _ in }
    #expect(runner.replaceSources(new).isEmpty)
    #expect(runner.triggers.map(ObjectIdentifier.init) == [ObjectIdentifier(trigger)])
    await client.shutdown()
  }

  @Test func `A trigger that is mentioned meanwhile is begun once, and known`() async throws {
    clock.hook.withLock { hook in
      hook = { [service, new] in #expect(service.replaceSources(new) == 0) }
    }
    let first = try #require(service.mention(namespace: "n", name: "o", metadata: metadata))
    #expect(runner.triggers.map(ObjectIdentifier.init) == [ObjectIdentifier(first)])
    let second = service.mention(namespace: "n", name: "o", metadata: metadata)
    #expect(second === first)
    #expect(runner.triggers.count == 1)
    #expect(service.replaceSources(new) == 0, "it asks the new servers already")
    #expect(service.replaceSources(old) == 1)
    #expect(runner.triggers.isEmpty)
    await client.shutdown()
  }
}
