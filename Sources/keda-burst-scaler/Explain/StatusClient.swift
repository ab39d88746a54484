import CurlClient
import Foundation
import TriggerConfiguration

/// Asks a running server's admin port (docs/api.md).
struct StatusClient: Sendable {
  private let client: HTTPClient
  private let server: String
  private let token: String?

  /// A client of the admin port at `server`.
  /// - Throws: where `server` is no address or the token no header's value.
  init(server: String, token: String?) throws(ExplainFailure) {
    do {
      client = try HTTPClient()
    } catch {
      throw .unasked("\(error)")
    }
    self.server = String(server.reversed().drop { $0 == "/" }.reversed())
    self.token = token
    _ = try request("")
  }

  /// Ends what is in flight.
  func close() async { await client.shutdown() }

  /// What the server says of a ScaledObject.
  func explanation(of wanted: ScaledObjectName) async throws(ExplainFailure) -> Explanation {
    let answer = try await ask("/api/v1/scaledobjects/\(wanted.namespace)/\(wanted.name)")
    switch answer.status {
    case 200: return Explanation(wanted, answer: answer.body, server: server)
    case 404: throw .unknown(try await unknownWords(wanted))
    default: throw refused(answer)
    }
  }

  /// No such ScaledObject: the nearest that there is, and what there is.
  private func unknownWords(_ wanted: ScaledObjectName) async throws(ExplainFailure) -> String {
    let answer = try await ask("/api/v1/scaledobjects")
    guard answer.status == 200 else { throw refused(answer) }
    let known: [String]
    do {
      let list = try JSONDecoder().decode(KnownScaledObjects.self, from: Data(answer.body))
      known = Set(list.scaledObjects.map { "\($0.namespace)/\($0.name)" }).sorted()
    } catch {
      throw foreign()
    }
    var words = "\(server) decides for no ScaledObject \(wanted)"
    if let near = Self.nearest(to: wanted, among: known) { words += "; did you mean \(near)?" }
    if known.isEmpty {
      words += "; it knows none: KEDA has not asked this replica yet"
    } else {
      words += "\nKnown there: \(known.prefix(8).joined(separator: ", "))"
      if known.count > 8 { words += " and \(known.count - 8) more" }
    }
    return words + "\nKEDA has to mention it first: kubectl describe scaledobject -n "
      + "\(wanted.namespace) \(wanted.name) shows whether it does, and another replica of the "
      + "scaler may be the one that is asked."
  }

  /// The same name in another namespace, else the nearest spelling.
  static func nearest(to wanted: ScaledObjectName, among known: [String]) -> String? {
    known.first { $0.hasSuffix("/\(wanted.name)") }
      ?? nearestName(to: wanted.description, among: known)
  }

  private func ask(_ path: String) async throws(ExplainFailure) -> HTTPResponse {
    do {
      return try await client.answer(to: try request(path))
    } catch let failure as ExplainFailure {
      throw failure
    } catch {
      throw .unasked(
        "\(error)\n--server names the admin port of a running server; in a cluster: "
          + "kubectl port-forward -n keda deployment/keda-burst-scaler 8080")
    }
  }

  private func request(_ path: String) throws(ExplainFailure) -> HTTPRequest {
    var request: HTTPRequest
    do {
      request = HTTPRequest(try HTTPURL(server + path), peers: .any)
    } catch {
      throw .usage("--server is \(error)")
    }
    if let token {
      guard !token.isEmpty, let header = HTTPHeader("Authorization", "Bearer \(token)") else {
        throw .usage("--token-file holds no usable token; write it as one line")
      }
      request.headers = [header]
    }
    request.timeout = .seconds(10)
    request.connectTimeout = .seconds(5)
    return request
  }

  private func refused(_ answer: HTTPResponse) -> ExplainFailure {
    guard answer.status == 401 else { return foreign(status: answer.status) }
    return .unasked(
      token == nil
        ? "\(server) wants a token; give --token-file FILE with what --admin-token-file holds there"
        : "\(server) refuses the token in --token-file; give what --admin-token-file holds there")
  }

  private func foreign(status: Int = 200) -> ExplainFailure {
    .unasked(
      "\(server) answers with status \(status), but not as the admin port of keda-burst-scaler; "
        + "--server is its --admin-listen, by default port 8080")
  }
}

/// The list of ScaledObjects, as far as their names are wanted.
private struct KnownScaledObjects: Decodable {
  struct Name: Decodable {
    var namespace: String
    var name: String
  }

  var scaledObjects: [Name]
}
