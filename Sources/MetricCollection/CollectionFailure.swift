internal import CurlClient
internal import PrometheusFormat

/// Why a query has no new answer.
package struct CollectionFailure: Error, Sendable, Equatable {
  /// To count by.
  package enum Kind: String, Sendable, CaseIterable {
    /// No connection: name, network, TLS, nobody there, or broken off.
    case unreachable
    /// The name leads to an address that may not be asked.
    case forbidden
    /// No whole answer in time.
    case timeout
    /// The server asks to be left alone: 429, 502, 503, 504.
    case throttled
    /// Another status that is not 200, without Prometheus' own words.
    case httpStatus
    /// The server refused the query in Prometheus' own words.
    case refusedQuery
    /// The answer is not the query API's, or not numbers at an instant.
    case unusableAnswer
    /// The answer is longer than allowed.
    case tooLarge
    /// A limit of our own, or the end of the program.
    case notAsked
  }

  /// To count by.
  package let kind: Kind
  /// A sentence for people: what happened and what to do; at most 80 characters of the server's
  /// words.
  package let reason: String
  /// How long the server asked to be left alone, if it said so.
  let retryAfterSeconds: Int?
  /// The limit that was reached, where it was one.
  let limit: SourceLimit?

  init(
    _ kind: Kind, _ reason: String, retryAfterSeconds: Int? = nil, limit: SourceLimit? = nil
  ) {
    self.kind = kind
    self.reason = reason
    self.retryAfterSeconds = retryAfterSeconds
    self.limit = limit
  }

  /// Whether it speaks of the server rather than of this query.
  var concernsServer: Bool {
    switch kind {
    case .unreachable, .forbidden, .timeout, .throttled: true
    case .httpStatus, .refusedQuery, .unusableAnswer, .tooLarge, .notAsked: false
    }
  }
}

extension CollectionFailure {
  /// A profile's limit of requests leaves no room; `lane` names the profile.
  static func overLimit(_ lane: String) -> CollectionFailure {
    CollectionFailure(
      .notAsked, "\(lane) has reached its limit of requests a second; it will be asked in turn")
  }

  init(_ failure: HTTPFailure) {
    let kind: Kind =
      switch failure.kind {
      case .timeout: .timeout
      case .bodyTooLarge: .tooLarge
      case .queueFull, .cancelled, .shutDown: .notAsked
      case .redirect: .httpStatus
      case .forbidden: .forbidden
      case .unresolved, .refused, .connectTimeout, .tls, .broken, .other: .unreachable
      }
    let hint =
      kind == .timeout ? "; a longer \"timeout\" in the trigger metadata waits for it" : ""
    self.init(
      kind, failure.description + hint, limit: failure.kind == .bodyTooLarge ? .answerBytes : nil)
  }

  /// What a status other than 200 means.
  init(_ response: HTTPResponse) {
    let status = response.status
    let words: String?
    do throws(QueryAnswerError) {
      _ = try QueryAnswer(parsing: response.body, sampleLimit: 0)
      words = nil
    } catch {
      if case .refused(let type, let message) = error {
        words = "\(type.prefix(32)): \(message.prefix(80))"
      } else {
        words = nil
      }
    }
    let advice =
      words
      ?? {
        switch status {
        case 300..<400: "the server redirects; give the final address"
        case 401, 403: "the server wants other credentials; check the profile"
        case 404: "no query API there; is it the base address of a Prometheus?"
        case 429: "the server has too many requests"
        default: "the server gave no reason"
        }
      }()
    let isThrottling = [429, 502, 503, 504].contains(status)
    self.init(
      isThrottling ? .throttled : words == nil ? .httpStatus : .refusedQuery,
      "HTTP \(status), \(advice)", retryAfterSeconds: response.retryAfterSeconds)
  }
}

/// What one attempt at a query gave.
typealias CollectionOutcome = Result<QueryAnswer, CollectionFailure>

/// Judges what the HTTP client brought: numbers at an instant, or the reason why not.
func judge(_ result: HTTPResult) -> CollectionOutcome {
  switch result {
  case .failure(let failure): return .failure(CollectionFailure(failure))
  case .success(let response):
    guard response.status == 200 else { return .failure(CollectionFailure(response)) }
    return judge(body: response)
  }
}

private func judge(body response: HTTPResponse) -> CollectionOutcome {
  let answer: QueryAnswer
  do throws(QueryAnswerError) {
    answer = try QueryAnswer(parsing: response.body)
  } catch {
    if case .refused = error {
      return .failure(CollectionFailure(.refusedQuery, error.description))
    }
    if case .tooManySamples = error {
      return .failure(CollectionFailure(.tooLarge, error.description, limit: .series))
    }
    let isPage = response.contentType?.lowercased().hasPrefix("text/html") == true
    let hint = isPage ? " (it is a web page: a login, or not a Prometheus?)" : ""
    return .failure(CollectionFailure(.unusableAnswer, error.description + hint))
  }
  switch answer.result {
  case .scalar, .vector: return .success(answer)
  case .matrix:
    return .failure(
      CollectionFailure(
        .unusableAnswer,
        "the query gives a range of values per series; wrap it, for example in avg_over_time(…)"))
  case .string:
    return .failure(
      CollectionFailure(.unusableAnswer, "the query gives a text; write one that gives numbers"))
  }
}
