/// Counts of values by upper bound, as Prometheus' histograms are.
struct Histogram: Sendable, Equatable {
  /// The buckets' upper bounds, ascending, without infinity.
  let bounds: [Double]
  /// Values in each bucket alone; the last is for what is above every bound.
  private(set) var counts: [Int]
  /// The sum of all values.
  private(set) var sum = 0.0

  /// A histogram without values.
  init(bounds: [Double]) {
    self.bounds = bounds
    counts = Array(repeating: 0, count: bounds.count + 1)
  }

  /// Takes a value in.
  mutating func record(_ value: Double) {
    counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
    sum += value
  }

  /// How many values there were.
  var count: Int { counts.reduce(0, +) }
}
