internal import CurlClient
package import PrometheusFormat

/// Several queries' values over a stretch of the past, second by second.
package struct QueryHistory: Sendable {
  /// Unix time of the first instant.
  package let startSeconds: Int
  /// Seconds between two instants.
  package let stepSeconds: Int
  /// How many instants there are.
  package let count: Int
  /// Each query's series, in the order asked.
  private let queries: [[Series]]

  /// A history of `count` instants from the answers to range queries, in the order asked.
  package init(startSeconds: Int, stepSeconds: Int, count: Int, queries: [[Series]]) {
    self.startSeconds = startSeconds
    self.stepSeconds = stepSeconds
    self.count = count
    self.queries = queries
  }

  /// The answers of instant `index`, as a collection at that time would have had them.
  package func answers(
    at index: Int, answeredAt: ContinuousClock.Instant
  ) -> [CollectedAnswer] {
    queries.indices.map { query in
      var answer = CollectedAnswer()
      answer.answer = QueryAnswer(.vector(samples(of: query, at: index)))
      answer.answeredAt = answeredAt
      return answer
    }
  }

  /// The samples of one query at instant `index`, in the series' order; empty where there are none.
  ///
  /// A series with points at seconds 10 and 12 of a range 10, 11, 12 is in the first and the last
  /// instant. Logarithmic in the points of each series: laid out by instant, an hour of the past
  /// took ten times the memory of its numbers.
  package func samples(of query: Int, at index: Int) -> [Sample] {
    let first = Double(startSeconds) + (Double(index) - 0.5) * Double(stepSeconds)
    return queries[query].compactMap { series in
      let found = series.points.partitioningIndex { $0.timestampSeconds >= first }
      guard found < series.points.endIndex else { return nil }
      let point = series.points[found]
      guard point.timestampSeconds < first + Double(stepSeconds) else { return nil }
      return Sample(
        labels: series.labels, value: point.value, timestampSeconds: point.timestampSeconds)
    }
  }
}

extension Array {
  /// The first index from which on `isIn` holds, in an array where it holds for no element and then
  /// for all; `endIndex` where it holds for none.
  fileprivate func partitioningIndex(_ isIn: (Element) -> Bool) -> Int {
    var (low, high) = (startIndex, endIndex)
    while low < high {
      let middle = low + (high - low) / 2
      if isIn(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}

extension Collector {
  /// Most samples of one query's past, and the longest answer.
  private static let historySampleLimit = 500_000
  private static let historyBodyLimitBytes = 32 << 20

  /// The past of `targets`, asked of their servers: `count` instants from `start` on, in Unix seconds.
  /// - Throws: `CollectionFailure` where any of them cannot be had.
  package func history(
    of targets: [QueryTarget], start: Int, step: Int, count: Int, timeout: Duration
  ) async throws(CollectionFailure) -> QueryHistory {
    var queries: [[Series]] = []
    for target in targets {
      var request: HTTPRequest
      do {
        request = try target.rangeRequest(start: start, step: step, count: count, timeout: timeout)
        try target.source.authorize(&request)
      } catch {
        throw CollectionFailure(.notAsked, "\(error)")
      }
      request.bodyLimitBytes = Self.historyBodyLimitBytes
      queries.append(try await series(request, of: target.source))
    }
    return QueryHistory(startSeconds: start, stepSeconds: step, count: count, queries: queries)
  }

  private func series(
    _ request: HTTPRequest, of source: QuerySource
  ) async throws(CollectionFailure) -> [Series] {
    let response: HTTPResponse
    do {
      response = try await client.answer(to: request)
    } catch {
      throw CollectionFailure(error)
    }
    guard response.status == 200 else {
      guard case .failure(let failure) = source.judged(.success(response)) else {
        throw CollectionFailure(response)
      }
      throw failure
    }
    do {
      let answer = try QueryAnswer(parsing: response.body, sampleLimit: Self.historySampleLimit)
      if case .matrix(let series) = answer.result { return series }
      throw CollectionFailure(
        .unusableAnswer, "the query gives a \(answer.result.typeName), which has no past")
    } catch let failure as CollectionFailure {
      throw failure
    } catch {
      throw CollectionFailure(.unusableAnswer, "\(error)")
    }
  }
}
