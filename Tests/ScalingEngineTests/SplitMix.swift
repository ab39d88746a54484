/// A small seeded generator, so that the tests repeat.
struct SplitMix {
  /// What the next number follows from.
  var state: UInt64

  /// The next number, 0 ..< 1.
  mutating func uniform() -> Double {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return Double((z ^ (z >> 31)) >> 11) / Double(1 << 53)
  }

  /// By halves of uniform products; fine for small means.
  mutating func poisson(_ mean: Double) -> Int {
    var count = 0
    var left = mean
    while left > 0 {
      // Exponential gaps from uniform ones by the ratio method of von Neumann would do as well; a
      // thousand Bernoulli trials are simple and exact enough.
      let slice = Swift.min(left, 0.02)
      if uniform() < slice { count += 1 }
      left -= 0.02
    }
    return count
  }
}
