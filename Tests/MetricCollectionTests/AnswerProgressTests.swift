import Testing

@testable import MetricCollection

@Suite("Answers of the past")
struct AnswerProgressTests {
  private let start = ContinuousClock.now

  private func verdicts(
    _ answers: [(second: Int, timestamp: Double?)], unixSeconds: Double? = 1000
  ) -> [AnswerProgress.Verdict] {
    var progress = AnswerProgress()
    return answers.map { second, timestamp in
      progress.judge(timestamp, at: start + .seconds(second), unixSeconds: unixSeconds)
    }
  }

  @Test("an answer for ever later instants is new each time")
  func advances() {
    #expect(verdicts([(0, 1000), (1, 1001), (2, 1002.5)]) == [.new, .new, .new])
  }

  @Test("one that repeats its instant is as old as that, and after five seconds no answer")
  func repeats() {
    #expect(
      verdicts([(0, 1000), (1, 1000), (5, 1000), (6, 1000), (7, 1001)])
        == [.new, .repeated, .repeated, .stuck, .new])
  }

  @Test("a first answer for quite another time of day needs a later one behind it")
  func startsInThePast() {
    #expect(verdicts([(0, 100), (1, 100), (2, 101), (3, 102)]) == [.stuck, .stuck, .new, .new])
    #expect(verdicts([(0, 9000), (1, 9001)]) == [.stuck, .new])
    #expect(verdicts([(0, 701), (1, 702)]) == [.new, .new])
  }

  @Test("a server's clock that is set back costs nothing")
  func setBack() {
    #expect(verdicts([(0, 1000), (1, 400), (2, 401)]) == [.new, .new, .new])
  }

  @Test("an answer without a time is new")
  func withoutTime() {
    #expect(verdicts([(0, nil), (1, nil), (2, 0), (3, 0)]) == [.new, .new, .new, .new])
  }
}
