import MetricCollection
import TriggerConfiguration

/// Traps in the servers that a trigger names: what `serve` answers with PERMISSION_DENIED.
struct SourceTraps {
  /// What the server's configuration permits; nil where none is given.
  var configured: SourceDirectory?

  /// Of a server without `allowedServerAddresses`, and without profiles.
  private static let unconfigured = try? SourceDirectory(profiles: [])

  /// At most one: the server may not be asked, or by whom nobody knows.
  func findings(
    _ spec: TriggerSpec, namespace: String?, _ trigger: TriggerManifest
  ) -> [Finding] {
    let line =
      trigger.metadataLines["serverAddress"] ?? trigger.metadataLines["profile"] ?? trigger.line
    let namespace = namespace ?? "default"
    if let why = refusal(spec, namespace, configured ?? .unrestricted) {
      return [Finding(.sourceRefused, line: line, why)]
    }
    guard configured == nil, let unconfigured = Self.unconfigured,
      let why = refusal(spec, namespace, unconfigured)
    else { return [] }
    let named = why.hasPrefix("\"serverAddress\"") ? spec.serverAddress : nil
    let address = named.map { "\($0)" } ?? "HOST:PORT"
    return [
      Finding(
        .addressUnlisted, line: line,
        "a server with no line for it in its configuration answers PERMISSION_DENIED to every call: "
          + why,
        remedy:
          "allowedServerAddresses: [in-cluster, \"\(address)\"]   # the server's; give it with "
          + "--config")
    ]
  }

  /// Why `sources` has no server for it, or may not ask a page; nil where it does, and where only
  /// `--prometheus` or a configuration that is not at hand can tell.
  private func refusal(
    _ spec: TriggerSpec, _ namespace: String, _ sources: SourceDirectory
  ) -> String? {
    do {
      _ = try TriggerQueries(spec, namespace: namespace, sources: sources)
      return nil
    } catch .noServer {
      return nil
    } catch .unknownProfile where configured == nil {
      return nil
    } catch {
      return "\(error)"
    }
  }
}
