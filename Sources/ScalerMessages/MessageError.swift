/// Why bytes could not be read as a message, or a message not be written.
@usableFromInline package enum MessageError: Error, Hashable, CustomStringConvertible {
  /// The bytes are not such a message in the protobuf wire format.
  case malformed
  /// A string in it is not UTF-8, which proto3 demands.
  case notUTF8
  /// A string in it holds a NUL character, at which C would cut it off.
  case embeddedNUL
  /// More metadata entries than `limit`.
  case tooManyMetadataEntries(count: Int, limit: Int)
  /// The number for this metric cannot be told to KEDA: NaN, infinite, negative, or a target of 0.
  case notANumberForKEDA(metric: String)

  @usableFromInline package var description: String {
    switch self {
    case .malformed: "the message is not in the protobuf wire format"
    case .notUTF8: "a string in the message is not UTF-8"
    case .embeddedNUL: "a string in the message holds a NUL character"
    case .tooManyMetadataEntries(let count, let limit):
      "the trigger has \(count) metadata entries; at most \(limit) are read"
    case .notANumberForKEDA(let metric):
      "metric \(metric.prefix(80)) has no finite number that KEDA would understand"
    }
  }
}
