/// Any JSON, to be walked through by tests.
enum JSONValue: Codable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case map([String: JSONValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .map(try container.decode([String: JSONValue].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .bool(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .map(let value): try container.encode(value)
    }
  }

  /// The value at a path of keys and positions such as `spec.triggers.0.type`; nil where there is
  /// none.
  func at(_ path: String) -> JSONValue? {
    path.split(separator: ".").reduce(Optional(self)) { value, part in
      switch value {
      case .map(let map): return map[String(part)]
      case .list(let list):
        guard let index = Int(part), list.indices.contains(index) else { return nil }
        return list[index]
      default: return nil
      }
    }
  }

  /// The text at a path; nil where there is something else.
  func text(_ path: String) -> String? {
    if case .text(let text)? = at(path) { text } else { nil }
  }

  /// The number at a path; nil where there is something else.
  func number(_ path: String) -> Double? {
    if case .number(let number)? = at(path) { number } else { nil }
  }

  /// The items at a path; none where there is no list.
  func items(_ path: String = "") -> [JSONValue] {
    if case .list(let items)? = at(path) { items } else { [] }
  }

  /// The map at a path; empty where there is none.
  func map(_ path: String = "") -> [String: JSONValue] {
    if case .map(let map)? = at(path) { map } else { [:] }
  }

  /// The map of texts at a path, as a trigger's metadata is.
  func texts(_ path: String) -> [String: String] {
    map(path).compactMapValues { value in
      if case .text(let text) = value { text } else { nil }
    }
  }

  /// A resource's kind.
  var kind: String { text("kind") ?? "" }
  /// A resource's name.
  var name: String { text("metadata.name") ?? "" }
}

extension [JSONValue] {
  /// Resources of a kind.
  func ofKind(_ kind: String) -> [JSONValue] { filter { $0.kind == kind } }
}
