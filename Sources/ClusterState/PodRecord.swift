internal import KubernetesFormat
internal import Placement

/// What is kept of a pod: little, for a cluster may have many thousands.
struct PodRecord: Sendable {
  /// Which pod it is: a StatefulSet gives the same names again and again.
  var uid: String
  /// Where it is and what it holds.
  var placed: PlacedPod
  /// Seconds from asked-for to ready for the first time, where that can be told.
  var coldStartSeconds: Double?
  /// Whether it was followed from its beginning: then its first time is known to be the first.
  var isWitnessed: Bool
  /// When it was made, in Unix seconds.
  var madeAt: Double

  /// What is kept of a pod.
  ///
  /// - Parameters:
  ///   - before: what was kept of its name until now.
  ///   - isNew: whether a watch told of it, and not a list.
  init(_ pod: Pod, before: PodRecord?, isNew: Bool) {
    let uid = pod.metadata.uid ?? pod.metadata.name
    let before = before?.uid == uid ? before : nil
    self.uid = uid
    placed = PlacedPod(pod)
    // Later times may tell of a probe that failed in between.
    coldStartSeconds = before?.coldStartSeconds ?? pod.coldStartSeconds
    isWitnessed = before?.isWitnessed ?? isNew
    madeAt = pod.metadata.creationTimestamp?.unixSeconds ?? 0
  }
}
