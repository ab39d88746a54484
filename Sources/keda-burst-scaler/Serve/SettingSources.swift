import TriggerConfiguration
import Yams

/// Where a setting's value came from, and what it says; a flag beats the environment, which beats
/// the file, which beats the default.
package struct SettingSources {
  private let flags: [String: String]
  private let environment: [String: String]
  private let file: [String: String]
  /// What the file says besides settings of one value: `SourceSettings.keys`.
  private let sections: [String: Node]
  private let fileName: String?

  /// Sources from flags by setting name, the process's environment, and the file's parsed text.
  /// - Throws: `SettingError` on unknown keys in the file or unknown variables with our prefix.
  package init(
    flags: [String: String], environment: [String: String], fileText: String?, fileName: String?
  ) throws {
    self.flags = flags
    self.environment = environment
    self.fileName = fileName
    (file, sections) =
      try fileText.map { try Self.parse($0, fileName: fileName ?? "configuration") } ?? ([:], [:])
    let known = Set(Setting.all.map(\.environmentName)).union(["KEDA_BURST_SCALER_CONFIG"])
    for name in environment.keys.sorted() where name.hasPrefix("KEDA_BURST_SCALER_") {
      guard !known.contains(name) else { continue }
      // Kubernetes puts such variables into every pod beside a Service of our name.
      guard !Self.isServiceLink(name) else { continue }
      throw SettingError(
        "environment variable \(name) is not known; known are "
          + known.sorted().joined(separator: ", "))
    }
  }

  /// The value of `setting` and a phrase that says where it was written.
  func value(_ setting: Setting) -> (text: String, origin: String)? {
    if let text = flags[setting.name] { return (text, "--\(setting.name)") }
    if let text = environment[setting.environmentName] {
      return (text, "environment variable \(setting.environmentName)")
    }
    if let text = file[setting.name] {
      return (text, "\"\(setting.name)\" in \(fileName ?? "the configuration file")")
    }
    return setting.fallback.map { ($0, "the default of --\(setting.name)") }
  }

  /// The servers that may be asked.
  ///
  /// - Parameters:
  ///   - prometheus: the address of `--prometheus`.
  ///   - readsFiles: whether the files that profiles name have to be there.
  /// - Throws: `SettingError`.
  func sources(prometheus: ServerAddress?, readsFiles: Bool = true) throws -> SourceSettings {
    let written = value(.prometheus)?.origin
    return try SourceSettings(
      sections, fileName: fileName ?? "configuration",
      prometheus: prometheus.map { ($0, written ?? "--prometheus") }, readsFiles: readsFiles)
  }

  private static func isServiceLink(_ name: String) -> Bool {
    ["_SERVICE_HOST", "_SERVICE_PORT", "_PORT"].contains { name.contains($0) }
  }

  private static func parse(_ text: String, fileName: String) throws -> (
    values: [String: String], sections: [String: Node]
  ) {
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw SettingError("\(fileName) is not YAML\(Self.where(error))")
    }
    guard let node, node != Node("", Tag(.null)) else { return ([:], [:]) }
    guard let mapping = node.mapping else {
      throw SettingError(
        "\(fileName) is not a YAML map; write lines such as grpc-listen: 0.0.0.0:6000")
    }
    var values: [String: String] = [:]
    var sections: [String: Node] = [:]
    for (key, value) in mapping {
      let name = key.string ?? ""
      if SourceSettings.keys.contains(name) {
        guard sections.updateValue(value, forKey: name) == nil else {
          throw SettingError("\(fileName): \"\(name)\" is written twice; keep one")
        }
        continue
      }
      guard Setting.all.contains(where: { $0.name == name }) else {
        let known = Setting.all.map(\.name) + SourceSettings.keys
        let nearest = nearestName(to: name, among: known).map { "did you mean \"\($0)\"? " } ?? ""
        throw SettingError(
          "\(fileName): key \"\(name.excerpt)\" is not known; \(nearest)known are "
            + known.joined(separator: ", "))
      }
      guard let scalar = value.scalar else {
        throw SettingError("\(fileName): \"\(name)\" takes one value, not a list or a map")
      }
      guard values.updateValue(scalar.string, forKey: name) == nil else {
        throw SettingError("\(fileName): \"\(name)\" is written twice; keep one")
      }
    }
    return (values, sections)
  }

  /// Where YAML's grammar ends, without the text that stands there: it may be a secret.
  private static func `where`(_ error: any Error) -> String {
    switch error as? YamlError {
    case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
      .composer(_, let problem, let mark, _):
      " (line \(mark.line), column \(mark.column): \(problem.excerpt)); check the indentation and "
        + "the quotes there"
    case .duplicatedKeysInMapping: ": a map has a key twice; keep one"
    default: "; check its indentation, quotes and encoding (UTF-8)"
    }
  }
}

/// A setting that cannot be used: what was found, where, and what to write.
struct SettingError: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }
}
