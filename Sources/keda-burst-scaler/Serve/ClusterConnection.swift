import ClusterState
import CurlClient
import Foundation
import KubernetesClient
import Logging

extension ServerSettings {
  /// What the server does in its cluster; nil where that is nothing. Nothing is asked yet.
  /// - Throws: `ServerFailure` where there is no way to the API server.
  func cluster(logger: Logger) throws -> Cluster? {
    guard kubernetes != .off else { return nil }
    return Cluster(
      api: try Self.api(kubeconfig: kubeconfig, context: kubeContext), mode: kubernetes,
      identity: Self.identity, wallSeconds: { Date.now.timeIntervalSince1970 }, logger: logger)
  }

  /// The API server that a kubeconfig names, or a pod's own.
  ///
  /// It is asked from a thread of its own, so that a busy one delays no collection.
  /// - Throws: `ServerFailure`.
  static func api(kubeconfig: String?, context: String?) throws -> KubernetesAPI {
    do {
      let access =
        try kubeconfig.map { try ClusterAccess.kubeconfig(path: $0, context: context) }
        ?? ClusterAccess.inCluster(environment: ProcessInfo.processInfo.environment)
      return KubernetesAPI(access: access, client: try HTTPClient())
    } catch let error as ClusterAccessError {
      throw ServerFailure(description: "no way to the cluster: \(error)")
    } catch let error as HTTPClientStartError {
      throw ServerFailure(description: "\(error)")
    }
  }

  /// The pod's name and a number: a restarted container is another than the one before it.
  private static var identity: String {
    let host = ProcessInfo.processInfo.environment["HOSTNAME"] ?? "keda-burst-scaler"
    return "\(host)_\(String(UInt64.random(in: 0...UInt64.max), radix: 16))"
  }
}
