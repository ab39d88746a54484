import CurlClient
import Foundation
import KubernetesClient
import KubernetesFormat
import TestSupport
import Testing

@Suite("A kubeconfig", .serialized, .timeLimit(.minutes(2)))
struct KubeconfigTests {
  private let directory = FileManager.default.temporaryDirectory.appending(path: "kube-\(UUID())")

  init() throws {
    try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
  }

  private func write(_ text: String) throws -> String {
    let file = directory.appending(path: "config")
    try Data(text.utf8).write(to: file)
    return file.path
  }

  private func error(_ path: String, context: String? = nil) -> String? {
    do throws(ClusterAccessError) {
      _ = try ClusterAccess.kubeconfig(path: path, context: context)
      return nil
    } catch {
      return error.description.replacing(directory.path, with: "DIR")
    }
  }

  private func openssl(_ arguments: String...) async throws {
    let process = try LineProcess("/usr/bin/openssl", arguments)
    #expect(try await process.exitCode() == 0, "\(process.errors)")
  }

  private func base64(_ name: String) throws -> String {
    try Data(contentsOf: directory.appending(path: name)).base64EncodedString()
  }

  @Test("client certificates written out in it are shown, and the server's is checked")
  func clientCertificate() async throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    func path(_ name: String) -> String { directory.appending(path: name).path }
    let new = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"]
    for (name, subject) in [("server", "/CN=127.0.0.1"), ("client", "/CN=me")] {
      let process = try LineProcess(
        "/usr/bin/openssl",
        new + [
          "-subj", subject, "-addext", "subjectAltName=IP:127.0.0.1", "-keyout",
          path(name + ".key"), "-out", path(name + ".crt"),
        ])
      #expect(try await process.exitCode() == 0)
    }
    let cluster = try FakeCluster([
      "--certificate", path("server.crt"), "--key", path("server.key"), "--client-ca",
      path("client.crt"),
    ])
    defer { cluster.stop() }
    func config(_ cluster: FakeCluster, authority: String) throws -> String {
      """
      apiVersion: v1
      kind: Config
      current-context: here
      clusters:
        - name: local
          cluster: {server: "\(cluster.address)", certificate-authority-data: \(authority)}
      users:
        - name: me
          user: {client-certificate-data: \(try base64("client.crt")), client-key: client.key}
      contexts:
        - {name: here, context: {cluster: local, user: me, namespace: inference}}
      """
    }
    func list(authority: String) async throws -> Int {
      let access = try ClusterAccess.kubeconfig(
        path: try write(try config(cluster, authority: authority)))
      #expect(access.namespace == "inference")
      let api = KubernetesAPI(access: access, client: try HTTPClient())
      let pods: ObjectList<Pod> = try await api.list(.pods)
      return pods.items.count
    }
    #expect(try await list(authority: try base64("server.crt")) == 0)
    await #expect(throws: KubernetesFailure.self) {
      try await list(authority: try base64("client.crt"))
    }
  }

  @Test(
    "what would run another program or is out of use is refused",
    arguments: [
      ("{exec: {command: aws}}", "exec", "runs another program"),
      ("{auth-provider: {name: gcp}}", "auth-provider", "is out of use"),
      (
        "{username: me, password: hush}", "username",
        "is a password, which no API server takes any more"
      ),
    ])
  func refusedUsers(user: String, key: String, why: String) throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = try write(
      """
      current-context: here
      clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
      users: [{name: u, user: \(user)}]
      contexts: [{name: here, context: {cluster: c, user: u}}]
      """)
    #expect(
      error(path)
        == "the user's \"\(key)\" in the kubeconfig DIR/config \(why), and that is not supported; "
        + "use a client certificate or a token (kubectl create token NAME)")
  }

  @Test("what is missing is named, with what there is")
  func missing() throws {
    defer { try? FileManager.default.removeItem(at: directory) }
    let path = try write(
      """
      clusters: [{name: c, cluster: {server: "https://127.0.0.1:1"}}]
      contexts: [{name: one, context: {cluster: c}}, {name: two, context: {cluster: d}}]
      """)
    #expect(
      error(path)
        == "the kubeconfig DIR/config has no current-context; choose one with --kube-context")
    #expect(error(path, context: "one") == nil)
    #expect(
      error(path, context: "two")
        == "the kubeconfig DIR/config has no cluster called \"d\"; its clusters are c")
    #expect(
      error(path, context: "three")
        == "the kubeconfig DIR/config has no context called \"three\"; its contexts are one, two")
    #expect(
      error(directory.appending(path: "nowhere").path)
        == "the kubeconfig DIR/nowhere cannot be read; check the path")
  }
}
