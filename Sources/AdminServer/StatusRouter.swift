internal import FlyingFox
internal import Foundation
internal import Synchronization

/// Answers every request of the admin port.
struct StatusRouter: HTTPHandler {
  let configuration: StatusServerConfiguration
  let source: StatusSource
  let book: StatusBook
  let counters: RequestCounters
  let feed: EventFeed

  func handleRequest(_ request: HTTPRequest) async throws -> HTTPResponse {
    let start = ContinuousClock.now
    var response = answer(request)
    response.headers[HTTPHeader("X-Content-Type-Options")] = "nosniff"
    if response.headers[.cacheControl] == nil { response.headers[.cacheControl] = "no-store" }
    if request.method == .HEAD { response = response.withoutBody }
    counters.answered(status: response.statusCode.code, after: .now - start)
    return response
  }

  private func answer(_ request: HTTPRequest) -> HTTPResponse {
    guard request.method == .GET || request.method == .HEAD else {
      var response = HTTPResponse.problem(
        .methodNotAllowed, "this port is read-only", hint: "use GET or HEAD")
      response.headers[HTTPHeader("Allow")] = "GET, HEAD"
      return response
    }
    switch request.path {
    case "/healthz": return .text(.ok, "ok\n")
    case "/readyz": return readiness
    default: break
    }
    if let token = configuration.token, !token.admits(request.headers[.authorization]) {
      var response = HTTPResponse.problem(
        .unauthorized, "a token is needed",
        hint: "send \"Authorization: Bearer TOKEN\", or the token as the password of HTTP basic "
          + "authentication with any user name")
      response.headers[HTTPHeader("WWW-Authenticate")] =
        #"Bearer realm="keda-burst-scaler", Basic realm="keda-burst-scaler", charset="UTF-8""#
      return response
    }
    switch request.path {
    case "/": return page
    case "/metrics": return metrics(accept: request.headers[HTTPHeader("Accept")])
    case "/api/v1/scaledobjects": return .json(list.whole)
    case "/api/v1/events": return events(isHead: request.method == .HEAD)
    default: return detail(path: request.path)
    }
  }

  private var readiness: HTTPResponse {
    let readiness = source.readiness()
    return .text(
      readiness == .ready ? .ok : .serviceUnavailable, "\(readiness.rawValue)\n")
  }

  private var page: HTTPResponse {
    let nonce = StatusPage.nonce()
    var response = HTTPResponse(statusCode: .ok, body: StatusPage.html(nonce: nonce))
    response.headers[.contentType] = "text/html; charset=utf-8"
    response.headers[HTTPHeader("Content-Security-Policy")] =
      "default-src 'none'; script-src 'nonce-\(nonce)'; style-src 'nonce-\(nonce)'; "
      + "connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; "
      + "frame-ancestors 'none'"
    response.headers[HTTPHeader("Referrer-Policy")] = "no-referrer"
    return response
  }

  private func metrics(accept: String?) -> HTTPResponse {
    let format = MetricsWriter.Format(accept: accept)
    let page = MetricsPage(
      entries: book.entries(of: source.triggers()), book: book, counters: source.counters(),
      readiness: source.readiness(), requests: counters.counts, version: configuration.version,
      limit: configuration.limits.triggersWithSeries, now: .now)
    var response = HTTPResponse(statusCode: .ok, body: Data(page.text(format)))
    response.headers[.contentType] = format.contentType
    return response
  }

  /// Everything as it is now.
  var list: StatusList {
    let now = ContinuousClock.now
    let entries = book.entries(of: source.triggers())
    return StatusList(
      head: head,
      summaries: entries.map { ($0.key, StatusJSON.summary($0, now: now)) })
  }

  private var head: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.field("version", configuration.version)
      json.field("readiness", source.readiness().rawValue)
      json.field("at", Date.now.timeIntervalSince1970)
    }
    return json.bytes
  }

  private func events(isHead: Bool) -> HTTPResponse {
    let lease = EventLease(counters: counters, limit: configuration.limits.eventClients) {
      [source] in source.readiness() == .draining
    }
    guard let lease else {
      return .problem(
        .serviceUnavailable, "\(configuration.limits.eventClients) clients are following already",
        hint: "ask /api/v1/scaledobjects every few seconds instead")
    }
    var response =
      isHead
      ? HTTPResponse(statusCode: .ok)
      : HTTPResponse(
        statusCode: .ok, body: HTTPBodySequence(from: EventStream(feed: feed, lease: lease)))
    response.headers[.contentType] = "text/event-stream"
    return response
  }

  private func detail(path: String) -> HTTPResponse {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 6, path.hasPrefix("/api/v1/scaledobjects/") else { return .unknownPath }
    let now = ContinuousClock.now
    let wall = Date.now.timeIntervalSince1970
    let entries = book.entries(of: source.triggers())
      .filter { $0.trigger.namespace == parts[4] && $0.trigger.name == parts[5] }
    guard !entries.isEmpty else {
      return .problem(
        .notFound, "no such ScaledObject is being decided for",
        hint: "KEDA has to mention it first (kubectl describe scaledobject shows whether it does), "
          + "and another replica of the scaler may be the one that is asked; "
          + "/api/v1/scaledobjects lists those known here")
    }
    var json = JSONWriter()
    json.object { json in
      json.key("server")
      json.value(json: head)
      json.key("scaledObjects")
      json.array(entries) { json, entry in
        json.value(
          json: StatusJSON.detail(
            entry, history: book.history(of: entry.trigger), now: now, wallSeconds: wall))
      }
    }
    return .json(json.bytes)
  }
}

extension StatusBook.Entry {
  /// `namespace/name/number`.
  fileprivate var key: String { "\(trigger.namespace)/\(trigger.name)/\(number)" }
}

extension StatusList {
  /// The list as one JSON object.
  fileprivate var whole: [UInt8] {
    var json = JSONWriter()
    json.object { json in
      json.key("server")
      json.value(json: head)
      json.key("scaledObjects")
      json.array(summaries) { $0.value(json: $1.json) }
    }
    return json.bytes
  }
}

extension HTTPResponse {
  fileprivate static func text(_ status: HTTPStatusCode, _ text: String) -> HTTPResponse {
    HTTPResponse(
      statusCode: status, headers: [.contentType: "text/plain; charset=utf-8"],
      body: Data(text.utf8))
  }

  fileprivate static func json(
    _ bytes: [UInt8], status: HTTPStatusCode = .ok
  ) -> HTTPResponse {
    HTTPResponse(
      statusCode: status, headers: [.contentType: "application/json"], body: Data(bytes))
  }

  /// A refusal as `{"error":…,"hint":…}`.
  static func problem(
    _ status: HTTPStatusCode, _ error: String, hint: String
  ) -> HTTPResponse {
    var json = JSONWriter()
    json.object {
      $0.field("error", error)
      $0.field("hint", hint)
    }
    return .json(json.bytes + [0x0A], status: status)
  }

  fileprivate static var unknownPath: HTTPResponse {
    .problem(
      .notFound, "nothing is served at this path",
      hint: "try /, /metrics, /healthz, /readyz, /api/v1/scaledobjects, "
        + "/api/v1/scaledobjects/NAMESPACE/NAME or /api/v1/events")
  }

  /// The answer to HEAD: the same headers, the length among them.
  fileprivate var withoutBody: HTTPResponse {
    var head = HTTPResponse(version: version, statusCode: statusCode, headers: headers)
    if case .httpBody(let body) = payload, let count = body.count {
      head.headers[.contentLength] = "\(count)"
    }
    return head
  }
}
