import CurlClient
import KubernetesClient
import KubernetesFormat
import Logging
import Synchronization
import TestSupport

/// What a reflector has told of Deployments.
final class Following: Sendable {
  struct State {
    var replicas: [String: Int] = [:]
    var replacements = 0
    var trouble: KubernetesFailure?
    var troubles = 0
  }

  let state = Mutex(State())
  private let running = Mutex<Task<Void, Never>?>(nil)

  init(_ api: KubernetesAPI, watchTimeout: ClosedRange<Double> = 120...240) {
    let reflector = Reflector<Workload>(
      api: api, resource: .deployments, logger: Logger(label: "test"), watchTimeout: watchTimeout
    ) { [self] change in
      state.withLock { state in
        switch change {
        case .replaced(let all):
          state.replacements += 1
          state.replicas = [:]
          for one in all { state.replicas[one.metadata.name] = one.currentReplicas }
        case .stored(let one): state.replicas[one.metadata.name] = one.currentReplicas
        case .removed(let key): state.replicas[key.name] = nil
        case .trouble(let failure):
          state.trouble = failure
          if failure != nil { state.troubles += 1 }
        }
      }
    }
    running.withLock { $0 = Task { await reflector.run() } }
  }

  var replicas: [String: Int] { state.withLock { $0.replicas } }

  func stop() async {
    let task = running.withLock { $0 }
    task?.cancel()
    await task?.value
  }
}

/// A Deployment of so many replicas as JSON.
func deployment(_ name: String, _ replicas: Int) -> String {
  """
  {"apiVersion": "apps/v1", "kind": "Deployment",
   "metadata": {"name": "\(name)", "namespace": "default"},
   "spec": {"replicas": \(replicas), "selector": {"matchLabels": {"app": "\(name)"}},
    "template": {"metadata": {"labels": {"app": "\(name)"}},
     "spec": {"containers": [{"name": "c", "image": "i"}]}}}}
  """
}

let deploymentsPath = "/apis/apps/v1/namespaces/default/deployments"

extension FakeCluster {
  /// An API client that asks it without credentials, or with a token.
  func api(token: String? = nil) throws -> KubernetesAPI {
    var access = ClusterAccess(server: try HTTPURL(address), namespace: "default")
    if let token { access.credential = .token(token) }
    return KubernetesAPI(access: access, client: try HTTPClient())
  }
}
