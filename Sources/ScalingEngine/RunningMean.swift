/// The running mean of a number, and the slope that the number's distance to it shows.
struct RunningMean {
  /// The mean; `nil` before the first number.
  private(set) var value: Double?
  /// By how much the number rises per second; 0 at the first.
  private(set) var slope = 0.0

  /// Takes in a number, `elapsed` seconds after the one before.
  ///
  /// A number that rises by 18 a second is, averaged over 6 s once a second, 18 · (6 − 1) = 90 above
  /// its mean.
  mutating func record(_ number: Double, averagingSeconds: Double, elapsed: Double) {
    let before = value ?? number
    let mean = before + Swift.min(1, elapsed / averagingSeconds) * (number - before)
    let lag = Swift.max(averagingSeconds - elapsed, averagingSeconds / 2)
    slope = lag > 0 ? (number - mean) / lag : 0
    value = mean
  }
}
