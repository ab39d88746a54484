import CurlClient
import DecisionLoop
import Foundation
import Logging
import MetricCollection
import ScalingEngine
import Synchronization
import TestSupport
import Testing
import TriggerConfiguration

/// With `forecast: seasonal` a new server asks its source for the same hours of earlier days.
@Suite(.serialized, .timeLimit(.minutes(2))) struct SeasonalHistoryTests {
  /// A number of a request's target: `step` of `…&step=30`.
  private static func number(_ name: String, in target: String) -> Int? {
    target.split(separator: "&").first { $0.hasPrefix("\(name)=") }
      .flatMap { Int($0.dropFirst(name.count + 1)) }
  }

  /// A queue of 20 now, and of 200 around this hour of each earlier day.
  private static func answer(to target: String, now: Int) -> String {
    guard target.contains("query_range"), let start = number("start", in: target),
      let end = number("end", in: target), let step = number("step", in: target)
    else {
      return #"{"status":"success","data":{"resultType":"scalar","result":[\#(now),"20"]}}"#
    }
    let points = stride(from: start, through: end, by: step).map { second in
      let isRush = second < now - 43_200 && abs((now - second + 43_200) % 86_400 - 43_200) < 900
      return "[\(second),\"\(isRush ? 200 : 20)\"]"
    }
    return #"{"status":"success","data":{"resultType":"matrix","result":[{"metric":{},"values":["#
      + points.joined(separator: ",") + "]}]}}"
  }

  @Test(arguments: [("seasonal", 20, 7), ("trend", 2, 0)])
  func `What this hour needed on earlier days is known from the start`(
    forecast: String, replicas: Int, days: Int
  ) async throws {
    let now = Int(Date().timeIntervalSince1970)
    let asked = Mutex<[String]>([])
    let server = try ScriptedHTTPServer { request, connection in
      asked.withLock { $0.append(request.target) }
      connection.answer(text: Self.answer(to: request.target, now: now))
    }
    defer { server.stop() }
    let client = try HTTPClient()
    let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    let collector = Collector(client: client, logger: logger)
    let runner = DecisionRunner(
      collector: collector, scraper: EndpointScraper(client: client, logger: logger),
      sources: .unrestricted, logger: logger, wallSeconds: { Date().timeIntervalSince1970 })
    let runs = [Task { await collector.run() }, Task { await runner.run() }]
    defer { for run in runs { run.cancel() } }
    let spec = try TriggerSpec(metadata: [
      "serverAddress": server.address, "queueDepthQuery": "queue", "queueDepthThreshold": "10",
      "forecast": forecast,
    ])
    let newest = Mutex<PublishedDecision?>(nil)
    let trigger = try runner.begin(namespace: "n", name: "o", spec: spec) { decision in
      newest.withLock { $0 = decision }
    }
    func requests(step: Int) -> Int {
      asked.withLock { $0.count { Self.number("step", in: $0) == step } }
    }
    try await eventually(within: .seconds(60)) {
      let decided = try? newest.withLock { $0 }?.outcome.get()
      return decided?.desiredReplicas == replicas && requests(step: 30) == days
    }
    let reasons = try newest.withLock { $0 }?.outcome.get().reasons.map(\.code) ?? []
    #expect(reasons.contains(.seasonal) == (forecast == "seasonal"))
    // Half an hour, second by second, is asked for in any case.
    #expect(requests(step: 1) >= 1)
    runner.end(trigger)
    await client.shutdown()
  }
}
