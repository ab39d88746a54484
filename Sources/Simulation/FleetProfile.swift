/// How fast one replica of a modelled inference fleet is.
///
/// One engine step (continuous batching with chunked prefill, as vLLM does it) takes
///
///     step = overhead + (memory³ + (perToken · tokens)³)^(1/3)
///            + perContextToken · contextTokens + perAttentionPair · attentionPairs      seconds
///
/// where `tokens` is one per decoding sequence plus the prefill tokens of the step (together at
/// most the budget), `contextTokens` the context of all decoding sequences, and `attentionPairs`
/// for a chunk of c prompt tokens after d already done: c · (d + c ÷ 2).
package struct FleetProfile: Sendable, Equatable {
  /// What users and reports call it.
  package var name: String
  /// Seconds of every step that do not depend on the batch.
  package var overheadSeconds: Double
  /// Seconds to read the weights once.
  package var memorySeconds: Double
  /// Seconds of arithmetic per token.
  package var secondsPerToken: Double
  /// Seconds per token of context read while decoding.
  package var secondsPerContextToken: Double
  /// Seconds per pair of tokens attended to during prefill.
  package var secondsPerAttentionPair: Double
  /// Most sequences that run at once.
  package var maxSequences: Int
  /// KV cache in tokens; a sequence reserves prompt + output when it is admitted.
  package var cacheTokens: Int
  /// Most tokens in one step.
  package var stepTokenBudget: Int

  /// A fleet profile of one's own.
  package init(
    name: String, overheadSeconds: Double, memorySeconds: Double, secondsPerToken: Double,
    secondsPerContextToken: Double, secondsPerAttentionPair: Double, maxSequences: Int,
    cacheTokens: Int, stepTokenBudget: Int
  ) {
    self.name = name
    self.overheadSeconds = overheadSeconds
    self.memorySeconds = memorySeconds
    self.secondsPerToken = secondsPerToken
    self.secondsPerContextToken = secondsPerContextToken
    self.secondsPerAttentionPair = secondsPerAttentionPair
    self.maxSequences = max(1, maxSequences)
    self.cacheTokens = max(1, cacheTokens)
    self.stepTokenBudget = max(1, stepTokenBudget)
  }

  /// An 8B model on one A100: 9.7 ms a step at one token, 75 tokens/s for a single stream (from
  /// published profiles).
  package static let a100 = FleetProfile(
    name: "a100-8b", overheadSeconds: 3.4e-3, memorySeconds: 9.7e-3, secondsPerToken: 66e-6,
    secondsPerContextToken: 85e-9, secondsPerAttentionPair: 2.9e-9, maxSequences: 128,
    cacheTokens: 400_000, stepTokenBudget: 2048)

  /// The same model on one H100, scaled by bandwidth and FLOPs.
  package static let h100 = FleetProfile(
    name: "h100-8b", overheadSeconds: 2.5e-3, memorySeconds: 6.5e-3, secondsPerToken: 24e-6,
    secondsPerContextToken: 52e-9, secondsPerAttentionPair: 1.3e-9, maxSequences: 192,
    cacheTokens: 400_000, stepTokenBudget: 4096)

  /// The same model on one A10G, where the KV cache is what runs out.
  package static let a10g = FleetProfile(
    name: "a10g-8b", overheadSeconds: 3.5e-3, memorySeconds: 31e-3, secondsPerToken: 267e-6,
    secondsPerContextToken: 290e-9, secondsPerAttentionPair: 8.7e-9, maxSequences: 64,
    cacheTokens: 40_000, stepTokenBudget: 1024)

  /// One job per GPU and no batching: 0.1 s per step whatever is in it.
  package static let oneJob = FleetProfile(
    name: "one-job", overheadSeconds: 0.1, memorySeconds: 0, secondsPerToken: 0,
    secondsPerContextToken: 0, secondsPerAttentionPair: 0, maxSequences: 1,
    cacheTokens: Int(Int32.max), stepTokenBudget: 64)

  /// The four built-in profiles.
  package static let all = [a100, h100, a10g, oneJob]

  /// The built-in profile called `name`, if there is one.
  package static func named(_ name: String) -> FleetProfile? {
    all.first { $0.name == name }
  }
}
