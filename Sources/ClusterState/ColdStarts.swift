package import DecisionLoop

/// How long a target's replicas take from being asked for to being ready.
///
/// Learned from the pods that are there, so that a restarted process knows it again; the times of
/// pods that have gone since are kept while this process lives.
///
/// A pod tells since when it is ready, not since when for the first time: a probe that fails under
/// load, or a node that is gone for a minute, moves that by hours. Of pods that were not followed
/// from their beginning only times that can be a cold start are believed.
package struct ColdStarts: Sendable {
  /// Pods whose times are kept; the oldest leave first.
  package static let limit = 128

  /// An image that is on the node already, or not, makes this difference.
  private static let spread = 5.0
  /// Below this nothing is doubted, whatever the fastest took.
  private static let undoubted = 60.0
  /// Above this only what was followed is believed: where every pod was unready once, or there is
  /// one pod only, the fastest proves nothing.
  private static let longest = 1800.0

  private struct Seen {
    var made: Double
    var seconds: Double
    var isWitnessed: Bool
  }

  private var seen: [String: Seen] = [:]

  /// Nothing seen yet.
  package init() {}

  /// Takes in one pod, by its uid, that became ready `seconds` after it was made at `made` (Unix
  /// seconds). A pod seen before keeps its first time: later ones may tell of a probe that failed
  /// in between.
  ///
  /// - Parameter isWitnessed: whether it was followed from its beginning.
  package mutating func record(pod: String, made: Double, seconds: Double, isWitnessed: Bool) {
    guard seen[pod] == nil, seconds >= 0, seconds.isFinite else { return }
    seen[pod] = Seen(made: made, seconds: seconds, isWitnessed: isWitnessed)
    guard seen.count > Self.limit,
      let oldest = seen.min(by: { $0.value.made < $1.value.made })
    else { return }
    seen[oldest.key] = nil
  }

  /// The percentiles of what is believed; nil before the first.
  ///
  /// 10, 20, … 100 s: p50 is 50 and p90 is 90 (nearest rank).
  package var percentiles: ClusterReading.Percentiles? {
    let fastest = seen.values.map(\.seconds).min() ?? 0
    let most = min(Self.longest, max(Self.undoubted, fastest * Self.spread))
    let sorted = seen.values.filter { $0.isWitnessed || $0.seconds <= most }.map(\.seconds).sorted()
    guard !sorted.isEmpty else { return nil }
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
