import ClusterState
import DecisionLoop
import Foundation
import GRPCBinding
import Logging
import MetricCollection
import ScalerService
import UnixSignals

/// The running scaler: everything `serve` starts, in order, and ends in the reverse order.
struct Server {
  let settings: ServerSettings
  let isDemo: Bool
  /// The configuration file, and what it said at the start.
  var file: ConfigurationFile?
  var text: String?

  /// Serves until SIGTERM or SIGINT, drains, and returns.
  /// - Throws: `ServerFailure` where something could not be started.
  func run() async throws {
    CoreDumps.forbid()
    let signals = await UnixSignalsSequence(trapping: .sigterm, .sigint, .sighup)
    let (format, level) = (settings.logFormat, settings.logLevel)
    LoggingSystem.bootstrap { _ in LineLogHandler(format: format, level: level) }
    let logger = Logger(label: "keda-burst-scaler")
    ServerSettings.routeCoreLog(to: logger)
    try await withThrowingTaskGroup { group in
      var settings = settings
      var demo: Demo?
      if isDemo {
        let prometheus = try DemoPrometheus()
        group.addTask { try await prometheus.run() }
        settings.prometheus = try await prometheus.address()
        demo = Demo(prometheus: prometheus)
      }
      let parts = try ServingParts(settings: settings, logger: logger)
      group.addTask { await parts.collector.run() }
      group.addTask { await parts.scraper.run() }
      group.addTask { await parts.runner.run() }
      group.addTask { await parts.scaler.run() }
      if let cluster = parts.cluster {
        group.addTask { await cluster.run(for: { parts.runner.triggers }) }
      }
      if let demo {
        group.addTask { try await demo.run(scaledBy: parts.scaler) }
      }
      let status = try await parts.listenForStatus(in: &group)
      let reload = try reload(of: parts, logger: logger)
      if let reload {
        group.addTask { await reload.run() }
      }
      let ready = settings
      await withTaskGroup { starting in
        starting.addTask { await serve(parts, ready, status: status, logger: logger) }
        await Self.untilEnd(signals, reload, logger: logger)
        starting.cancelAll()
      }
      logger.notice("draining", metadata: ["grace": "\(settings.drainGrace)"])
      await parts.drain(grace: settings.drainGrace)
      group.cancelAll()
    }
    logger.notice("stopped")
  }

  /// Asks for KEDA's calls once the cluster is known; never, where the end comes first.
  private func serve(
    _ parts: ServingParts, _ settings: ServerSettings, status: ListenAddress?, logger: Logger
  ) async {
    await parts.untilClusterIsTold()
    guard !Task.isCancelled else { return }
    parts.setServing(true)
    let listening = settings.grpcListen.withPort(parts.server.boundPort)
    logger.notice(
      "serving",
      metadata: [
        "address": "\(listening)", "version": "\(Version.current)",
        "tls": "\(settings.tls != nil)",
      ])
    if isDemo {
      FileHandle.standardOutput.write(Data(DemoGuide(grpc: listening, status: status).text.utf8))
    }
  }

  private func reload(of parts: ServingParts, logger: Logger) throws -> ConfigurationReload? {
    guard let file, let text, !isDemo, TextFile.isRereadable(file.path) else { return nil }
    return try ConfigurationReload(file, text: text, logger: logger) { [scaler = parts.scaler] in
      scaler.replaceSources($0)
    }
  }

  private static func untilEnd(
    _ signals: UnixSignalsSequence, _ reload: ConfigurationReload?, logger: Logger
  ) async {
    for await signal in signals {
      guard signal == .sighup else { return }
      guard let reload else {
        logger.notice("no configuration file to reload; other files are read when they change")
        continue
      }
      reload.look(isAsked: true)
    }
  }
}

/// What could not be started, and what to do.
struct ServerFailure: Error, CustomStringConvertible {
  let description: String
}
