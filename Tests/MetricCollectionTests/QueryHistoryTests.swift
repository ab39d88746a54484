import MetricCollection
import PrometheusFormat
import Testing

@Suite("The past of queries")
struct QueryHistoryTests {
  private func series(_ pod: String, _ points: [(Double, Double)]) -> Series {
    Series(
      labels: ["pod": pod],
      points: points.map { Point(timestampSeconds: $0.0, value: $0.1) })
  }

  private func values(_ history: QueryHistory, at index: Int) -> [String] {
    history.samples(of: 0, at: index).map { "\($0.labels["pod"] ?? "") \($0.value)" }
  }

  @Test("each instant has the series that had a value then, and no other")
  func findsInstants() {
    let history = QueryHistory(
      startSeconds: 10, stepSeconds: 1, count: 4,
      queries: [[series("a", [(10, 1), (12, 3)]), series("b", [(11, 7), (12, 8), (13, 9)])]])
    #expect(values(history, at: 0) == ["a 1.0"])
    #expect(values(history, at: 1) == ["b 7.0"])
    #expect(values(history, at: 2) == ["a 3.0", "b 8.0"])
    #expect(values(history, at: 3) == ["b 9.0"])
  }

  @Test("a point belongs to the nearest instant, and what lies outside belongs to none")
  func roundsToInstants() {
    let history = QueryHistory(
      startSeconds: 100, stepSeconds: 10, count: 2,
      queries: [[series("a", [(94.9, 0), (95, 1), (114.9, 2), (115, 3)])]])
    #expect(values(history, at: 0) == ["a 1.0"])
    #expect(values(history, at: 1) == ["a 2.0"])
  }

  @Test("an instant without any value is an empty answer, not an answer of 0")
  func keepsUnknown() throws {
    let history = QueryHistory(
      startSeconds: 0, stepSeconds: 1, count: 1, queries: [[], [series("a", [(0, .nan)])]])
    let answers = history.answers(at: 0, answeredAt: .now)
    #expect(answers[0].answer?.result == .vector([]))
    guard case .vector(let samples) = answers[1].answer?.result else {
      Issue.record("no vector")
      return
    }
    #expect(samples.count == 1 && samples[0].value.isNaN)
  }
}
