package import CurlClient
internal import FoundationEssentials

/// Where the API server is and how we show who we are.
package struct ClusterAccess: Sendable {
  /// The API server's address, without a path or with the prefix of a proxy.
  package var server: HTTPURL
  /// How it is checked, and our certificate.
  package var tls = HTTPTLSOptions()
  /// Our token.
  package var credential = Credential.none
  /// The namespace we are in.
  package var namespace: String

  /// Access from its parts.
  package init(server: HTTPURL, namespace: String) {
    self.server = server
    self.namespace = namespace
  }

  /// Where the kubelet puts a pod's service account.
  package static let serviceAccountDirectory = "/var/run/secrets/kubernetes.io/serviceaccount"

  /// A pod's own access: its service account, and the API server as the environment names it.
  ///
  /// - Throws: `ClusterAccessError` outside a pod, or where the token is not mounted.
  package static func inCluster(
    environment: [String: String], directory: String = serviceAccountDirectory
  ) throws(ClusterAccessError) -> ClusterAccess {
    guard let host = environment["KUBERNETES_SERVICE_HOST"],
      let port = environment["KUBERNETES_SERVICE_PORT"]
    else {
      throw ClusterAccessError(
        "this is no pod (KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT are not set); give "
          + "--kubeconfig FILE outside a cluster")
    }
    let token = TokenFile(path: directory + "/token")
    guard token.current() != nil else {
      throw ClusterAccessError(
        "no token in \(directory); set automountServiceAccountToken: true (chart: "
          + "kubernetes.mode does)")
    }
    let bracketed = host.contains(":") ? "[\(host)]" : host
    var access = ClusterAccess(
      server: try address("https://\(bracketed):\(port)", of: "the environment"),
      namespace: (try? String(contentsOfFile: directory + "/namespace", encoding: .utf8))?.trimmed
        ?? "default")
    access.credential = .tokenFile(token)
    access.tls.authorityFile = directory + "/ca.crt"
    return access
  }

  /// An address that can be asked.
  static func address(
    _ text: String, of place: String
  ) throws(ClusterAccessError) -> HTTPURL {
    do {
      return try HTTPURL(text)
    } catch {
      throw ClusterAccessError("the API server's address in \(place) is \(error)")
    }
  }
}

/// Why there is no way to the API server.
package struct ClusterAccessError: Error, Sendable, Equatable, CustomStringConvertible {
  /// One sentence with the remedy.
  package let description: String

  /// An error in a sentence.
  init(_ description: String) { self.description = description }
}
