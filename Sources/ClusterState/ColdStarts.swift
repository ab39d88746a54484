package import DecisionLoop

/// How long a target's replicas take from being asked for to being ready.
///
/// Learned from the pods that are there, so that a restarted process knows it again; the times of
/// pods that have gone since are kept while this process lives.
package struct ColdStarts: Sendable {
  /// Pods whose times are kept; the oldest leave first.
  package static let limit = 128

  private var seconds: [String: (made: Double, seconds: Double)] = [:]

  /// Nothing seen yet.
  package init() {}

  /// Takes in one pod that became ready `seconds` after it was made at `made` (Unix seconds). A pod
  /// seen before keeps its first time: later ones may tell of a probe that failed in between.
  package mutating func record(pod: String, made: Double, seconds: Double) {
    guard self.seconds[pod] == nil, seconds >= 0, seconds.isFinite else { return }
    self.seconds[pod] = (made, seconds)
    guard self.seconds.count > Self.limit,
      let oldest = self.seconds.min(by: { $0.value.made < $1.value.made })
    else { return }
    self.seconds[oldest.key] = nil
  }

  /// The percentiles of what was seen; nil before the first.
  ///
  /// 10, 20, … 100 s: p50 is 50 and p90 is 90 (nearest rank).
  package var percentiles: ClusterReading.Percentiles? {
    guard !seconds.isEmpty else { return nil }
    let sorted = seconds.values.map(\.seconds).sorted()
    func rank(_ share: Double) -> Double {
      sorted[max(0, Int((share * Double(sorted.count)).rounded(.up)) - 1)]
    }
    return ClusterReading.Percentiles(p50: rank(0.5), p90: rank(0.9), count: sorted.count)
  }
}

extension ClusterReading.Percentiles {
  /// Fewer replicas tell too little to contradict anybody.
  private static let enough = 3

  /// What is wrong with a cold start as declared, where real replicas take much longer or shorter.
  package func objection(toDeclared seconds: Double) -> String? {
    guard count >= Self.enough, p50 > seconds * 1.5 || p90 < seconds / 2 else { return nil }
    return
      "coldStart is declared as \(Int(seconds)) s, but half of the last \(count) replicas took "
      + "\(Int(p50.rounded())) s and nine in ten \(Int(p90.rounded())) s; write \"coldStart: auto\", or "
      + "what they take"
  }
}
