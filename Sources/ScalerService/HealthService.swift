package import GRPCBinding
internal import ScalerMessages
import Synchronization

/// The standard health service: `Check` and `Watch` of `grpc.health.v1.Health`
/// (grpc/doc/health-checking.md), for the server as a whole (the empty name) and its services.
package final class HealthService: Sendable {
  private struct State {
    var statuses: [String: ServingStatus]
    var watchers: [String: [Int: LatestValueStream]] = [:]
    var lastWatcher = 0
  }

  private let state: Mutex<State>

  /// All services start as not serving.
  /// - Parameter services: full names, beside the empty one.
  package init(services: [String] = ["externalscaler.ExternalScaler"]) {
    let names = [""] + services
    state = Mutex(
      State(statuses: Dictionary(names.map { ($0, .notServing) }, uniquingKeysWith: { $1 })))
  }

  /// Says for every service whether it wants calls; who watches learns of a change.
  package func setServing(_ serving: Bool) {
    let status: ServingStatus = serving ? .serving : .notServing
    let watchers = state.withLock { state in
      state.statuses = state.statuses.mapValues { _ in status }
      return state.watchers.filter { state.statuses[$0.key] != nil }
    }
    for (service, streams) in watchers {
      for stream in streams.values { deliver(service, to: stream) }
    }
  }

  /// What the server registers.
  package var methods: [GRPCMethod] {
    [
      .unary("/grpc.health.v1.Health/Check") { [self] request, _ in check(request) },
      .latestValue("/grpc.health.v1.Health/Watch") { [self] request, stream in
        watch(request, stream)
      },
    ]
  }

  private func check(_ request: RawSpan) -> UnaryAnswer {
    do {
      let service = try decodeHealthCheck(request)
      let status = state.withLock { $0.statuses[service] }
      guard let status else {
        return .status(
          GRPCStatus(.notFound, "this server has no service \"\(service.prefix(80))\""))
      }
      return .reply(encodeHealth(status))
    } catch {
      return .status(GRPCStatus(.internalError, error.description))
    }
  }

  private func watch(_ request: RawSpan, _ stream: LatestValueStream) -> StreamAnswer {
    do {
      let service = try decodeHealthCheck(request)
      let id = state.withLock { state in
        state.lastWatcher += 1
        state.watchers[service, default: [:]][state.lastWatcher] = stream
        return state.lastWatcher
      }
      deliver(service, to: stream)
      return .open { [self] in forget(id, service) }
    } catch {
      return .status(GRPCStatus(.internalError, error.description))
    }
  }

  private func forget(_ id: Int, _ service: String) {
    state.withLock { state in
      state.watchers[service]?[id] = nil
      if state.watchers[service]?.isEmpty == true { state.watchers[service] = nil }
    }
  }

  /// Sends the status until what was sent is what holds: another thread may change it meanwhile.
  private func deliver(_ service: String, to stream: LatestValueStream) {
    var sent: ServingStatus?
    while case let status = state.withLock({ $0.statuses[service] }) ?? .serviceUnknown,
      status != sent
    {
      stream.send(encodeHealth(status))
      sent = status
    }
  }
}
