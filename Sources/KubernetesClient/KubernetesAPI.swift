package import CurlClient
internal import FoundationEssentials
package import KubernetesFormat

/// Asks one API server, with bounds on every request.
package final class KubernetesAPI: Sendable {
  /// Where it is, and who we are there.
  package let access: ClusterAccess
  private let client: HTTPClient

  /// The longest time of one request that is no watch.
  package static let timeout = Duration.seconds(10)
  /// Objects of one part of a list.
  package static let pageSize = 500
  /// A part of a list is at most so long.
  private static let bodyLimitBytes = 64 << 20

  /// An API server that `client` asks. Watches keep one of its connections each.
  package init(access: ClusterAccess, client: HTTPClient) {
    self.access = access
    self.client = client
  }

  /// One object, or its subresource.
  package func get<Object: APIObject>(
    _ resource: APIResource, _ key: ObjectKey, subresource: String? = nil
  ) async throws(KubernetesFailure) -> Object {
    let call = Call(verb: "get", resource: resource, key: key, subresource: subresource)
    return try decode(try await send(call, method: .get), call)
  }

  /// One part of all objects of a resource, of one namespace or all; `next` is the list before's
  /// `continue`.
  package func list<Object: APIObject>(
    _ resource: APIResource, namespace: String? = nil, next: String? = nil
  ) async throws(KubernetesFailure) -> ObjectList<Object> {
    var call = Call(verb: "list", resource: resource, namespace: namespace)
    call.query = "limit=\(Self.pageSize)"
    if let next { call.query += "&continue=\(next.asQueryValue)" }
    return try decode(try await send(call, method: .get), call)
  }

  /// Makes an object.
  package func create<Object: APIObject>(
    _ object: Object, _ resource: APIResource
  ) async throws(KubernetesFailure) -> Object {
    let call = Call(verb: "create", resource: resource, namespace: object.metadata.namespace)
    let answer = try await send(call, method: .post, body: try encode(object, call))
    return try decode(answer, call)
  }

  /// Puts an object in the place of the one with its resourceVersion.
  package func replace<Object: APIObject>(
    _ object: Object, _ resource: APIResource
  ) async throws(KubernetesFailure) -> Object {
    let call = Call(verb: "update", resource: resource, key: object.metadata.key)
    let answer = try await send(call, method: .put, body: try encode(object, call))
    return try decode(answer, call)
  }

  /// Changes fields of an object or its subresource: a JSON merge patch (RFC 7386). With
  /// `metadata.resourceVersion` in it the object must not have changed since.
  package func patch<Object: APIObject>(
    _ resource: APIResource, _ key: ObjectKey, subresource: String? = nil, _ patch: some Encodable
  ) async throws(KubernetesFailure) -> Object {
    var call = Call(verb: "patch", resource: resource, key: key, subresource: subresource)
    call.query = "fieldManager=keda-burst-scaler"
    let answer = try await send(
      call, method: .patch, body: try encode(patch, call),
      contentType: "application/merge-patch+json")
    return try decode(answer, call)
  }

  /// Follows all changes of a resource after `resourceVersion`; returns when the server ends the
  /// watch in good order, which it does at the latest after `timeout`.
  ///
  /// - Parameter pieces: takes what comes, on the HTTP client's thread; answers false to stop.
  package func watch(
    _ resource: APIResource, from resourceVersion: String, timeout: Duration,
    pieces: @escaping @Sendable ([UInt8]) -> Bool
  ) async throws(KubernetesFailure) {
    var call = Call(verb: "watch", resource: resource)
    let seconds = max(1, timeout.components.seconds)
    call.query =
      "watch=true&allowWatchBookmarks=true&timeoutSeconds=\(seconds)"
      + "&resourceVersion=\(resourceVersion.asQueryValue)"
    var request = try request(call, method: .get)
    request.pieces = pieces
    // The server ends it; this is for one that forgets to.
    request.timeout = timeout + .seconds(30)
    request.lane = "watch " + access.server.origin
    request.laneLimit = 32
    _ = try await answer(request, call)
  }

  /// What is asked, for the path and for errors.
  struct Call {
    /// RBAC's word for it.
    var verb: String
    /// Of what.
    var resource: APIResource
    /// Where; nil in the whole cluster.
    var namespace: String?
    /// Which; nil is all of them.
    var name: String?
    /// Which part of it.
    var subresource: String?
    /// Behind the path.
    var query = ""

    /// A call on a collection.
    init(verb: String, resource: APIResource, namespace: String? = nil) {
      (self.verb, self.resource, self.namespace) = (verb, resource, namespace)
    }

    /// A call on an object.
    init(verb: String, resource: APIResource, key: ObjectKey, subresource: String? = nil) {
      self.init(
        verb: verb, resource: resource, namespace: key.namespace.isEmpty ? nil : key.namespace)
      (name, self.subresource) = (key.name, subresource)
    }

    /// `deployments/scale`.
    var resourceName: String { resource.plural + (subresource.map { "/" + $0 } ?? "") }

    /// `patch deployments/scale "inference/llm"`.
    var action: String {
      let object = [namespace, name].compactMap { $0 }.joined(separator: "/")
      return "\(verb) \(resourceName)" + (object.isEmpty ? "" : " \"\(object.clipped)\"")
    }

    /// Why it was not done.
    func failure(_ kind: KubernetesFailure.Kind, _ detail: String) -> KubernetesFailure {
      var failure = KubernetesFailure(
        kind: kind, action: action, detail: String(detail.prefix(200)))
      if kind == .forbidden {
        failure.missingRule = PolicyRule(
          group: resource.group, resource: resourceName, verb: verb, namespace: namespace)
      }
      return failure
    }
  }

  private func request(
    _ call: Call, method: HTTPRequest.Method, body: [UInt8] = [],
    contentType: String = "application/json"
  ) throws(KubernetesFailure) -> HTTPRequest {
    let path = call.resource.path(
      namespace: call.namespace, name: call.name, subresource: call.subresource)
    let base = access.server.absoluteString
    let address =
      (base.hasSuffix("/") ? String(base.dropLast()) : base) + path
      + (call.query.isEmpty ? "" : "?" + call.query)
    guard let url = try? HTTPURL(address) else {
      throw call.failure(.unreadable, "the path \(path.clipped) is no address")
    }
    // The operator has named the server, and it may be on this machine.
    var request = HTTPRequest(url, peers: .any)
    request.method = method
    request.body = body
    request.timeout = Self.timeout
    request.connectTimeout = .seconds(3)
    request.bodyLimitBytes = Self.bodyLimitBytes
    request.tls = access.tls
    let headers = [
      ("Accept", "application/json"), ("Content-Type", body.isEmpty ? nil : contentType),
      ("Authorization", access.credential.token().map { "Bearer " + $0 }),
    ]
    request.headers = headers.compactMap { name, value in
      value.flatMap { HTTPHeader(name, $0) }
    }
    return request
  }

  private func send(
    _ call: Call, method: HTTPRequest.Method, body: [UInt8] = [],
    contentType: String = "application/json"
  ) async throws(KubernetesFailure) -> [UInt8] {
    do throws(KubernetesFailure) {
      return try await answer(
        try request(call, method: method, body: body, contentType: contentType), call)
    } catch {
      guard error.kind == .unauthenticated, case .tokenFile = access.credential else { throw error }
      // The token may have been renewed since it was read.
      access.credential.forget()
      return try await answer(
        try request(call, method: method, body: body, contentType: contentType), call)
    }
  }

  private func answer(
    _ request: HTTPRequest, _ call: Call
  ) async throws(KubernetesFailure) -> [UInt8] {
    let response: HTTPResponse
    do {
      response = try await client.answer(to: request)
    } catch {
      throw call.failure(.unreachable(error.kind), error.description)
    }
    guard !(200..<300).contains(response.status) else { return response.body }
    let status = try? JSONDecoder().decode(APIStatus.self, from: Data(response.body))
    let words = status?.message ?? status?.reason ?? "status \(response.status)"
    throw call.failure(
      Self.kind(response.status, retryAfterSeconds: response.retryAfterSeconds), words)
  }

  /// What a status means.
  static func kind(_ status: Int, retryAfterSeconds: Int?) -> KubernetesFailure.Kind {
    switch status {
    case 401: .unauthenticated
    case 403: .forbidden
    case 404: .notFound
    case 409: .conflict
    case 410: .expired
    case 429, 503, 504: .busy(retryAfterSeconds: retryAfterSeconds)
    default: .refused(status: status)
    }
  }

  private func encode(
    _ value: some Encodable, _ call: Call
  ) throws(KubernetesFailure) -> [UInt8] {
    do {
      return Array(try JSONEncoder().encode(value))
    } catch {
      throw call.failure(.unreadable, "\(error)")
    }
  }

  private func decode<Value: Decodable>(
    _ bytes: [UInt8], _ call: Call
  ) throws(KubernetesFailure) -> Value {
    do {
      return try JSONDecoder().decode(Value.self, from: Data(bytes))
    } catch {
      throw call.failure(.unreadable, error.place)
    }
  }
}

extension Error {
  /// Where decoding failed, without what stands there.
  var place: String {
    guard let error = self as? DecodingError else { return "no JSON" }
    func path(_ context: DecodingError.Context) -> String {
      context.codingPath.map(\.stringValue).joined(separator: ".")
    }
    switch error {
    case .typeMismatch(_, let context): return "\"\(path(context))\" is of another type"
    case .valueNotFound(_, let context): return "\"\(path(context))\" is null"
    case .keyNotFound(let key, let context):
      return "\"\(path(context))\" has no \"\(key.stringValue)\""
    case .dataCorrupted(let context): return "\"\(path(context))\": \(context.debugDescription)"
    @unknown default: return "it cannot be read"
    }
  }
}
