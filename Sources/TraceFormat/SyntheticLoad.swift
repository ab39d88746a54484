#if canImport(Glibc)
  internal import func Glibc.exp
#elseif canImport(Musl)
  internal import func Musl.exp
#elseif canImport(Darwin)
  internal import func Darwin.exp
#endif

/// A load made from a seed: Poisson arrivals along a `LoadShape`, lognormal token lengths.
///
/// The same value gives the same trace, byte for byte.
package struct SyntheticLoad: Sendable, Equatable {
  /// What reports call this load.
  package var name: String
  /// How the rate moves.
  package var shape: LoadShape
  /// Length of the trace in seconds.
  package var durationSeconds: Double
  /// Fixes everything random.
  package var seed: UInt64
  /// Mean prompt length in tokens; default 600.
  package var meanPromptTokens = 600.0
  /// Mean answer length in tokens; default 220.
  package var meanOutputTokens = 220.0
  /// Standard deviation of the logarithm of both lengths; default 0.8.
  package var tokenSigma = 0.8
  /// Longest prompt in tokens; longer ones are cut. Default 8192.
  package var longestPromptTokens = 8192
  /// Longest answer in tokens; longer ones are cut. Default 2048.
  package var longestOutputTokens = 2048
  /// From this second on …
  package var tokenShiftAt = Double.infinity
  /// … prompt and answer are this many times as long, while the request rate stays.
  package var tokenShiftFactor = 1.0

  /// A load of `shape` with the default token lengths.
  package init(name: String, shape: LoadShape, durationSeconds: Double, seed: UInt64 = 1) {
    self.name = name
    self.shape = shape
    self.durationSeconds = durationSeconds
    self.seed = seed
  }

  /// Draws the arrivals.
  ///
  /// An arrival comes when the integral of the rate has grown by an exponentially distributed
  /// amount; the rate is taken as constant over tenths of a second.
  package func trace() -> Trace {
    var generator = SeededGenerator(seed: seed)
    let curve = RateCurve(shape, durationSeconds: durationSeconds, generator: &generator)
    let correction = exp(-tokenSigma * tokenSigma / 2)
    let slice = 0.1
    var arrivals: [Arrival] = []
    var cursor = 0
    var sliceIndex = 0
    var untilNext = generator.exponential()
    while Double(sliceIndex) * slice < durationSeconds {
      let start = Double(sliceIndex) * slice
      let rate = curve.rate(at: start + slice / 2, cursor: &cursor)
      var inside = 0.0
      while rate > 0, untilNext < rate * (slice - inside) {
        inside += untilNext / rate
        untilNext = generator.exponential()
        let time = start + inside
        guard time < durationSeconds else { break }
        let factor = correction * (time >= tokenShiftAt ? tokenShiftFactor : 1)
        let prompt = generator.logNormal(median: meanPromptTokens * factor, sigma: tokenSigma)
        let output = generator.logNormal(median: meanOutputTokens * factor, sigma: tokenSigma)
        arrivals.append(
          Arrival(
            seconds: time, promptTokens: min(longestPromptTokens, Int(prompt.rounded())),
            outputTokens: min(longestOutputTokens, Int(output.rounded()))))
      }
      untilNext -= rate * (slice - inside)
      sliceIndex += 1
    }
    return Trace(name: name, arrivals: arrivals, durationSeconds: durationSeconds)
  }
}
