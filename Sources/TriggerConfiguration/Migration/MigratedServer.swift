/// The Prometheus that migrated triggers ask: an address, or a profile that has to be made.
struct MigratedServer: Hashable {
  /// Its base URL, where no profile is needed.
  var address: String?
  /// The profile's name, where one is needed.
  var profile: String?
  /// What the operator has to do for the profile.
  var notes: [String] = []
}

/// A TriggerAuthentication in the same file: which credentials it takes from where. Never the
/// credentials themselves.
struct TriggerAuthenticationManifest {
  /// Its name.
  var name: String
  /// Parameters such as `bearerToken`, each with where it comes from in words.
  var parameters: [(name: String, origin: String)]
  /// The cloud identity it stands for, if any.
  var podIdentity: String?

  init(_ document: ManifestNode) throws(Untranslatable) {
    name = try document["metadata"]?.word("name") ?? ""
    parameters = []
    let spec = document["spec"]
    for reference in try spec?.list("secretTargetRef") ?? [] {
      guard let parameter = try reference.word("parameter") else { continue }
      let (secret, key) = (try reference.word("name") ?? "?", try reference.word("key") ?? "?")
      parameters.append((parameter, "key \(quoted(key)) of Secret \(quoted(secret))"))
    }
    for reference in try spec?.list("configMapTargetRef") ?? [] {
      guard let parameter = try reference.word("parameter") else { continue }
      let (map, key) = (try reference.word("name") ?? "?", try reference.word("key") ?? "?")
      parameters.append((parameter, "key \(quoted(key)) of ConfigMap \(quoted(map))"))
    }
    let provider = try spec?["podIdentity"]?.word("provider")
    podIdentity = provider == "none" ? nil : provider
  }
}

/// Reads where a native trigger's numbers come from, and what of it has to move to the server.
struct ServerMigration {
  /// The trigger's metadata.
  let metadata: [String: String]
  /// `authenticationRef.name`.
  let authentication: String?
  /// The TriggerAuthentications of the file, by name.
  let known: [String: TriggerAuthenticationManifest]
  /// The ScaledObject's namespace.
  let namespace: String?

  /// Keys that sign requests with a cloud's identity, which no profile does.
  private static let cloudKeys = ["awsRegion", "identityOwner", "azureManagedPrometheusAuth"]
  /// Parameters of each way to authenticate.
  private static let bearer = ["bearerToken"]
  private static let basic = ["username", "password"]
  private static let certificates = ["ca", "cert", "key"]
  private static let customHeader = ["customAuthHeader", "customAuthValue"]

  /// The server.
  func server() throws(Untranslatable) -> MigratedServer {
    guard let text = metadata["serverAddress"], !text.trimmed.isEmpty else {
      throw Untranslatable(reason: "it has no serverAddress; write one")
    }
    let address: ServerAddress
    do throws(Refusal) {
      address = try ServerAddress(text)
    } catch {
      throw Untranslatable(reason: "its serverAddress \(error.found); \(error.remedy)")
    }
    let secrets = authentication.flatMap { known[$0] }
    if let key = Self.cloudKeys.first(where: { metadata[$0] != nil }) {
      throw cloud("\(key) stands for")
    }
    if let identity = secrets?.podIdentity { throw cloud("podIdentity \(quoted(identity)) is") }
    let modes = (metadata["authModes"] ?? "").split(separator: ",").map { String($0).trimmed }
    if let mode = modes.first(where: { !["bearer", "basic", "tls", "custom", "none"].contains($0) })
    {
      throw Untranslatable(
        reason:
          "authModes \(quoted(mode)) is nothing that a profile does; use bearer, basic, tls or "
          + "custom")
    }
    var lines = credentialLines(modes: modes, secrets)
    lines += headerLines + parameterLines
    if isTrue("unsafeSsl"), !lines.contains(where: { $0.hasPrefix("tls:") }) {
      lines.append("tls: {caFile: …}")
    }
    guard !lines.isEmpty || authentication != nil || !modes.isEmpty else {
      return MigratedServer(address: address.description)
    }
    let name = profileName(address)
    return MigratedServer(profile: name, notes: notes(name, address, lines, secrets))
  }

  private func cloud(_ what: String) -> Untranslatable {
    Untranslatable(
      reason: "\(what) a cloud's identity, with which no profile signs; put a signing proxy before "
        + "the server, and name that in a profile")
  }

