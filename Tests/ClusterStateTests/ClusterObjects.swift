import CurlClient
import KubernetesClient
import KubernetesFormat
import TestSupport

/// JSON of the objects that the tests put into the fake API server.
enum ClusterObjects {
  static let scaledObjects = "/apis/keda.sh/v1alpha1/namespaces/inference/scaledobjects"
  static let deployments = "/apis/apps/v1/namespaces/inference/deployments"
  static let autoscalers = "/apis/autoscaling/v2/namespaces/inference/horizontalpodautoscalers"
  static let nodes = "/api/v1/nodes"
  static let pods = "/api/v1/namespaces/inference/pods"
  static let events = "/api/v1/namespaces/inference/events"

  static func deployment(_ name: String, replicas: Int, gpus: Int = 1) -> String {
    """
    {"metadata": {"name": "\(name)"}, "spec": {"replicas": \(replicas),
     "selector": {"matchLabels": {"app": "\(name)"}},
     "template": {"metadata": {"labels": {"app": "\(name)"}}, "spec": {"containers": [
      {"name": "engine", "image": "i", "resources": {"limits": {"nvidia.com/gpu": "\(gpus)"}}}]}}}}
    """
  }

  /// What the external trigger of a ScaledObject says here.
  static let metadata = ["queueDepthQuery": "q", "scalerAddress": "scaler.keda:4317"]

  static func scaledObject(
    _ name: String, max: Int = 50, annotations: String = "{}", target: String? = nil
  ) -> String {
    let trigger = metadata.map { "\"\($0)\": \"\($1)\"" }.joined(separator: ", ")
    return """
      {"metadata": {"name": "\(name)", "annotations": \(annotations)}, "spec": {
       "scaleTargetRef": {"name": "\(target ?? name)"}, "minReplicaCount": 0,
       "maxReplicaCount": \(max),
       "triggers": [{"type": "external-push", "metadata": {\(trigger)}}]}}
      """
  }

  static func autoscaler(_ name: String, max: Int = 50, extra: String = "") -> String {
    """
    {"metadata": {"name": "keda-hpa-\(name)"}, "spec": {"maxReplicas": \(max), "minReplicas": 1,
     "scaleTargetRef": {"kind": "Deployment", "name": "\(name)"}\(extra)}, "status": {}}
    """
  }

  static func node(_ name: String, gpus: Int) -> String {
    """
    {"metadata": {"name": "\(name)"}, "spec": {}, "status": {
     "allocatable": {"nvidia.com/gpu": "\(gpus)", "pods": "110"},
     "conditions": [{"type": "Ready", "status": "True"}]}}
    """
  }
}

extension FakeCluster {
  /// An API client that asks it.
  func api(token: String? = nil) throws -> KubernetesAPI {
    var access = ClusterAccess(server: try HTTPURL(address), namespace: "inference")
    if let token { access.credential = .token(token) }
    return KubernetesAPI(access: access, client: try HTTPClient())
  }

  /// Puts a ScaledObject with its Deployment and HPA in; the Deployment is the HPA controller's.
  func add(_ name: String, replicas: Int, max: Int = 50, gpus: Int = 1) async throws {
    try await send(
      "POST", ClusterObjects.deployments + "?fieldManager=kube-controller-manager",
      ClusterObjects.deployment(name, replicas: replicas, gpus: gpus))
    try await send("POST", ClusterObjects.autoscalers, ClusterObjects.autoscaler(name, max: max))
    try await send(
      "POST", ClusterObjects.scaledObjects, ClusterObjects.scaledObject(name, max: max))
  }
}
