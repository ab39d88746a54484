import DecisionLoop
import MetricCollection
import PrometheusFormat
import ScalingEngine
import TriggerConfiguration

/// The engine over a recorded past: open loop, for the past's fleet did not react to it.
///
/// The engine is asked once a second, as the server asks it, through the server's own
/// `ObservationBuilder`; between two steps of the range the last values stand. It sees half an hour
/// before the range first, which is not reported: a server that had been running would know it.
struct RangeReplay {
  /// What to ask whom for.
  let range: RecordedRange
  /// Names and what was read of their metadata; not empty.
  let configurations: [(name: String, spec: TriggerSpec)]
  /// The HPA's bounds, which cut what is asked for; nil where they are not known.
  let bounds: ClosedRange<Int>?
  /// What of the ScaledObject is not played, a sentence each.
  let notes: [String]

  /// Seconds before the range from which the engine learns.
  static let leadInSeconds = 1800
  /// Steps asked for at once, below Prometheus' 11 000 points of a series.
  private static let chunkSteps = 5400

  /// Plays the range.
  ///
  /// - Parameter progress: told the share that is done, 0 … 1, and what is being done.
  func run(progress: (Double, String) -> Void) async throws(ReplayError) -> RangeReport {
    let client = try RangeClient(range)
    do {
      let report = try await play(client, progress: progress)
      await client.close()
      return report
    } catch {
      await client.close()
      throw error
    }
  }

  private func play(
    _ client: RangeClient, progress: (Double, String) -> Void
  ) async throws(ReplayError) -> RangeReport {
    let step = range.stepSeconds
    let lead = (Self.leadInSeconds + step - 1) / step
    let first = range.start - lead * step
    let total = (range.end - first + step - 1) / step
    var players = configurations.map { RangePlayer(name: $0.name, spec: $0.spec, bounds: bounds) }
    let expressions = players.flatMap(\.expressions).reduce(into: [String]()) { all, one in
      if !all.contains(one) { all.append(one) }
    }
    var done = 0
    var chunk = Self.chunkSteps
    while done < total {
      progress(Double(done) / Double(total), "asking \(range.server)")
      let count = min(chunk, total - done)
      let values: [String: [[Sample]]]?
      values = try await fetch(
        expressions, client, start: first + done * step, count: count)
      guard let values else {
        guard count > 60 else {
          throw .world("more than \(count) steps in one answer are too many; aggregate the queries")
        }
        chunk = count / 2
        continue
      }
      for index in 0..<count {
        let second = first + (done + index) * step
        for player in players.indices {
          players[player].play(
            values, at: index, second: second, step: step, isReported: done + index >= lead)
        }
      }
      done += count
    }
    return RangeReport(range: range, bounds: bounds, rows: players.map(\.row), notes: notes)
  }

  /// All expressions' values over one stretch; nil where one is too large.
  private func fetch(
    _ expressions: [String], _ client: RangeClient, start: Int, count: Int
  ) async throws(ReplayError) -> [String: [[Sample]]]? {
    let step = range.stepSeconds
    typealias Fetched = (expression: String, values: Result<[[Sample]], RangeClient.Failure>)
    let fetched = await withTaskGroup(of: Fetched.self) { group in
      for expression in expressions {
        group.addTask { () async -> Fetched in
          do throws(RangeClient.Failure) {
            let values = try await client.values(
              of: expression, start: start, step: step, count: count)
            return (expression, .success(values))
          } catch {
            return (expression, .failure(error))
          }
        }
      }
      return await group.reduce(into: [Fetched]()) { $0.append($1) }
    }
    var values: [String: [[Sample]]] = [:]
    for expression in expressions {
      switch fetched.first(where: { $0.expression == expression })?.values {
      case .success(let samples)?: values[expression] = samples
      case .failure(.other(let problem))?:
        throw .world("query \(quoted(expression)): \(problem)")
      case .failure(.tooLarge)?, nil: return nil
      }
    }
    return values
  }
}

/// One configuration's engine on its way through the range.
struct RangePlayer {
  private let spec: TriggerSpec
  private let bounds: ClosedRange<Int>?
  private let builder: ObservationBuilder
  private var decider: ReplicaDecider
  private let origin = ContinuousClock.now
  /// What has been played so far.
  private(set) var row: RangeReport.Row

  /// A player that has seen nothing yet.
  init(name: String, spec: TriggerSpec, bounds: ClosedRange<Int>?) {
    self.spec = spec
    self.bounds = bounds
    builder = ObservationBuilder(spec: spec)
    decider = ReplicaDecider(policy: spec.policy)
    row = RangeReport.Row(name: name, triggers: spec.sources)
  }

  /// The queries: each trigger's, then the replicas', then the capacity's.
  var expressions: [String] {
    spec.sources.map(\.query) + [spec.replicasQuery, spec.capacityQuery].compactMap { $0 }
  }

  /// Plays the seconds of one step on its values.
  mutating func play(
    _ values: [String: [[Sample]]], at index: Int, second: Int, step: Int, isReported: Bool
  ) {
    func answer(_ expression: String) -> CollectedAnswer {
      var answer = CollectedAnswer()
      answer.answer = QueryAnswer(.vector(values[expression]?[index] ?? []))
      answer.answeredAt = origin
      return answer
    }
    let answers = TriggerQueries.Answers(
      triggers: spec.sources.map { answer($0.query) },
      replicas: spec.replicasQuery.map(answer), capacity: spec.capacityQuery.map(answer))
    let built = builder.build(answers, at: origin)
    var state = RangeReport.State(
      readyReplicas: built.observation.readyReplicas,
      readings: built.observation.readings.map(RangeReport.value))
    for later in 0..<step {
      switch decider.decide(built.observation, atSeconds: Double(second + later)) {
      case .success(let decision):
        state.wantedReplicas = max(state.wantedReplicas ?? 0, bounded(decision.desiredReplicas))
        state.isPanicking = state.isPanicking || decision.mode == .panic
      case .failure(let undecided):
        state.undecidedSeconds += 1
        if isReported { row.note(undecided.explanation) }
      }
    }
    if isReported { row.states.append(state) }
    if isReported { for remark in built.remarks { row.note(remark) } }
  }

  private func bounded(_ count: Int) -> Int {
    bounds.map { min(max(count, $0.lowerBound), $0.upperBound) } ?? count
  }
}
