/// How the request rate of a synthetic load moves. Rates are requests per second, times seconds.
///
/// What is random in a shape (when spikes come, how long a state lasts) is drawn from the load's
/// seed when the load is made, before any arrival.
package enum LoadShape: Sendable, Equatable {
  /// The same rate throughout.
  case constant(rate: Double)
  /// `base`, but `peak` from `at` for `lasting` seconds.
  case step(base: Double, peak: Double, at: Double, lasting: Double)
  /// `base`, with spikes to `peak` of `lasting` seconds each, at times a Poisson process with a
  /// mean gap of `meanGap` seconds chooses.
  case spikes(base: Double, peak: Double, meanGap: Double, lasting: Double)
  /// `base` until `from`, a straight line to `peak` at `to`, `peak` until `back`, a straight line
  /// of the same steepness down to `base`.
  case ramp(base: Double, peak: Double, from: Double, to: Double, back: Double)
  /// Silence and `rate` in turn, starting silent; each lasts an exponentially distributed time
  /// with the given means.
  case onOff(rate: Double, meanOn: Double, meanOff: Double)
  /// A Markov-modulated Poisson process: the rate stays at one of `rates` for an exponentially
  /// distributed time of mean `meanDwell`, then goes to another, each equally likely.
  case markovModulated(rates: [Double], meanDwell: Double)
  /// A raised cosine from `low` (at the start) to `high` (half a period later).
  case diurnal(low: Double, high: Double, period: Double)
  /// `base`, with a spike to `peak` of `lasting` seconds at `first` and every `every` seconds
  /// after it.
  case scheduled(base: Double, peak: Double, first: Double, every: Double, lasting: Double)
  /// A sine around `mean` with the given `amplitude` and `period`, times lognormal noise of
  /// `noise` (sigma of the logarithm) drawn anew every 5 seconds.
  case noisySine(mean: Double, amplitude: Double, period: Double, noise: Double)
  /// `base`, then from `at` a straight rise to `peak` within `rise` seconds and an exponential
  /// decay back with time constant `decay`.
  case flashCrowd(base: Double, peak: Double, at: Double, rise: Double, decay: Double)
  /// `base`, nothing at all from `at` for `lasting` seconds (an outage in front of the fleet), then
  /// `retry` × `base` for 30 seconds, then `base`.
  case outage(base: Double, at: Double, lasting: Double, retry: Double)
}
