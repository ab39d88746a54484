/// A limit of what sources are asked and of what they may answer, by the name under which it is
/// counted.
package enum SourceLimit: String, Sendable, CaseIterable {
  /// Distinct queries over all triggers: `CollectorSettings.queryLimit`.
  case queries
  /// Requests on the wire at once: `HTTPClientLimits.inFlight` and `inFlightPerOrigin`.
  case inFlight = "source_requests_in_flight"
  /// Requests that wait for their turn: `HTTPClientLimits.queued`.
  case queued = "source_requests_queued"
  /// Look-ups that were given up on: `HTTPClientLimits.lookUpsLeftBehind`.
  case lookUps = "name_look_ups_left_behind"
  /// A profile's `requestsPerSecond`.
  case requestsPerSecond = "profile_requests_per_second"
  /// One answer: `HTTPRequest.bodyLimitBytes`; all of them at once: `HTTPClientLimits.bodyBytes`.
  case answerBytes = "answer_bytes"
  /// Series of one query's answer.
  case series = "series_per_answer"
  /// Wanted series of one page: `ExpositionLimits.samples`.
  case scrapedSeries = "series_per_page"
  /// One line of a page: `ExpositionLimits.lineBytes`.
  case lineBytes = "page_line_bytes"
  /// Labels of one wanted series of a page: `ExpositionLimits.labels`.
  case labels = "labels_per_series"
  /// Replicas behind one trigger's `endpoints`.
  case replicas = "replicas_per_endpoint"
}
