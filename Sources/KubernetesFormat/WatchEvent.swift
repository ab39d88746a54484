/// One line of a watch (`meta/v1 WatchEvent`).
package enum WatchEvent<Object: APIObject>: Decodable, Sendable {
  /// Something is new.
  case added(Object)
  /// Something changed.
  case modified(Object)
  /// Something is gone; as it last was.
  case deleted(Object)
  /// Nothing up to this resourceVersion is missing.
  case bookmark(String)
  /// The watch ends, and why.
  case error(APIStatus)

  /// Reads `{"type": …, "object": …}`.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func object() throws -> Object { try container.decode(Object.self, forKey: .object) }
    switch try container.decode(String.self, forKey: .type) {
    case "ADDED": self = .added(try object())
    case "MODIFIED": self = .modified(try object())
    case "DELETED": self = .deleted(try object())
    case "BOOKMARK":
      let mark = try container.decode(Bookmark.self, forKey: .object)
      self = .bookmark(mark.metadata.resourceVersion)
    case "ERROR": self = .error(try container.decode(APIStatus.self, forKey: .object))
    case let type:
      throw DecodingError.dataCorruptedError(
        forKey: .type, in: container, debugDescription: "a watch event of type \(type.prefix(20))")
    }
  }

  private enum CodingKeys: String, CodingKey {
    case type, object
  }

  private struct Bookmark: Decodable {
    struct Metadata: Decodable {
      var resourceVersion: String
    }
    var metadata: Metadata
  }
}

/// What the API server says when it does not do as asked (`meta/v1 Status`).
package struct APIStatus: Codable, Sendable, Equatable {
  /// In a sentence.
  package var message: String?
  /// In a word: `Forbidden`, `Conflict`, `Expired` …
  package var reason: String?
  /// The HTTP status.
  package var code: Int?

  /// A status from its parts.
  package init(message: String? = nil, reason: String? = nil, code: Int? = nil) {
    self.message = message
    self.reason = reason
    self.code = code
  }
}

/// A part of a collection.
package struct ObjectList<Object: APIObject>: Decodable, Sendable {
  /// What holds for the whole.
  package var metadata: Metadata
  /// The objects.
  package var items: [Object]

  /// What holds for the whole.
  package struct Metadata: Decodable, Sendable {
    /// From where a watch goes on.
    package var resourceVersion: String
    /// Where the next part begins; nil or empty at the end.
    package var `continue`: String?
  }

  private enum CodingKeys: String, CodingKey {
    case metadata, items
  }

  /// Reads a list, in which `items` may be null.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    metadata = try container.decode(Metadata.self, forKey: .metadata)
    items = try container.decodeIfPresent([Object].self, forKey: .items) ?? []
  }
}

/// Puts the pieces of a stream together to lines.
package struct LineSplitter: Sendable {
  /// A longer line is an error: no object of a cluster is (etcd takes 1.5 MiB).
  package static let limitBytes = 8 << 20

  private var rest: [UInt8] = []

  /// Nothing so far.
  package init() {}

  /// The lines that a piece completes, without their ends; nil once a line is too long.
  package mutating func take(_ piece: [UInt8]) -> [[UInt8]]? {
    var lines: [[UInt8]] = []
    var start = piece.startIndex
    while let end = piece[start...].firstIndex(of: UInt8(ascii: "\n")) {
      let line = rest + piece[start..<end]
      rest = []
      if !line.isEmpty { lines.append(line) }
      start = end + 1
    }
    rest += piece[start...]
    return rest.count > Self.limitBytes ? nil : lines
  }
}
