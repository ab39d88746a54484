import ClusterState
import KubernetesClient
import KubernetesFormat
import TriggerConfiguration

/// Asks the cluster what stands around a ScaledObject there.
struct ClusterProbe {
  let api: KubernetesAPI

  /// What the cluster's API says of the ScaledObject of that name.
  func findings(_ manifest: ScaledObjectManifest) async -> [Finding] {
    let key = ObjectKey(
      namespace: manifest.namespace ?? api.access.namespace, name: manifest.name)
    do throws(KubernetesFailure) {
      let view = try await TargetView(of: key, from: api)
      return (view.warnings + view.remarks).map {
        Finding(.inTheCluster, line: manifest.line, "in the cluster: \($0)")
      }
    } catch {
      return [Finding(.clusterNotAsked, line: manifest.line, "the cluster was not asked: \(error)")]
    }
  }
}
