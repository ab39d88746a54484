import PrometheusFormat
import ScalingEngine
import Testing
import TriggerConfiguration

@testable import DecisionLoop
@testable import MetricCollection

/// A source's past that comes when decisions have been made without it.
struct LateHistoryTests {
  private let trigger: ScaledTrigger
  private let queries: TriggerQueries
  /// Past the time that the first decision waits for.
  private let begun = ContinuousClock.now + .seconds(1)

  init() throws {
    let metadata = [
      "queueDepthQuery": "q", "queueDepthThreshold": "5", "scaleDownDelay": "60s",
      "forecast": "off", "serverAddress": "http://a",
    ]
    let spec = try TriggerSpec(metadata: metadata)
    trigger = ScaledTrigger(
      namespace: "n", name: "o", metadata: metadata, spec: spec, wallSeconds: { 0 },
      groups: GroupActivity(), cluster: nil, onDecision: { _ in })
    queries = try TriggerQueries(spec, namespace: "n", sources: .unrestricted)
  }

  /// Decides on a queue at a second, and gives the replicas.
  private func decide(_ queue: Double, at second: Int) throws -> Int {
    var answer = CollectedAnswer()
    answer.answer = QueryAnswer(.scalar(Point(timestampSeconds: 0, value: queue)))
    let now = begun + .seconds(second)
    answer.answeredAt = now
    _ = trigger.decide(
      queries.answers([answer]), at: now, secondsOfOrigin: Double(second) + 0.5)
    return try #require(trigger.latest).outcome.get().desiredReplicas
  }

  /// A queue of 25 for all of the past up to a second.
  private func past(upTo second: Int) -> QueryHistory {
    let start = second - 299
    let points = (start...second).map { Point(timestampSeconds: Double($0), value: 25) }
    return QueryHistory(
      startSeconds: start, stepSeconds: 1, count: 300,
      queries: [[Series(labels: .none, points: points)]])
  }

  @Test func `What was lived through since it was asked for is not forgotten`() throws {
    trigger.awaitHistory()
    for second in 1001...1009 { #expect(try decide(250, at: second) == 50) }
    #expect(try decide(25, at: 1010) == 50, "the burst is younger than scaleDownDelay")
    let (isTaken, changed) = trigger.take(
      past(upTo: 1000), queries: queries, secondsOfOrigin: { Double($0) })
    #expect(isTaken)
    #expect(changed == nil)
    #expect(try decide(25, at: 1011) == 50)
    for second in 1012..<1200 { _ = try decide(25, at: second) }
    #expect(try decide(25, at: 1200) == 5, "and it is over when it is over")
  }

  @Test func `A past that comes after more than is kept is not taken`() throws {
    trigger.awaitHistory()
    for second in 1001...1031 { #expect(try decide(250, at: second) == 50) }
    let (isTaken, _) = trigger.take(
      past(upTo: 1000), queries: queries, secondsOfOrigin: { Double($0) })
    #expect(!isTaken)
    #expect(try decide(25, at: 1032) == 50)
  }

  @Test func `A second try begins where it is sent`() throws {
    trigger.awaitHistory()
    for second in 971...1000 { _ = try decide(250, at: second) }
    trigger.awaitHistory()
    #expect(try decide(25, at: 1001) == 50)
    // What the source says of those seconds is what counts for them.
    let (isTaken, _) = trigger.take(
      past(upTo: 1000), queries: queries, secondsOfOrigin: { Double($0) })
    #expect(isTaken)
    #expect(try decide(25, at: 1002) == 5)
  }
}
