import MetricCollection
import ScalingEngine
import TriggerConfiguration

/// Answers that come too late for the server, though `check` has waited for them.
extension QueryProbe {
  /// How long the server waits for an answer where the trigger says nothing of it.
  private static let patience = CollectorSettings().defaultTimeout

  /// Says which of `answers`, asked for at `start`, took longer than the server waits.
  ///
  /// Those are asked for again: the server keeps its connections, and the first asking made one.
  func addSlow(
    _ queries: TriggerQueries, _ answers: [CollectedAnswer], askedAt start: ContinuousClock.Instant,
    spec: TriggerSpec, to checked: inout CheckedTrigger
  ) async throws {
    guard spec.timeout == nil else { return }
    let slow = zip(queries.targets, answers).enumerated().filter { _, one in
      one.1.answeredAt.map { $0 - start > Self.patience } ?? false
    }
    let names =
      spec.sources.filter { $0.scrape == nil }.map(\.name)
      + [
        spec.replicasQuery.map { _ in "replicasQuery" },
        spec.capacityQuery.map { _ in "capacityQuery" },
      ].compactMap { $0 }
    for (index, (target, answer)) in slow {
      let again = ContinuousClock.now
      let second = try await self.answers(to: [target]).first?.answeredAt.map { $0 - again }
      let first = (answer.answeredAt ?? start) - start
      let took = min(first, second ?? first)
      guard took > Self.patience else { continue }
      checked.findings.append(Self.finding(names[index], took: took.inSeconds, line: checked.line))
    }
  }

  private static func finding(_ name: String, took seconds: Double, line: Int) -> Finding {
    let patience = Int((patience.inSeconds * 1000).rounded())
    // Half as much again: an answer that takes its time does not always take the same.
    let enough = min(30, Int((1.5 * seconds).rounded(.up)))
    return Finding(
      .slowAnswer, line: line,
      "\"\(name)\" took \(Plain.number(seconds, 1)) s; the server waits \(patience) ms for an "
        + "answer, so there it has none",
      remedy: "timeout: \(enough)s   # in the trigger metadata, or a cheaper query")
  }
}
