/// A profile's step times, tabulated so that a step costs a look-up and two multiplications.
struct StepCosts: Sendable {
  /// The profile tabulated.
  let profile: FleetProfile
  /// Seconds of a step by its number of tokens, without context and attention.
  private let batchSeconds: [Double]

  /// The table for `profile`: 8 bytes per token of the budget and sequence.
  init(_ profile: FleetProfile) {
    self.profile = profile
    let most = max(profile.stepTokenBudget, profile.maxSequences) + 1
    batchSeconds = (0...most).map { tokens in
      let arithmetic = profile.secondsPerToken * Double(tokens)
      return profile.overheadSeconds + Self.cubicSum(profile.memorySeconds, arithmetic)
    }
  }

  /// Seconds of a step with `tokens` tokens, before context and attention are added.
  func batch(tokens: Int) -> Double {
    batchSeconds[min(tokens, batchSeconds.count - 1)]
  }

  /// Time to the first token of a prompt on an otherwise empty replica, in seconds.
  ///
  /// Whole chunks of the budget and a rest; the attention pairs of all chunks add up to half the
  /// prompt squared. Worked example, a100-8b, 4 096 tokens: two steps of 3.4 ms + (9.7³ +
  /// 135.168³)^(1/3) ms, plus 2.9e-9 · 4 096² ÷ 2 s.
  func unloadedPrefillSeconds(promptTokens: Int) -> Double {
    let budget = profile.stepTokenBudget
    let (chunks, rest) = promptTokens.quotientAndRemainder(dividingBy: budget)
    let prompt = Double(promptTokens)
    return Double(chunks) * batch(tokens: budget) + (rest > 0 ? batch(tokens: rest) : 0)
      + profile.secondsPerAttentionPair * prompt * prompt / 2
  }

  /// What a request costs a replica at the least, in seconds: its tokens at their share of a full
  /// step, its context reads and its attention, but none of the waiting for memory that a batch
  /// shares.
  ///
  /// Where sequences cannot share a step (`maxSequences` 1), each answer token after the first is a
  /// whole step.
  func pureComputeSeconds(promptTokens: Int, outputTokens: Int) -> Double {
    let budget = profile.stepTokenBudget
    let share = batch(tokens: budget) / Double(budget)
    let prompt = Double(promptTokens)
    let decodes = Double(outputTokens - 1)
    let context = decodes * (prompt + (decodes + 1) / 2)
    return prompt * share + decodes * (profile.maxSequences == 1 ? batch(tokens: 1) : share)
      + profile.secondsPerContextToken * context
      + profile.secondsPerAttentionPair * prompt * prompt / 2
  }

  /// (a³ + b³)^(1/3) for numbers from 0, by Newton's method: the same on every platform.
  static func cubicSum(_ a: Double, _ b: Double) -> Double {
    let larger = max(a, b)
    guard larger > 0 else { return 0 }
    let ratio = min(a, b) / larger
    let target = 1 + ratio * ratio * ratio
    var root = 1 + (target - 1) / 3
    for _ in 0..<4 { root -= (root * root * root - target) / (3 * root * root) }
    return larger * root
  }
}
