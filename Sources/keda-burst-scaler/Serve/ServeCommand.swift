import ArgumentParser
import Foundation

/// Answers KEDA until told to stop.
struct ServeCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "serve",
    abstract: "Answer KEDA: collect every second, decide, serve gRPC.",
    discussion: """
      Each setting may be a flag, an environment variable (KEDA_BURST_SCALER_GRPC_LISTEN) or a key \
      of the YAML file given with --config (grpc-listen: 0.0.0.0:6000). A flag beats the \
      environment, which beats the file. SIGTERM drains: health NOT_SERVING, streams ended with OK, \
      running calls finished, exit code 0.
      """)

  @Option(help: ArgumentHelp(Setting.grpcListen.helpWithDefault, valueName: "host:port"))
  var grpcListen: String?

  @Option(help: ArgumentHelp(Setting.adminListen.helpWithDefault, valueName: "host:port"))
  var adminListen: String?

  @Option(help: ArgumentHelp(Setting.adminTokenFile.helpWithDefault, valueName: "file"))
  var adminTokenFile: String?

  @Option(help: ArgumentHelp(Setting.prometheus.helpWithDefault, valueName: "url"))
  var prometheus: String?

  @Option(help: ArgumentHelp(Setting.kubernetes.helpWithDefault, valueName: "mode"))
  var kubernetes: String?

  @Option(help: ArgumentHelp(Setting.kubeconfig.helpWithDefault, valueName: "file"))
  var kubeconfig: String?

  @Option(help: ArgumentHelp(Setting.kubeContext.helpWithDefault, valueName: "name"))
  var kubeContext: String?

  @Option(help: ArgumentHelp("YAML file with any of these settings.", valueName: "file"))
  var config: String?

  @Flag(help: "Need nothing else: feed on a modelled fleet under a bursty load, on 127.0.0.1.")
  var demo = false

  @Option(help: ArgumentHelp(Setting.tlsCertificate.helpWithDefault, valueName: "file"))
  var tlsCert: String?

  @Option(help: ArgumentHelp(Setting.tlsKey.helpWithDefault, valueName: "file"))
  var tlsKey: String?

  @Option(help: ArgumentHelp(Setting.tlsClientCA.helpWithDefault, valueName: "file"))
  var tlsClientCa: String?

  @Option(help: ArgumentHelp(Setting.tlsClientNames.helpWithDefault, valueName: "names"))
  var tlsClientNames: String?

  @Option(help: ArgumentHelp(Setting.drainGrace.helpWithDefault, valueName: "duration"))
  var drainGrace: String?

  @Option(help: ArgumentHelp(Setting.maximumScaledObjects.helpWithDefault, valueName: "count"))
  var maxScaledObjects: String?

  @Option(help: ArgumentHelp(Setting.maximumConnections.helpWithDefault, valueName: "count"))
  var maxConnections: String?

  @Option(help: ArgumentHelp(Setting.maximumStreams.helpWithDefault, valueName: "count"))
  var maxStreams: String?

  @Option(help: ArgumentHelp(Setting.maximumMessageBytes.helpWithDefault, valueName: "bytes"))
  var maxMessageBytes: String?

  @Option(help: ArgumentHelp(Setting.forgetAfter.helpWithDefault, valueName: "duration"))
  var forgetAfter: String?

  @Option(help: ArgumentHelp(Setting.logLevel.helpWithDefault, valueName: "level"))
  var logLevel: String?

  @Option(help: ArgumentHelp(Setting.logFormat.helpWithDefault, valueName: "format"))
  var logFormat: String?

  @Option(help: ArgumentHelp(Setting.logLinesPerSecond.helpWithDefault, valueName: "count"))
  var logLinesPerSecond: String?

  func run() async throws {
    let environment = ProcessInfo.processInfo.environment
    let file = (config ?? environment["KEDA_BURST_SCALER_CONFIG"]).map {
      ConfigurationFile(path: $0, flags: flags, environment: environment)
    }
    let settings: ServerSettings
    let text: String?
    do {
      text = try file?.read()
      let sources = try SettingSources(
        flags: flags, environment: environment, fileText: text, fileName: file?.path)
      settings = try ServerSettings(sources, isDemo: demo)
    } catch let error as SettingError {
      throw CommandLineFault(error.description)
    }
    do {
      try await Server(settings: settings, isDemo: demo, file: file, text: text).run()
    } catch let error as ServerFailure {
      complain(error)
      throw ExitCode(1)
    }
  }

  /// The text of a configuration file.
  static func read(_ path: String) throws -> String {
    do {
      return try TextFile.read(path)
    } catch {
      throw SettingError(
        "cannot read the configuration file \(path): \(FileFault.reading(path, error))")
    }
  }

  /// What was written on the command line, by setting.
  private var flags: [String: String] {
    let written: [(Setting, String?)] = [
      (.grpcListen, grpcListen), (.adminListen, adminListen),
      (.adminTokenFile, adminTokenFile), (.prometheus, prometheus), (.kubernetes, kubernetes),
      (.kubeconfig, kubeconfig), (.kubeContext, kubeContext),
      (.tlsCertificate, tlsCert), (.tlsKey, tlsKey), (.tlsClientCA, tlsClientCa),
      (.tlsClientNames, tlsClientNames),
      (.drainGrace, drainGrace), (.maximumScaledObjects, maxScaledObjects),
      (.maximumConnections, maxConnections), (.maximumStreams, maxStreams),
      (.maximumMessageBytes, maxMessageBytes),
      (.forgetAfter, forgetAfter), (.logLevel, logLevel), (.logFormat, logFormat),
      (.logLinesPerSecond, logLinesPerSecond),
    ]
    return written.reduce(into: [:]) { flags, one in flags[one.0.name] = one.1 }
  }
}

extension Setting {
  /// The help line with the default behind it.
  var helpWithDefault: String {
    fallback.map { "\(help) (default: \($0))" } ?? help
  }
}
