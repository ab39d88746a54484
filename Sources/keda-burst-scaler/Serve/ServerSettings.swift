import ClusterState
import Glibc
import Logging
import ScalerService
import TriggerConfiguration

/// What `serve` runs with, read and checked.
package struct ServerSettings {
  var grpcListen: ListenAddress
  var adminListen: ListenAddress?
  var adminTokenFile: String?
  var prometheus: ServerAddress?
  var sources: SourceSettings
  var kubernetes: Cluster.Mode
  var kubeconfig: String?
  var kubeContext: String?
  var tls: TLSFiles?
  var drainGrace: Duration
  var maximumScaledObjects: Int
  var maximumConnections: Int
  var maximumStreams: Int
  var maximumMessageBytes: Int
  var forgetAfter: Duration
  var logLevel: Logger.Level
  var logFormat: LogFormat
  var logLinesPerSecond: Int

  /// The files of a TLS listener.
  struct TLSFiles: Equatable {
    var certificate: String
    var key: String
    var clientCA: String?
    /// Certificate names that may call; empty: all that the CA vouches for.
    var clientNames: [String] = []
  }

  /// Reads every setting from `sources`; under `--demo` the default addresses are loopback.
  /// - Throws: `SettingError`, the first in the order of the help.
  package init(_ sources: SettingSources, isDemo: Bool) throws {
    let read = SettingReader(sources: sources)
    grpcListen = try read.address(.grpcListen, demoHost: isDemo)
    adminListen =
      read.text(.adminListen) == "off" ? nil : try read.address(.adminListen, demoHost: isDemo)
    adminTokenFile = read.text(.adminTokenFile)
    prometheus = try read.server(.prometheus)
    self.sources = try sources.sources(prometheus: prometheus)
    kubernetes = try read.choice(.kubernetes, Cluster.Mode.init(rawValue:))
    (kubeconfig, kubeContext) = (read.text(.kubeconfig), read.text(.kubeContext))
    guard kubernetes != .off || (kubeconfig == nil && kubeContext == nil) else {
      throw SettingError(
        "--kubeconfig and --kube-context say how to reach the cluster, but --kubernetes is off; "
          + "write --kubernetes observe or scale, or remove them")
    }
    guard kubeContext == nil || kubeconfig != nil else {
      throw SettingError("--kube-context chooses from a --kubeconfig, which is missing")
    }
    tls = try read.tls()
    drainGrace = try read.duration(.drainGrace)
    maximumScaledObjects = try read.count(.maximumScaledObjects)
    maximumConnections = try read.count(.maximumConnections)
    maximumStreams = try read.count(.maximumStreams)
    maximumMessageBytes = try read.count(.maximumMessageBytes)
    forgetAfter = try read.duration(.forgetAfter)
    logLevel = try read.choice(.logLevel, Logger.Level.init(rawValue:))
    logFormat = try read.choice(.logFormat, LogFormat.init(rawValue:))
    logLinesPerSecond = try read.count(.logLinesPerSecond)
  }

  /// Most of what the table of triggers holds.
  var tableLimits: TriggerTableLimits { TriggerTableLimits(triggers: maximumScaledObjects) }

  /// How many files this process may have open.
  var descriptorLimit: Int {
    var limit = rlimit()
    getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit)
    return Int(clamping: limit.rlim_cur)
  }
}

/// HOST:PORT to listen on.
struct ListenAddress: Equatable, CustomStringConvertible {
  /// A name, an IPv4 address, or an IPv6 address without brackets.
  var host: String
  /// 0 takes a free port.
  var port: Int

  var description: String {
    host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
  }

  /// Reads `0.0.0.0:6000`, `[::]:6000`, `localhost:0` or `:6000`; `nil` for anything else.
  init?(_ text: String) {
    guard let colon = text.lastIndex(of: ":"),
      let port = Int(text[text.index(after: colon)...]), (0...65535).contains(port)
    else { return nil }
    var host = String(text[..<colon])
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = String(host.dropFirst().dropLast())
    } else if host.contains(":") {
      return nil
    }
    self.host = host.isEmpty ? "0.0.0.0" : host
    self.port = port
  }
}

extension ListenAddress {
  /// The address with the port that was really bound.
  func withPort(_ port: Int) -> ListenAddress {
    var bound = self
    bound.port = port
    return bound
  }
}
