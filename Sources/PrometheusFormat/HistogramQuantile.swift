/// One bucket of a classic histogram: how much lies at or below its bound.
package struct HistogramBucket: Sendable, Equatable {
  /// The bucket's label `le`; the last one is infinite.
  package var upperBound: Double
  /// Observations, or observations per second, at or below it.
  package var cumulativeCount: Double

  /// A bucket.
  package init(_ upperBound: Double, _ cumulativeCount: Double) {
    self.upperBound = upperBound
    self.cumulativeCount = cumulativeCount
  }
}

/// The value below which a share of a histogram's observations lie, as PromQL's
/// `histogram_quantile` finds it: linear within the bucket, the highest finite bound for what lies
/// above all of them; `nil` without observations or without an infinite bucket.
///
/// Worked example: 2 at or below 0.1, 6 at or below 1, 8 in all. The quantile 0.5 is the 4th of 8,
/// the 2nd of the 4 between 0.1 and 1: 0.1 + 0.9 × 2 ÷ 4 = 0.55.
package func histogramQuantile(_ quantile: Double, of buckets: [HistogramBucket]) -> Double? {
  let sorted = buckets.sorted { $0.upperBound < $1.upperBound }
  guard let last = sorted.last, last.upperBound == .infinity, sorted.count >= 2 else { return nil }
  // Replicas scraped at different instants can make a sum that falls; a count never does.
  var counts: [Double] = []
  for bucket in sorted { counts.append(max(counts.last ?? 0, bucket.cumulativeCount)) }
  guard let total = counts.last, total > 0 else { return nil }
  let rank = quantile * total
  let index = counts.firstIndex { $0 >= rank } ?? counts.count - 1
  guard index < sorted.count - 1 else { return sorted[sorted.count - 2].upperBound }
  let upper = sorted[index].upperBound
  guard index > 0 || upper > 0 else { return upper }
  let lower = index > 0 ? sorted[index - 1].upperBound : 0
  let below = index > 0 ? counts[index - 1] : 0
  guard counts[index] > below else { return upper }
  return lower + (upper - lower) * (rank - below) / (counts[index] - below)
}