  private func isTrue(_ key: String) -> Bool { metadata[key]?.trimmed.lowercased() == "true" }

  /// Whether an authentication is in use: by its mode, or because its parameters are there.
  private func uses(
    _ mode: String, _ parameters: [String], _ modes: [String],
    _ secrets: TriggerAuthenticationManifest?
  ) -> Bool {
    guard modes.isEmpty else { return modes.contains(mode) }
    return secrets?.parameters.contains { parameters.contains($0.name) } ?? false
  }

  private func credentialLines(
    modes: [String], _ secrets: TriggerAuthenticationManifest?
  ) -> [String] {
    var lines: [String] = []
    if uses("bearer", Self.bearer, modes, secrets) { lines.append("bearer: {tokenFile: …}") }
    if uses("basic", Self.basic, modes, secrets) {
      lines.append("basic: {username: …, passwordFile: …}")
    }
    if uses("tls", Self.certificates, modes, secrets) {
      let names = secrets?.parameters.map(\.name) ?? Self.certificates
      let files = [("ca", "caFile"), ("cert", "certFile"), ("key", "keyFile")]
        .filter { names.contains($0.0) }.map { "\($0.1): …" }
      lines.append("tls: {\(files.joined(separator: ", "))}")
    }
    return lines
  }

  /// Names only: a header's value may be a secret.
  private var headerLines: [String] {
    var names = Self.names(metadata["customHeaders"])
    if metadata["cortexOrgID"] != nil { names.append("X-Scope-OrgID") }
    let secrets = authentication.flatMap { known[$0] }
    let modes = metadata["authModes"] ?? ""
    if modes.contains("custom")
      || secrets?.parameters.contains(where: { Self.customHeader.contains($0.name) }) == true
    {
      names.append("(customAuthHeader)")
    }
    guard !names.isEmpty else { return [] }
    return ["headers: {\(names.map { "\($0): …" }.joined(separator: ", "))}"]
  }

  private var parameterLines: [String] {
    var parts = Self.names(metadata["queryParameters"]).map { "\($0): …" }
    if let namespace = metadata["namespace"], !namespace.isEmpty {
      parts.append("namespace: \(yamlScalar(namespace.excerpt))")
    }
    return parts.isEmpty ? [] : ["parameters: {\(parts.joined(separator: ", "))}"]
  }

  /// The names in `a=1,b=2`.
  private static func names(_ list: String?) -> [String] {
    (list ?? "").split(separator: ",").map { pair in
      String(pair.prefix { $0 != "=" }).trimmed.excerpt
    }.filter { !$0.isEmpty }
  }

  private func profileName(_ address: ServerAddress) -> String {
    let host = address.host.split(separator: ".").prefix(2).joined(separator: "-")
    let named = ([host] + (authentication.map { [$0] } ?? [])).joined(separator: "-")
    let plain = named.map { $0.isASCII && ($0.isLetter || $0.isNumber) ? $0 : "-" }
    return String(plain.prefix(TriggerLimits.nameBytes - 4))
  }

  private func notes(
    _ name: String, _ address: ServerAddress, _ lines: [String],
    _ secrets: TriggerAuthenticationManifest?
  ) -> [String] {
    var skeleton = ["profiles:", "  \(name):", "    address: \(address)"]
    skeleton += lines.map { "    \($0)" }
    if let namespace { skeleton.append("    namespaces: [\(namespace)]") }
    var notes = [
      "Credentials, headers and parameters move to the scaler's own configuration (--config), out "
        + "of reach of whoever reads this object. Add there, and fill in what is \"…\":",
      skeleton.map { "  " + $0 }.joined(separator: "\n"),
    ]
    for parameter in secrets?.parameters ?? [] {
      notes.append("\(quoted(parameter.name)) was \(parameter.origin).")
    }
    if let authentication {
      notes.append(
        (secrets == nil ? "The credentials were those of" : "No longer used:")
          + " TriggerAuthentication \(quoted(authentication)).")
    }
    let moved = ["customHeaders", "cortexOrgID", "queryParameters"].filter { metadata[$0] != nil }
    if !moved.isEmpty {
      notes.append("Their values stood in \(moved.joined(separator: " and ")).")
    }
    if isTrue("unsafeSsl") {
      notes.append(
        "unsafeSsl: true took any certificate; the scaler checks it: give its CA as tls.caFile.")
    }
    return notes
  }
}
