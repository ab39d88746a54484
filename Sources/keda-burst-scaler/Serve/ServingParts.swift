import AdminServer
import ClusterState
import CurlClient
import DecisionLoop
import Foundation
import GRPCBinding
import KubernetesClient
import Logging
import MetricCollection
import ScalerService
import Synchronization

/// The parts that serve, tied together.
struct ServingParts: Sendable {
  let client: HTTPClient
  let collector: Collector
  let scraper: EndpointScraper
  let scaler: ExternalScalerService
  let health: HealthService
  let server: GRPCServer
  let runner: DecisionRunner
  let cluster: Cluster?
  private let settings: ServerSettings
  private let logger: Logger
  private let readiness = ReadinessFlag()
  private let limits: [Limit]

  /// Binds and ties everything together; nothing is collected before `collector.run()`.
  /// - Throws: `ServerFailure`.
  init(settings: ServerSettings, logger: Logger) throws {
    self.settings = settings
    self.logger = logger
    limits = LimitCatalogue(settings).all
    LogOutput.standardError.set(linesPerSecond: settings.logLinesPerSecond)
    do {
      client = try HTTPClient()
      collector = Collector(client: client, logger: logger)
      scraper = EndpointScraper(client: client, logger: logger)
      cluster = try settings.cluster(logger: logger)
      runner = DecisionRunner(
        collector: collector, scraper: scraper,
        sources: try settings.sources.directory(prometheus: settings.prometheus),
        logger: logger,
        wallSeconds: { Date.now.timeIntervalSince1970 }, cluster: cluster?.link)
      scaler = ExternalScalerService(
        runner: runner, limits: settings.tableLimits,
        forgetAfter: settings.forgetAfter,
        logger: logger)
      health = HealthService(services: [ExternalScalerService.name])
      server = try GRPCServer(
        configuration: settings.grpcConfiguration(
          certificates: try settings.certificates(logger: logger)),
        methods: scaler.methods + health.methods + ReflectionService().methods)
    } catch let error as SettingError {
      throw ServerFailure(description: "\(error)")
    } catch let error as GRPCServerError {
      throw ServerFailure(description: "\(error)")
    } catch let error as HTTPClientStartError {
      throw ServerFailure(description: "\(error)")
    }
  }

  /// How often each limit was reached, by its name in `LimitCatalogue`.
  func reachedLimits(_ status: StatusServer?) -> [String: Int] {
    let grpc = server.reachedLimits
    var reached = scaler.reachedLimits
    reached["grpc_connections"] = Int(clamping: grpc.connections)
    reached["file_descriptors"] = Int(clamping: grpc.descriptors)
    reached["grpc_streams"] = Int(clamping: grpc.streams)
    reached["grpc_message_bytes"] = Int(clamping: grpc.messages)
    reached["grpc_parked_calls"] = Int(clamping: grpc.parkedCalls)
    reached["log_lines_per_second"] = LogOutput.standardError.droppedCount
    for counts in [collector.counters.reached, scraper.reachedLimits] {
      for (limit, count) in counts { reached[limit.rawValue, default: 0] += count }
    }
    reached[SourceLimit.inFlight.rawValue, default: 0] += client.delayCount
    reached[SourceLimit.queued.rawValue, default: 0] += client.queueFullCount
    reached[SourceLimit.lookUps.rawValue, default: 0] += client.lookUpsRefusedCount
    for (limit, count) in status?.reachedLimits ?? [:] { reached[limit.rawValue] = count }
    return reached
  }

  /// How long the cluster is waited for.
  private static let clusterPatience = Duration.seconds(15)

  /// Waits until the cluster has told what decisions rest on, or why it cannot. Not for ever: many
  /// triggers can be answered from the sources alone.
  func untilClusterIsTold() async {
    guard let watch = cluster?.watch else { return }
    let end = ContinuousClock.now + Self.clusterPatience
    while !watch.isTold, .now < end, !Task.isCancelled {
      try? await Task.sleep(for: .milliseconds(20))
    }
  }

