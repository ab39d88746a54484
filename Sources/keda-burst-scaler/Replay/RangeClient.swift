import CurlClient
import MetricCollection
import PrometheusFormat
import TriggerConfiguration

/// Asks a Prometheus' `query_range` for one stretch at a time.
struct RangeClient: Sendable {
  private let client: HTTPClient
  private let url: HTTPURL
  private let headers: [HTTPHeader]

  /// The most values of one series that Prometheus gives in one answer (`web/api/v1/api.go`).
  static let pointLimit = 11_000
  /// The most values of all series together that are taken in one answer.
  private static let sampleLimit = 3_000_000
  private static let bodyLimitBytes = 128 << 20

  /// A client of `range`'s server.
  init(_ range: RecordedRange) throws(ReplayError) {
    do {
      var limits = HTTPClientLimits()
      // Somebody else's Prometheus: never more than two of its cores.
      limits.inFlightPerOrigin = 2
      client = try HTTPClient(limits: limits)
    } catch {
      throw .world("\(error)")
    }
    do {
      url = try HTTPURL("\(range.server)/api/v1/query_range")
    } catch {
      throw .option("--prometheus is \(error)")
    }
    headers = range.headers
  }

  /// Ends what is in flight.
  func close() async { await client.shutdown() }

  /// Why a stretch was not had.
  enum Failure: Error {
    /// Too much for one answer: ask for a shorter stretch.
    case tooLarge
    /// Anything else, in words.
    case other(String)
  }

  /// The values of `expression` at `start`, `start + step` … up to `count` of them: one list of
  /// samples per instant, empty where no series has a value.
  func values(
    of expression: String, start: Int, step: Int, count: Int
  ) async throws(Failure) -> [[Sample]] {
    var request = HTTPRequest(url, peers: .any)
    request.method = .post
    request.headers = headers
    request.body = Array(
      ("query=\(QueryTarget.encode(expression))&start=\(start)&end=\(start + step * (count - 1))"
        + "&step=\(step)").utf8)
    request.timeout = .seconds(120)
    request.connectTimeout = .seconds(10)
    request.bodyLimitBytes = Self.bodyLimitBytes
    let response: HTTPResponse
    do {
      response = try await client.answer(to: request)
    } catch {
      throw error.kind == .bodyTooLarge ? .tooLarge : .other("\(error)")
    }
    let series = try Self.series(response)
    let history = QueryHistory(
      startSeconds: start, stepSeconds: step, count: count, queries: [series])
    return (0..<count).map { history.samples(of: 0, at: $0) }
  }

  private static func series(_ response: HTTPResponse) throws(Failure) -> [Series] {
    do {
      let answer = try QueryAnswer(parsing: response.body, sampleLimit: sampleLimit)
      guard case .matrix(let series) = answer.result else {
        throw Failure.other("the query gives a \(answer.result.typeName), which has no range")
      }
      return series
    } catch let error as QueryAnswerError {
      switch error {
      case .tooManySamples: throw .tooLarge
      case .malformed where response.status != 200:
        throw .other("the server answered with status \(response.status); is this a Prometheus?")
      case .refused(_, let message)
      where message.contains("maximum resolution") || message.contains("too many samples"):
        throw .tooLarge
      case .refused, .malformed: throw .other("\(error)")
      }
    } catch let failure as Failure {
      throw failure
    } catch {
      throw .other("\(error)")
    }
  }
}
