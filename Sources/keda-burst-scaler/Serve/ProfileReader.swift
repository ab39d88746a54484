import CurlClient
import Foundation
import MetricCollection
import TriggerConfiguration

/// Reads one profile of the configuration file.
struct ProfileReader {
  var map: ConfigurationMap
  let name: String
  /// Whether files with secrets and certificates have to be there: not on a workstation, where
  /// nobody is asked.
  let readsFiles: Bool

  /// The profile.
  ///
  /// - Parameter prometheus: the address that `--prometheus` gives it, with where that was written.
  /// - Throws: `SettingError` for the first problem; it never shows a value that may be secret.
  func profile(
    prometheus: (address: ServerAddress, origin: String)?
  ) throws -> PrometheusProfile {
    var reader = self
    return try reader.read(prometheus)
  }

  private mutating func read(
    _ prometheus: (address: ServerAddress, origin: String)?
  ) throws -> PrometheusProfile {
    guard !name.isEmpty, name.utf8.count <= TriggerLimits.nameBytes else {
      throw SettingError(
        "\(map.place): use a name of at most \(TriggerLimits.nameBytes) characters")
    }
    var profile = PrometheusProfile(name: name, address: try address(prometheus))
    profile.authentication = try authentication()
    if let headers = try map.map("headers") { profile.headers = try self.headers(headers) }
    if let parameters = try map.map("parameters") {
      profile.parameters = try self.parameters(parameters)
    }
    if let tls = try map.map("tls") { profile.tls = try self.tls(tls) }
    profile.proxy = try proxy()
    profile.namespaces = try map.texts("namespaces")?.map(NamespacePattern.init)
    profile.requestsPerSecond = try map.number("maxRequestsPerSecond", example: "100")
    profile.concurrentRequests = try map.number("maxConcurrentRequests", example: "8").map {
      max(1, Int($0))
    }
    try map.refuseRest()
    return profile
  }

  private mutating func address(
    _ prometheus: (address: ServerAddress, origin: String)?
  ) throws -> ServerAddress {
    guard let text = try map.text("address") else {
      guard let prometheus else {
        throw SettingError(
          "\(map.place) has no \"address\"; write for example "
            + "address: http://prometheus.monitoring:9090")
      }
      return prometheus.address
    }
    switch ServerAddress.reading(text) {
    case .success(let address):
      guard let prometheus, prometheus.address != address else { return address }
      throw SettingError(
        "\(map.place): \"address\" and \(prometheus.origin) name two servers; keep one of them")
    case .failure(let problem): throw SettingError("\(map.place): \"address\" \(problem)")
    }
  }

  private mutating func authentication() throws -> PrometheusProfile.Authentication {
    switch (try map.map("basic"), try map.map("bearer")) {
    case (nil, nil): return .none
    case (.some, .some):
      throw SettingError("\(map.place) has \"basic\" and \"bearer\"; keep one of them")
    case (var basic?, nil):
      let username = try basic.text("username")
      let password = try secret(&basic, "password", "passwordFile")
      try basic.refuseRest()
      guard let username, let password, !username.contains(":") else {
        throw SettingError(
          "\(basic.place) takes a \"username\" without a colon and a \"passwordFile\" (or "
            + "\"password\"); write both")
      }
      return .basic(username: username, password: password)
    case (nil, var bearer?):
      let token = try secret(&bearer, "token", "tokenFile")
      try bearer.refuseRest()
      guard let token else {
        throw SettingError(
          "\(bearer.place) takes a \"tokenFile\" (or \"token\"); write one of them")
      }
      return .bearer(token)
    }
  }

  /// A secret that is written out under one key, or in a file named under another.
  private func secret(
    _ map: inout ConfigurationMap, _ key: String, _ fileKey: String
  ) throws -> Secret? {
    let text = try map.text(key)
    let path = try map.text(fileKey)
    guard text == nil || path == nil else {
      throw SettingError("\(map.place) has \"\(key)\" and \"\(fileKey)\"; keep one of them")
    }
    if let text { return .text(SecretText(text)) }
    return try path.map { try secretFile($0, at: "\(map.place): \"\(fileKey)\"") }
  }

  private func secretFile(_ path: String, at place: String) throws -> Secret {
    let file = SecretFile(path: path)
    guard readsFiles else { return .file(file) }
    do throws(SecretProblem) {
      _ = try file.current()
    } catch {
      throw SettingError("\(place): \(error)")
    }
    return .file(file)
  }

  private func headers(_ map: ConfigurationMap) throws -> [String: Secret] {
    var map = map
    var headers: [String: Secret] = [:]
    // libcurl's own, and the one that "basic" and "bearer" write.
    let taken = ["host", "content-length", "transfer-encoding", "connection", "authorization"]
    for name in map.names {
      guard HTTPHeader(name, "") != nil, !taken.contains(name.lowercased()) else {
        throw SettingError(
          "\(map.place): \"\(name.excerpt)\" is no header that can be set here; credentials go under "
            + "\"basic\" or \"bearer\"")
      }
      let secret: Secret
      if map.holdsMap(name), var file = try map.map(name) {
        guard let path = try file.text("file") else {
          throw SettingError("\(file.place) takes a value, or {file: PATH}")
        }
        try file.refuseRest()
        secret = try secretFile(path, at: file.place)
      } else {
        secret = .text(SecretText(try map.text(name) ?? ""))
      }
      guard try !readsFiles || secret.isUsable(asHeader: name) else {
        throw SettingError("\(map.place): the value of \"\(name)\" holds a line break; remove it")
      }
      headers[name] = secret
    }
    return headers
  }

  private func parameters(_ map: ConfigurationMap) throws -> [PrometheusProfile.Parameter] {
    var map = map
    var parameters: [PrometheusProfile.Parameter] = []
    let taken = ["query", "time", "timeout", "start", "end", "step"]
    for name in map.names {
      guard !taken.contains(name) else {
        throw SettingError("\(map.place): \"\(name)\" is the scaler's own to set; remove it")
      }
      for value in try map.texts(name) ?? [] {
        parameters.append(.init(name: name, value: SecretText(value)))
      }
    }
    return parameters
  }

  private func tls(_ map: ConfigurationMap) throws -> HTTPTLSOptions {
    var map = map
    var options = HTTPTLSOptions()
    options.authorityFile = try readable(&map, "caFile")
    options.certificateFile = try readable(&map, "certFile")
    options.keyFile = try readable(&map, "keyFile")
    try map.refuseRest()
    guard (options.certificateFile == nil) == (options.keyFile == nil) else {
      throw SettingError(
        "\(map.place): \"certFile\" and \"keyFile\" belong together; write both or neither")
    }
    return options
  }

  private func readable(_ map: inout ConfigurationMap, _ key: String) throws -> String? {
    guard let path = try map.text(key) else { return nil }
    guard !readsFiles || FileManager.default.isReadableFile(atPath: path) else {
      throw SettingError(
        "\(map.place): \"\(key)\" names \(path.excerpt), which cannot be read; check the path, the "
          + "mount and the permissions")
    }
    return path
  }

  /// A proxy's address, which may hold credentials and is never shown.
  private mutating func proxy() throws -> SecretText? {
    guard let text = try map.text("proxy") else { return nil }
    do {
      let url = try HTTPURL(text)
      if case .forbidden? = PeerAddress(url.host)?.network {
        throw SettingError("\(map.place): \"proxy\" is an address that is never asked")
      }
      return SecretText(text)
    } catch let error as HTTPURLError {
      throw SettingError("\(map.place): \"proxy\" is \(error)")
    }
  }
}
