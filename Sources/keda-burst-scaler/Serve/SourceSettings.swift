import CurlClient
import MetricCollection
import TriggerConfiguration
import Yams

/// The servers that may be asked, as the configuration file says: `profiles` and
/// `allowedServerAddresses`.
struct SourceSettings {
  /// In the order of their names; the one called `default` has no address of its own where
  /// `--prometheus` gives it.
  private(set) var profiles: [PrometheusProfile] = []
  /// What addresses triggers may name themselves.
  private(set) var allowed: [AddressPattern] = [.inCluster]

  /// The keys of the file that are read here.
  static let keys = ["profiles", "allowedServerAddresses"]

  /// The directory of all of them.
  /// - Throws: `SettingError` for an address that is never asked.
  func directory(
    prometheus: ServerAddress?
  ) throws -> SourceDirectory {
    var profiles = profiles
    if let prometheus, !profiles.contains(where: { $0.name == PrometheusProfile.defaultName }) {
      profiles.append(
        PrometheusProfile(name: PrometheusProfile.defaultName, address: prometheus))
    }
    do {
      return try SourceDirectory(profiles: profiles, allowed: allowed)
    } catch {
      throw SettingError("\(error)")
    }
  }

  /// Reads both sections.
  ///
  /// - Parameters:
  ///   - prometheus: the address of `--prometheus`, with where it was written.
  ///   - readsFiles: whether the files that profiles name have to be there.
  /// - Throws: `SettingError` for the first problem; it never shows a value that may be secret.
  init(
    _ sections: [String: Node], fileName: String,
    prometheus: (address: ServerAddress, origin: String)?, readsFiles: Bool
  ) throws {
    if let node = sections["allowedServerAddresses"] {
      let place = "\(fileName): \"allowedServerAddresses\""
      allowed = try ConfigurationMap.texts(node, at: place).map { text in
        guard let pattern = AddressPattern(text) else {
          throw SettingError(
            "\(place) has an entry that is no address; write in-cluster, "
              + "https://thanos.example.com or *.example.com:9090")
        }
        return pattern
      }
    }
    guard let node = sections["profiles"] else { return }
    var all = try ConfigurationMap(node, at: "\(fileName): \"profiles\"")
    for name in all.names {
      guard let node = all.node(name) else { continue }
      let map = try ConfigurationMap(node, at: "\(fileName): profile \"\(name.excerpt)\"")
      profiles.append(
        try ProfileReader(map: map, name: name, readsFiles: readsFiles).profile(
          prometheus: name == PrometheusProfile.defaultName ? prometheus : nil))
    }
  }
}
