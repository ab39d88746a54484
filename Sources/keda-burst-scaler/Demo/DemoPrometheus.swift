import FlyingFox
import FlyingSocks
import Foundation
import PrometheusFormat
import Synchronization
import TriggerConfiguration

/// A stand-in for Prometheus on loopback: answers the demo's queries from a modelled fleet.
///
/// Only the query API, only the expressions of `DemoQuery`, and no past.
final class DemoPrometheus: Sendable {
  private let server: HTTPServer
  private let fleet: Mutex<DemoFleetState?>

  /// A server on a free port of 127.0.0.1; it listens once `run` is called.
  init() throws {
    let address = try sockaddr_in.inet(ip4: "127.0.0.1", port: 0)
    server = HTTPServer(config: .init(address: address, logger: .disabled))
    fleet = Mutex(nil)
  }

  /// What the queries are answered from, from now on; before the first there is no answer.
  func show(_ state: DemoFleetState) {
    fleet.withLock { $0 = state }
  }

  /// Serves until cancelled.
  func run() async throws {
    await server.appendRoute("GET /api/v1/query") { [self] request in
      respond(to: request.query["query"] ?? "")
    }
    // A fleet that has just been made has no past.
    await server.appendRoute("GET /api/v1/query_range") { _ in
      HTTPResponse(
        statusCode: .ok, headers: Self.json, body: Data(QueryAnswer(.matrix([])).json()))
    }
    do {
      try await server.run()
    } catch is CancellationError {
      // The demo is over.
    }
  }

  /// The base URL, once it listens.
  func address() async throws -> ServerAddress {
    try await server.waitUntilListening()
    let listening = await server.listeningAddress
    guard case .ip4(_, let port)? = listening else {
      throw ServerFailure(description: "the demo's Prometheus has no address")
    }
    return try ServerAddress.reading("http://127.0.0.1:\(port)").get()
  }

  private func respond(to query: String) -> HTTPResponse {
    guard let state = fleet.withLock({ $0 }) else {
      let problem = QueryAnswer.json(
        errorType: "unavailable", error: "the fleet starts in a second")
      return HTTPResponse(
        statusCode: .serviceUnavailable, headers: Self.json, body: Data(problem))
    }
    guard let known = DemoQuery(rawValue: query) else {
      let problem = QueryAnswer.json(
        errorType: "bad_data", error: "the demo knows its own queries only")
      return HTTPResponse(statusCode: .badRequest, headers: Self.json, body: Data(problem))
    }
    let answer = QueryAnswer(.vector(known.samples(state)))
    return HTTPResponse(statusCode: .ok, headers: Self.json, body: Data(answer.json()))
  }

  private static let json: HTTPHeaders = [.contentType: "application/json"]
}

/// The fleet at one second, as its exporters would tell it.
struct DemoFleetState: Sendable {
  var running = 0
  var waiting = 0
  var arrivals = 0
  var readyReplicas = 0
  var gpuUtilizationPercent = 0.0
  var unixSeconds = 0.0
}

/// The queries of the demo's trigger.
enum DemoQuery: String, CaseIterable {
  case gpuUtilization = "DCGM_FI_DEV_GPU_UTIL{pod=~\"llm-.*\"}"
  case waiting = "sum(vllm:num_requests_waiting{namespace=\"demo\"})"
  case running = "sum(vllm:num_requests_running{namespace=\"demo\"})"
  case readyReplicas = "kube_deployment_status_replicas_ready{deployment=\"llm\"}"

  func samples(_ state: DemoFleetState) -> [Sample] {
    switch self {
    case .gpuUtilization:
      (0..<state.readyReplicas).map { index in
        sample(["gpu": "0", "pod": "llm-\(index)"], state.gpuUtilizationPercent, state)
      }
    case .waiting: [sample([:], Double(state.waiting), state)]
    case .running: [sample([:], Double(state.running), state)]
    case .readyReplicas:
      [sample(["deployment": "llm", "namespace": "demo"], Double(state.readyReplicas), state)]
    }
  }

  private func sample(_ labels: Labels, _ value: Double, _ state: DemoFleetState) -> Sample {
    Sample(labels: labels, value: value, timestampSeconds: state.unixSeconds)
  }
}