  /// Says on both ports whether KEDA can be answered.
  func setServing(_ serving: Bool) {
    health.setServing(serving)
    readiness.set(serving ? .ready : .draining)
  }

  /// Ends everything in order: no new calls, streams with OK, running calls finished, connections.
  func drain(grace: Duration) async {
    setServing(false)
    await server.drain(grace: grace)
    await client.shutdown()
  }

  /// Opens the admin port in tasks of `group`; where it is, or nil where it is off.
  /// - Throws: `ServerFailure`.
  func listenForStatus(
    in group: inout ThrowingTaskGroup<Void, any Error>
  ) async throws -> ListenAddress? {
    guard let address = settings.adminListen else {
      watchLimits(of: nil, in: &group)
      return nil
    }
    do {
      let status = StatusServer(
        configuration: StatusServerConfiguration(
          host: address.host, port: address.port,
          token: try settings.adminTokenFile.map { try AccessToken(file: $0) },
          version: Version.current),
        source: StatusSource(
          runner: runner, readiness: { [readiness] in readiness.value }, counters: { counters }),
        logger: logger)
      let bound = address.withPort(try await status.listen(in: &group))
      watchLimits(of: status, in: &group)
      logger.notice("status page", metadata: ["address": "\(bound)"])
      return bound
    } catch let error as StatusServerError {
      throw ServerFailure(description: "\(error)")
    }
  }

  /// Says in the log when a limit is reached, in a task of `group`.
  private func watchLimits(
    of status: StatusServer?, in group: inout ThrowingTaskGroup<Void, any Error>
  ) {
    let watch = LimitWatch(limits: limits, logger: logger) { reachedLimits(status) }
    group.addTask { await watch.run() }
  }

  /// What collection, gRPC and the limits have counted.
  private var counters: ProcessCounters {
    var counters = ProcessCounters(collector.counters, server, cluster?.status)
    counters.grpcConnections = ConnectionGate.open
    let reached = reachedLimits(nil)
    counters.limits = limits.map {
      ProcessCounters.Limit(name: $0.name, value: $0.value, reached: reached[$0.name] ?? 0)
    }
    return counters
  }
}

/// Whether KEDA can be answered, read by the admin port from its own threads.
private final class ReadinessFlag: Sendable {
  private let state = Mutex(Readiness.starting)

  var value: Readiness { state.withLock { $0 } }

  func set(_ value: Readiness) { state.withLock { $0 = value } }
}

extension ProcessCounters {
  /// What collection and gRPC have counted, as plain numbers.
  fileprivate init(
    _ collection: CollectionCounters, _ server: GRPCServer, _ cluster: ClusterStatus?
  ) {
    self.init()
    self.cluster = cluster.map { status in
      Cluster(
        mode: status.mode, isLeader: status.isLeader, replicaWrites: status.writes.written,
        replicaWriteFailures: status.writes.failed, replicaWriteConflicts: status.writes.conflicts,
        lastWriteSeconds: status.writes.lastSeconds, eventsWritten: status.events.written,
        eventsDropped: status.events.dropped, troubles: status.troubles.map(\.description))
    }
    calls = server.callCounts.map { counts in
      let finished = counts.finished.map { ($0.key.description, $0.value) }
      return Calls(
        method: counts.method, started: counts.started,
        finished: Dictionary(finished, uniquingKeysWith: +))
    }
    openStreams = server.openStreams
    parkedCalls = server.parkedCalls
    sourceRequestsStarted = collection.started
    sourceRequestsAnswered = collection.answered
    let failed = collection.failed.map { ($0.key.rawValue, $0.value) }
    sourceRequestsFailed = Dictionary(failed, uniquingKeysWith: +)
    sourceRequestsSkipped = [
      "still_running": collection.skippedStillRunning,
      "server_in_trouble": collection.skippedServerInTrouble, "late": collection.skippedLate,
    ]
    sourceRequestsInFlight = collection.inFlight
    queries = collection.queries
  }
}
