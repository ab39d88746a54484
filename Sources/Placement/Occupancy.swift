internal import KubernetesFormat

/// What the pods of a cluster hold, gathered once for any number of templates.
package struct Occupancy: Sendable {
  /// Pods by the namespace they are in.
  package let byNamespace: [String: [PlacedPod]]
  private var held: [String: [String: Int64]] = [:]
  private var counts: [String: Int64] = [:]

  /// What `pods` hold; those that have ended hold nothing. Linear in pods.
  package init(_ pods: [PlacedPod]) {
    byNamespace = Dictionary(grouping: pods, by: \.namespace)
    for pod in pods where pod.holdsResources {
      guard let node = pod.node else { continue }
      counts[node, default: 0] += 1
      for (name, amount) in pod.requests {
        held[node, default: [:]][name] = (held[node]?[name] ?? 0).plus(amount)
      }
    }
  }

  /// The amount of a resource, in thousandths, that the pods of a node hold.
  func held(_ resource: String, on node: String) -> Int64 { held[node]?[resource] ?? 0 }

  /// How many pods are on a node.
  func pods(on node: String) -> Int64 { counts[node] ?? 0 }
}
