#if canImport(Glibc)
  internal import func Glibc.exp
  internal import func Glibc.log
#elseif canImport(Musl)
  internal import func Musl.exp
  internal import func Musl.log
#elseif canImport(Darwin)
  internal import func Darwin.exp
  internal import func Darwin.log
#endif

/// A random number generator of our own, so that one seed gives the same numbers on every
/// platform and in every release: SplitMix64 (Steele, Lea, Flood 2014).
package struct SeededGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64
  private var spareNormal: Double?

  /// A generator whose whole sequence is fixed by `seed`.
  package init(seed: UInt64) {
    state = seed
  }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// Evenly distributed in 0 ..< 1, in steps of 2⁻⁵³.
  package mutating func uniform() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Exponentially distributed with mean 1.
  package mutating func exponential() -> Double {
    -log(1 - uniform())
  }

  /// Normally distributed with mean 0 and standard deviation 1 (Marsaglia's polar method).
  package mutating func normal() -> Double {
    if let spare = spareNormal {
      spareNormal = nil
      return spare
    }
    while true {
      let x = 2 * uniform() - 1
      let y = 2 * uniform() - 1
      let square = x * x + y * y
      guard square > 0, square < 1 else { continue }
      let scale = (-2 * log(square) / square).squareRoot()
      spareNormal = y * scale
      return x * scale
    }
  }

  /// Lognormally distributed around `median`; `sigma` is the standard deviation of the logarithm,
  /// so the mean is `median` × exp(sigma² ÷ 2).
  package mutating func logNormal(median: Double, sigma: Double) -> Double {
    median * exp(sigma * normal())
  }
}
