internal import CurlClient
package import PrometheusFormat

/// Several queries' values over a stretch of the past, second by second.
package struct QueryHistory: Sendable {
  /// Unix time of the first instant.
  package let startSeconds: Int
  /// Seconds between two instants.
  package let stepSeconds: Int
  /// For each query, in the order asked, its samples at each instant; empty where there are none.
  package let columns: [[[Sample]]]

  /// A history from its parts; all columns are of one length.
  package init(startSeconds: Int, stepSeconds: Int, columns: [[[Sample]]]) {
    self.startSeconds = startSeconds
    self.stepSeconds = stepSeconds
    self.columns = columns
  }

  /// How many instants there are.
  package var count: Int { columns.first?.count ?? 0 }

  /// The answers of instant `index`, as a collection at that time would have had them.
  package func answers(
    at index: Int, answeredAt: ContinuousClock.Instant
  ) -> [CollectedAnswer] {
    columns.map { column in
      var answer = CollectedAnswer()
      answer.answer = QueryAnswer(.vector(column[index]))
      answer.answeredAt = answeredAt
      return answer
    }
  }

  /// Series over time turned into samples per instant.
  ///
  /// A series with points at seconds 10 and 12 of a range 10, 11, 12 is in the first and the last column.
  package static func columns(
    _ series: [Series], start: Int, step: Int, count: Int
  ) -> [[Sample]] {
    var columns: [[Sample]] = Array(repeating: [], count: count)
    for one in series {
      for point in one.points {
        let index = ((point.timestampSeconds - Double(start)) / Double(step)).rounded()
        guard index >= 0, index < Double(count) else { continue }
        columns[Int(index)].append(
          Sample(
            labels: one.labels, value: point.value, timestampSeconds: point.timestampSeconds))
      }
    }
    return columns
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
    var columns: [[[Sample]]] = []
    for target in targets {
      var request: HTTPRequest
      do {
        request = try target.rangeRequest(start: start, step: step, count: count, timeout: timeout)
        try target.source.authorize(&request)
      } catch {
        throw CollectionFailure(.notAsked, "\(error)")
      }
      request.bodyLimitBytes = Self.historyBodyLimitBytes
      let series = try await series(request, of: target.source)
      columns.append(QueryHistory.columns(series, start: start, step: step, count: count))
    }
    return QueryHistory(startSeconds: start, stepSeconds: step, columns: columns)
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
