internal import CurlClient
internal import FoundationEssentials
internal import Yams

extension ClusterAccess {
  /// Access as a kubeconfig file says.
  ///
  /// Clusters, users and contexts are read as kubectl does; what would run another program or is
  /// out of use (`exec`, `auth-provider`, passwords) is refused.
  /// - Parameter context: which of its contexts; nil is the file's `current-context`.
  /// - Throws: `ClusterAccessError`; it never shows a credential.
  package static func kubeconfig(
    path: String, context: String? = nil
  ) throws(ClusterAccessError) -> ClusterAccess {
    let text: String
    do {
      text = try String(contentsOfFile: path, encoding: .utf8)
    } catch {
      throw ClusterAccessError("the kubeconfig \(path.clipped) cannot be read; check the path")
    }
    guard let root = (try? Yams.compose(yaml: text))?.mapping else {
      throw ClusterAccessError("the kubeconfig \(path.clipped) is no YAML map; check its contents")
    }
    let file = KubeconfigFile(root: root, path: path)
    let name = try file.contextName(context)
    let chosen = try file.entry(name, of: "contexts", inside: "context")
    let cluster = try file.entry(
      try file.reference("cluster", in: chosen, of: name), of: "clusters", inside: "cluster")
    guard let server = cluster["server"]?.string else {
      throw ClusterAccessError(
        "the cluster of context \"\(name.clipped)\" in \(path.clipped) has no \"server\"")
    }
    var access = ClusterAccess(
      server: try address(server, of: path.clipped),
      namespace: chosen["namespace"]?.string ?? "default")
    access.tls.verifiesServer = cluster["insecure-skip-tls-verify"]?.bool != true
    access.tls.authorityText = try file.data("certificate-authority-data", in: cluster)
    access.tls.authorityFile = file.path("certificate-authority", in: cluster)
    if let user = chosen["user"]?.string {
      try file.read(user: try file.entry(user, of: "users", inside: "user"), into: &access)
    }
    return access
  }
}

/// A kubeconfig that is being read.
private struct KubeconfigFile {
  let root: Node.Mapping
  let path: String

  func contextName(_ wanted: String?) throws(ClusterAccessError) -> String {
    guard let name = wanted ?? root["current-context"]?.string, !name.isEmpty else {
      throw ClusterAccessError(
        "the kubeconfig \(path.clipped) has no current-context; choose one with --kube-context")
    }
    return name
  }

  /// The map that the entry called `name` of a list holds.
  func entry(
    _ name: String, of list: String, inside key: String
  ) throws(ClusterAccessError) -> Node.Mapping {
    let entries = root[list]?.sequence.map(Array.init) ?? []
    guard let entry = entries.first(where: { $0.mapping?["name"]?.string == name }),
      let inside = entry.mapping?[key]?.mapping
    else {
      let names = entries.compactMap { $0.mapping?["name"]?.string?.clipped }
      throw ClusterAccessError(
        "the kubeconfig \(path.clipped) has no \(key) called \"\(name.clipped)\"; its \(list) are "
          + names.prefix(10).joined(separator: ", "))
    }
    return inside
  }

  func reference(
    _ key: String, in map: Node.Mapping, of context: String
  ) throws(ClusterAccessError) -> String {
    guard let name = map[key]?.string else {
      throw ClusterAccessError(
        "context \"\(context.clipped)\" of \(path.clipped) names no \(key)")
    }
    return name
  }

  /// What is written out in base64; nil where it is not.
  func data(_ key: String, in map: Node.Mapping) throws(ClusterAccessError) -> [UInt8]? {
    guard let text = map[key]?.string, !text.isEmpty else { return nil }
    guard let data = Data(base64Encoded: text) else {
      throw ClusterAccessError("\"\(key)\" in the kubeconfig \(path.clipped) is no base64")
    }
    return Array(data)
  }

  /// A file that is named; relative to the kubeconfig's own folder.
  func path(_ key: String, in map: Node.Mapping) -> String? {
    guard let name = map[key]?.string, !name.isEmpty else { return nil }
    guard !name.hasPrefix("/"), let slash = path.lastIndex(of: "/") else { return name }
    return path[...slash] + name
  }

  func read(user: Node.Mapping, into access: inout ClusterAccess) throws(ClusterAccessError) {
    for (key, why) in [
      ("exec", "runs another program"), ("auth-provider", "is out of use"),
      ("username", "is a password, which no API server takes any more"),
    ] where user[key] != nil {
      throw ClusterAccessError(
        "the user's \"\(key)\" in the kubeconfig \(path.clipped) \(why), and that is not "
          + "supported; use a client certificate or a token (kubectl create token NAME)")
    }
    access.tls.certificateText = try data("client-certificate-data", in: user)
    access.tls.certificateFile = path("client-certificate", in: user)
    access.tls.keyText = try data("client-key-data", in: user)
    access.tls.keyFile = path("client-key", in: user)
    if let file = path("tokenFile", in: user) {
      access.credential = .tokenFile(TokenFile(path: file))
    } else if let token = user["token"]?.string, !token.isEmpty {
      access.credential = .token(token)
    }
  }
}

extension String {
  /// At most 80 characters of what others wrote.
  var clipped: String { count > 80 ? prefix(80) + "…" : self }
}
