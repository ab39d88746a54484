import CurlClient
import PrometheusFormat
import Synchronization
import Testing

@testable import MetricCollection

/// A state under a clock of its own, which records what it is told to do.
struct CollectionBench {
  var state: CollectionState
  var now = ContinuousClock.now
  var started: [(query: Int, expression: String, at: Duration)] = []
  var reports: [CollectionState.Report] = []
  let rounds = Rounds()
  let start: ContinuousClock.Instant

  final class Rounds: Sendable {
    let all = Mutex<[String: [CollectionRound]]>([:])
    func of(_ name: String) -> [CollectionRound] { all.withLock { $0[name] ?? [] } }
  }

  init(_ change: (inout CollectorSettings) -> Void = { _ in }) {
    var settings = CollectorSettings()
    change(&settings)
    state = CollectionState(settings: settings, now: now)
    start = now
  }

  mutating func carryOut(_ actions: CollectionState.Actions) {
    for (id, _, _) in actions.starts {
      started.append((id, state.queries[id]?.target.expression ?? "?", now - start))
    }
    for (onRound, round) in actions.rounds { onRound(round) }
    reports += actions.reports
  }

  mutating func add(
    _ name: String, _ expressions: [String], server: String = "http://a", timeout: Duration? = nil
  ) throws -> Int {
    let source = QuerySource(address: try HTTPURL(server), peers: .any)
    let rounds = rounds
    let group = CollectionGroup(
      queries: expressions.map {
        QueryTarget(source: source, expression: $0, timeout: timeout)
      }, onRound: { round in rounds.all.withLock { $0[name, default: []].append(round) } })
    let (id, actions) = try state.add(group, now: now)
    carryOut(actions)
    return id
  }

  mutating func finish(_ expression: String, _ outcome: CollectionOutcome) {
    let id = state.queries.first { $0.value.target.expression == expression }?.key ?? -1
    carryOut(state.finish(id, outcome, now: now))
  }

  /// Lets time pass in steps of 5 ms; every running query is answered at once by `answering`.
  mutating func pass(_ duration: Duration, answering: (String) -> CollectionOutcome?) {
    let end = now + duration
    while now < end {
      now += .milliseconds(5)
      carryOut(state.tick(now: now))
      for query in state.queries.values where query.isRunning {
        if let outcome = answering(query.target.expression) {
          finish(query.target.expression, outcome)
        }
      }
    }
  }
}

/// An answer of one number.
func value(_ value: Double) -> CollectionOutcome {
  .success(QueryAnswer(.scalar(Point(timestampSeconds: 0, value: value))))
}
/// Nobody listens at the server.
let refused = CollectionOutcome.failure(CollectionFailure(.unreachable, "refused"))
/// No whole answer in time.
let tooSlow = CollectionOutcome.failure(CollectionFailure(.timeout, "too slow"))
/// The server refuses the query.
let badQuery = CollectionOutcome.failure(CollectionFailure(.refusedQuery, "parse error"))
