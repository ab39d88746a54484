import TestSupport

/// What a server answered, and from when on: a line for each change, as `watch.py --times` prints.
struct AnswerSteps {
  /// Oldest first; the seconds are Unix time.
  let steps: [(seconds: Double, value: String)]

  /// What the client has been told so far, of that what came after an instant.
  init(_ client: LineProcess, after seconds: Double = 0) {
    steps = FaultTests.told(client).filter { $0.seconds > seconds }
  }

  /// The first number that it answered.
  var firstNumber: (seconds: Double, value: String)? { steps.first { Double($0.value) != nil } }

  /// What it answered at some time within so many seconds of an instant.
  func values(near instant: Double, within seconds: Double) -> Set<String> {
    var values: Set<String> = []
    for (index, step) in steps.enumerated() {
      let end = index + 1 < steps.count ? steps[index + 1].seconds : .infinity
      if step.seconds <= instant + seconds, end >= instant - seconds { values.insert(step.value) }
    }
    return values
  }

  /// Second by second from `start`, as far as both tell: how many seconds, in how many of them both
  /// said the same at the same instant, and in which they differ by more than one collection
  /// explains (each asks once a second, at a moment of its own).
  func compare(
    with other: AnswerSteps, from start: Double
  ) -> (count: Int, equal: Int, differing: [Double]) {
    let end = min(steps.last?.seconds ?? 0, other.steps.last?.seconds ?? 0)
    let instants = Array(stride(from: start, through: end, by: 1))
    var equal = 0
    var differing: [Double] = []
    for instant in instants {
      let ours = values(near: instant, within: 0)
      let range = other.values(near: instant, within: 2.2).compactMap { Double($0) }
      // A mean moves from second to second: what one shows between two of the other's is equal.
      let isEqual = ours.compactMap { Double($0) }.contains { value in
        (range.min() ?? .infinity) <= value && value <= (range.max() ?? 0)
      }
      if !isEqual { differing.append(instant) }
      equal += other.values(near: instant, within: 0) == ours ? 1 : 0
    }
    return (instants.count, equal, differing)
  }
}
