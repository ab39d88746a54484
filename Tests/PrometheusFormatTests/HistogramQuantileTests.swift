import PrometheusFormat
import Testing

@Suite struct HistogramQuantileTests {
  private func buckets(_ counts: (Double, Double)...) -> [HistogramBucket] {
    counts.map { HistogramBucket($0.0, $0.1) }
  }

  @Test func `A quantile is found by its rank, linearly within the bucket`() {
    let waits = buckets((0.1, 2), (1, 6), (.infinity, 8))
    // The 4th of 8 is the 2nd of the 4 between 0.1 and 1: 0.1 + 0.9 × 2 ÷ 4.
    #expect(histogramQuantile(0.5, of: waits) == 0.55)
    // The 1st of 8 is the 1st of 2 between 0 and 0.1.
    #expect(histogramQuantile(0.125, of: waits) == 0.05)
  }

  @Test func `What lies above every finite bound is the highest of them`() {
    #expect(histogramQuantile(0.95, of: buckets((0.1, 2), (1, 6), (.infinity, 8))) == 1)
  }

  @Test func `Without observations or an infinite bucket there is no quantile`() {
    #expect(histogramQuantile(0.95, of: buckets((0.1, 0), (.infinity, 0))) == nil)
    #expect(histogramQuantile(0.95, of: buckets((0.1, 1), (1, 2))) == nil)
    #expect(histogramQuantile(0.95, of: []) == nil)
  }

  @Test func `The order of buckets does not matter, and a count that falls is held`() {
    let waits = buckets((.infinity, 8), (1, 1), (0.1, 2))
    #expect(histogramQuantile(0.125, of: waits) == 0.05)
  }
}
