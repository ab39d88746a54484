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
  /// Something is new or has changed, and is not of the form that is known.
  case unreadable(ObjectMeta)
  /// The watch ends, and why.
  case error(APIStatus)

  /// Reads `{"type": …, "object": …}`.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    func object(_ event: (Object) -> WatchEvent) throws -> WatchEvent {
      do {
        return event(try container.decode(Object.self, forKey: .object))
      } catch is DecodingError {
        return .unreadable(try container.decode(Described.self, forKey: .object).metadata)
      }
    }
    switch try container.decode(String.self, forKey: .type) {
    case "ADDED": self = try object { .added($0) }
    case "MODIFIED": self = try object { .modified($0) }
    case "DELETED": self = try object { .deleted($0) }
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

  private struct Described: Decodable {
    var metadata: ObjectMeta
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
  /// The objects that are of the form that is known.
  package var items: [Object]
  /// How many are not.
  package var unreadable: Int

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

  /// An object, or that it cannot be read: one odd object must not hide all others.
  private struct Readable: Decodable {
    var object: Object?

    init(from decoder: any Decoder) throws { object = try? Object(from: decoder) }
  }

  /// Reads a list, in which `items` may be null.
  package init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    metadata = try container.decode(Metadata.self, forKey: .metadata)
    let all = try container.decodeIfPresent([Readable].self, forKey: .items) ?? []
    items = all.compactMap(\.object)
    unreadable = all.count - items.count
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
