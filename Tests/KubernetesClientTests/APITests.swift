import CurlClient
import Foundation
import KubernetesClient
import KubernetesFormat
import TestSupport
import Testing

private struct ScalePatch: Encodable {
  struct Metadata: Encodable { var resourceVersion: String? }
  struct Spec: Encodable { var replicas: Int }
  var metadata: Metadata
  var spec: Spec

  init(_ replicas: Int, version: String?) {
    metadata = Metadata(resourceVersion: version)
    spec = Spec(replicas: replicas)
  }
}

@Suite("The API client", .serialized, .timeLimit(.minutes(2)))
struct APITests {
  private let llm = ObjectKey(namespace: "default", name: "llm")

  @Test("a scale is read and patched, and a resourceVersion of the past is a conflict")
  func scales() async throws {
    let cluster = try FakeCluster()
    defer { cluster.stop() }
    try await cluster.send("POST", deploymentsPath, deployment("llm", 2))
    let api = try cluster.api()
    let before: Scale = try await api.get(.deployments, llm, subresource: "scale")
    #expect(before.currentReplicas == 2)
    #expect(before.status?.selector == "app=llm")
    let version = before.metadata.resourceVersion
    let after: Scale = try await api.patch(
      .deployments, llm, subresource: "scale", ScalePatch(8, version: version))
    #expect(after.currentReplicas == 8)
    await #expect(throws: KubernetesFailure.self) {
      do throws(KubernetesFailure) {
        let _: Scale = try await api.patch(
          .deployments, llm, subresource: "scale", ScalePatch(9, version: version))
      } catch {
        #expect(error.kind == .conflict)
        throw error
      }
    }
    let workload: Workload = try await api.get(.deployments, llm)
    #expect(workload.currentReplicas == 8)
    #expect(workload.replicasOwner?.manager == "keda-burst-scaler")
    #expect(workload.replicasOwner?.subresource == "scale")
  }

  @Test("each refusal is told apart, with its words and what to wait")
  func refusals() async throws {
    let cluster = try FakeCluster(["--needs-token"])
    defer { cluster.stop() }
    func failure(_ api: KubernetesAPI) async -> KubernetesFailure? {
      do throws(KubernetesFailure) {
        let _: Scale = try await api.patch(
          .deployments, llm, subresource: "scale", ScalePatch(9, version: nil))
        return nil
      } catch {
        return error
      }
    }
    #expect(await failure(try cluster.api())?.kind == .unauthenticated)
    let api = try cluster.api(token: "admin")
    let missing = await failure(api)
    #expect(missing?.kind == .notFound)
    #expect(missing?.detail == "deployments \"llm\" not found")
    try await cluster.faults(#"{"busy": 1, "retryAfter": 7}"#)
    #expect(await failure(api)?.kind == .busy(retryAfterSeconds: 7))
    try await cluster.faults(#"{"deny": [["patch", "apps", "deployments/scale"]]}"#)
    #expect(
      await failure(api)?.description
        == "may not patch deployments/scale \"default/llm\"; the rule {apiGroups: [\"apps\"], "
        + "resources: [\"deployments/scale\"], verbs: [\"patch\"]} is missing from a Role in "
        + "namespace \"default\" (chart: kubernetes.mode)")
    cluster.stop()
    guard case .unreachable? = await failure(api)?.kind else {
      Issue.record("a server that is gone is unreachable")
      return
    }
  }

  @Test("a pod's token is read again when the API server no longer takes it")
  func renewedToken() async throws {
    let cluster = try FakeCluster(["--needs-token"])
    defer { cluster.stop() }
    try await cluster.send("POST", deploymentsPath, deployment("llm", 2))
    let directory = FileManager.default.temporaryDirectory.appending(path: "sa-\(UUID())")
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: directory) }
    let token = directory.appending(path: "token")
    try Data("of yesterday\n".utf8).write(to: token)
    try Data("keda".utf8).write(to: directory.appending(path: "namespace"))
    var access = try ClusterAccess.inCluster(
      environment: [
        "KUBERNETES_SERVICE_HOST": "127.0.0.1", "KUBERNETES_SERVICE_PORT": "\(cluster.port)",
      ], directory: directory.path)
    #expect(access.namespace == "keda")
    #expect(access.server.origin == "https://127.0.0.1:\(cluster.port)")
    #expect(access.tls.authorityFile == directory.path + "/ca.crt")
    access.server = try HTTPURL(cluster.address)
    let api = KubernetesAPI(access: access, client: try HTTPClient())
    await #expect(throws: KubernetesFailure.self) {
      let _: Scale = try await api.get(.deployments, llm, subresource: "scale")
    }
    try Data("admin\n".utf8).write(to: token)
    let scale: Scale = try await api.get(.deployments, llm, subresource: "scale")
    #expect(scale.currentReplicas == 2)
  }

  @Test("outside a pod the remedy is named")
  func noPod() {
    #expect(throws: ClusterAccessError.self) { try ClusterAccess.inCluster(environment: [:]) }
  }
}
