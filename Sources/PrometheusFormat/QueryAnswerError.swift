/// Why an answer of the query API is not usable.
package enum QueryAnswerError: Error, Sendable, Equatable {
  /// The bytes are not the JSON they should be: where, what was wanted there, and what stood there.
  case malformed(offset: Int, expected: String, found: String)
  /// The server refused the query (`"status":"error"`); its own words, not shortened.
  case refused(errorType: String, message: String)
  /// More samples than the caller allows.
  case tooManySamples(limit: Int)
}

extension QueryAnswerError: CustomStringConvertible {
  /// One sentence for a log or a status; never more than 80 characters of the server's own words.
  package var description: String {
    switch self {
    case .malformed(let offset, let expected, let found):
      "the answer is not what the query API writes: at byte \(offset) expected \(expected), "
        + "found \(found)"
    case .refused(let errorType, let message):
      "the server refused the query (\(errorType.prefix(32))): \(message.prefix(80))"
    case .tooManySamples(let limit):
      "the answer has more than \(limit) samples; aggregate in the query, for example with sum(…)"
    }
  }
}
