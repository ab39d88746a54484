internal import KubernetesFormat
internal import Placement

/// What is kept of a pod: little, for a cluster may have many thousands.
struct PodRecord: Sendable {
  /// Its name.
  var name: String
  /// Where it is and what it holds.
  var placed: PlacedPod
  /// Seconds from asked-for to ready, where that can be told.
  var coldStartSeconds: Double?
  /// When it was made, in Unix seconds.
  var madeAt: Double

  /// What is kept of a pod.
  init(_ pod: Pod) {
    name = pod.metadata.name
    placed = PlacedPod(pod)
    coldStartSeconds = pod.coldStartSeconds
    madeAt = pod.metadata.creationTimestamp?.unixSeconds ?? 0
  }
}
