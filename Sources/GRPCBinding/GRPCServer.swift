internal import CGRPC

/// A gRPC server on the C core: one completion queue, one thread, calls answered on it.
///
/// Let go without `drain`, it stops at once and cleans up behind itself; nothing waits for that.
package final class GRPCServer: Sendable {
  private let core: ServerCore
  /// Looks for new certificates; ends with the server.
  private let watcher: Task<Void, Never>?

  /// The port it listens on, also where port 0 was asked for.
  package let boundPort: Int

  /// Binds, registers `methods` and serves.
  /// - Throws: `GRPCServerError` when the address cannot be bound, a path is there twice, or the
  ///   TLS settings are refused.
  package init(
    configuration: GRPCServerConfiguration, methods: [GRPCMethod]
  ) throws(GRPCServerError) {
    CoreLibrary.start()
    let queue = grpc_completion_queue_create_for_next(nil)
    let server = withChannelArguments(configuration) { grpc_server_create($0, nil) }
    guard let queue, let server else { throw .methodRefused(path: "") }
    grpc_server_register_completion_queue(server, queue, nil)
    // From here on `core` destroys both, on failure too.
    let core = ServerCore(
      adopting: server, queue: queue, limits: configuration.limits,
      clients: configuration.clients, methods: methods.map(\.path))
    let registered = try Self.register(methods, core: core)
    guard let credentials = ServerCredentials(configuration.security) else {
      throw .securityRefused
    }
    defer { credentials.release() }
    core.certificates = credentials.source
    ConnectionGate.set(limit: configuration.limits.connections)
    ConnectionGate.set(turnBytes: configuration.limits.turnBytes)
    boundPort = try bind(server, address: configuration.address, credentials)
    grpc_server_start(server)
    for method in registered { method.topUp() }
    for _ in 0..<2 { UnknownCall(core: core).post() }
    self.core = core
    do {
      try startServingThread(core)
    } catch {
      // A started server must be shut down before it is destroyed; it has no client yet.
      core.endNow()
      core.serve()
      throw error
    }
    watcher = credentials.source.map { source in Task { await source.files.watch() } }
  }

  deinit {
    watcher?.cancel()
    core.endNow()
  }

  private static func register(
    _ methods: [GRPCMethod], core: ServerCore
  ) throws(GRPCServerError) -> [RegisteredMethod] {
    var registered: [RegisteredMethod] = []
    for (row, method) in methods.enumerated() {
      var payload = GRPC_SRM_PAYLOAD_READ_INITIAL_BYTE_BUFFER
      if case .lockstep = method.kind { payload = GRPC_SRM_PAYLOAD_NONE }
      guard let handle = grpc_server_register_method(core.server, method.path, nil, payload, 0)
      else { throw .methodRefused(path: method.path) }
      registered.append(RegisteredMethod(core: core, method: method, handle: handle, row: row))
    }
    return registered
  }

  /// Calls by method and status since the start.
  package var callCounts: [MethodCallCounts] { core.counters.snapshot() }

  /// Streams open now.
  package var openStreams: Int { core.openStreams }

  /// How often each limit was reached.
  package var reachedLimits: GRPCLimitCounts { core.reachedLimits }

  /// Unary calls waiting for a later answer now.
  package var parkedCalls: Int { core.parkedCalls }

  /// Stops gracefully: no new calls, streams end with `OK`, running calls finish; after `grace`
  /// the rest is cancelled. Returns when everything is over; a second call waits for the same.
  package func drain(grace: Duration) async {
    core.beginDrain()
    let core = core
    await withTaskGroup { group in
      group.addTask {
        do {
          try await Task.sleep(for: grace)
          core.endNow()
        } catch {
          // Everything was over before the grace period was.
        }
      }
      await core.stopped()
      watcher?.cancel()
      group.cancelAll()
    }
  }
}
