/// A trigger as KEDA names it: the ScaledObject and the trigger's whole metadata.
package struct ScaledObjectRef: Hashable, Sendable {
  /// Name of the ScaledObject, not of its scale target.
  package var name: String
  /// Namespace of the ScaledObject.
  package var namespace: String
  /// The trigger's `metadata` map as it stands in the ScaledObject, `scalerAddress` included.
  package var metadata: [String: String]

  /// A trigger with these three.
  package init(name: String, namespace: String, metadata: [String: String]) {
    self.name = name
    self.namespace = namespace
    self.metadata = metadata
  }
}
