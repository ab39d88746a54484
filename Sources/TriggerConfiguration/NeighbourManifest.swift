/// A document beside the ScaledObjects of a file that says something about them: a Service that
/// `scalerAddress` may name, a workload that is scaled, another autoscaler of it.
package struct NeighbourManifest: Sendable, Equatable {
  /// What it is.
  package enum Role: Sendable, Equatable {
    /// A Service; `None` is what makes it headless.
    case service(clusterIP: String?)
    /// A Deployment or StatefulSet, with its `spec.replicas` where that is written.
    case workload(replicas: Int?)
    /// A HorizontalPodAutoscaler, or a ScaledObject without an external trigger, of this target.
    case autoscaler(targetKind: String, targetName: String)
  }

  /// `kind`.
  package var kind: String
  /// `metadata.name`.
  package var name: String
  /// `metadata.namespace`.
  package var namespace: String?
  /// The line it starts at, from 1.
  package var line: Int
  /// What it is to a ScaledObject.
  package var role: Role
}

extension NeighbourManifest {
  /// The neighbour in a document; nil where it is none, or is written as nobody reads it.
  init?(_ document: ManifestNode, kind: String) {
    let spec = document["spec"]
    let role: Role
    switch kind {
    case "Service": role = .service(clusterIP: spec?["clusterIP"]?.word)
    case "Deployment", "StatefulSet":
      role = .workload(replicas: spec?["replicas"]?.word.flatMap { Int($0) })
    case "HorizontalPodAutoscaler", "ScaledObject":
      guard let target = spec?["scaleTargetRef"], let name = target["name"]?.word else {
        return nil
      }
      role = .autoscaler(targetKind: target["kind"]?.word ?? "Deployment", targetName: name)
    default: return nil
    }
    guard let name = document["metadata"]?["name"]?.word else { return nil }
    self.init(
      kind: kind, name: name, namespace: document["metadata"]?["namespace"]?.word,
      line: document.line, role: role)
  }
}

extension ManifestNode {
  /// A word, or nil where a list or a map is written.
  fileprivate var word: String? { try? string() }
}
