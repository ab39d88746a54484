internal import Yams

/// Why a node of a manifest cannot be used.
struct ManifestFault: Error {
  /// Its line, from 1.
  var line: Int
  /// What was found and what to write.
  var explanation: String
}

/// A place in a manifest that knows its line and its path.
struct ManifestNode {
  /// `spec.triggers[0]`; empty at the top.
  let path: String
  /// The line it starts at, from 1.
  let line: Int
  private let node: Node
  /// The file's lines before the text that `node` was read from.
  private let linesBefore: Int

  init(_ node: Node, path: String, linesBefore: Int = 0) {
    self.node = node
    self.path = path
    self.linesBefore = linesBefore
    line = linesBefore + (node.mark?.line ?? 0)
  }

  /// Whether it is a map.
  var isMapping: Bool { node.mapping != nil }

  /// Whether nothing, or `null`, is written.
  var isEmpty: Bool {
    guard let scalar = node.scalar else { return false }
    return Resolver.default.resolveTag(of: .scalar(scalar)) == .null
  }

  /// The value under a key; `nil` where there is none or it is null.
  subscript(key: String) -> ManifestNode? {
    guard let mapping = node.mapping else { return nil }
    for (name, value) in mapping where name.scalar?.string == key {
      let child = child(value, path.isEmpty ? key : "\(path).\(key)")
      return child.isEmpty ? nil : child
    }
    return nil
  }

  /// The elements of a list.
  func elements() throws(ManifestFault) -> [ManifestNode] {
    guard let sequence = node.sequence else { throw fault("is not a list; start it with \"- \"") }
    return sequence.enumerated().map { child($0.element, "\(path)[\($0.offset)]") }
  }

  /// The keys and values of a map.
  func pairs() throws(ManifestFault) -> [(key: String, value: ManifestNode)] {
    guard let mapping = node.mapping else { throw fault("is not a map of keys") }
    return mapping.compactMap { key, value in
      key.scalar.map { ($0.string, child(value, "\(path).\($0.string.excerpt)")) }
    }
  }

  /// A word.
  func string() throws(ManifestFault) -> String {
    guard let scalar = node.scalar else { throw fault("holds a list or a map; write one value") }
    return scalar.string
  }

  /// A value where Kubernetes takes strings only: a bare number or truth value is refused there.
  func quotedString() throws(ManifestFault) -> String {
    guard let scalar = node.scalar else {
      throw fault("holds a list or a map, but KEDA takes strings only; write \"\(shownKey): |\"")
    }
    let tag = Resolver.default.resolveTag(of: .scalar(scalar))
    let isBare = tag == .int || tag == .float || tag == .bool || tag == .null
    guard scalar.style != .plain || !isBare else {
      throw fault(
        "is \(scalar.string.excerpt) without quotes, but KEDA takes strings only; write "
          + "\"\(scalar.string.excerpt)\" in quotes")
    }
    return scalar.string
  }

  /// The word, or the list or map as YAML.
  var text: String { node.scalar?.string ?? value.yaml }

  /// A whole number of 0 or more.
  func count() throws(ManifestFault) -> Int {
    let text = try unquoted()
    guard let number = Int(text), number >= 0 else {
      throw fault("is \(quoted(text)); use a whole number of 0 or more")
    }
    return number
  }

  /// A value where Kubernetes takes no string.
  private func unquoted() throws(ManifestFault) -> String {
    let text = try string()
    guard node.scalar?.style == .plain else {
      throw fault(
        "is \(quoted(text)) in quotes, but no string belongs here; write \(text.excerpt) without "
          + "quotes")
    }
    return text
  }

  /// A truth value.
  func bool() throws(ManifestFault) -> Bool {
    let text = try unquoted()
    guard let bool = Bool(text) else { throw fault("is \(quoted(text)); use true or false") }
    return bool
  }

  /// A Kubernetes quantity as tolerances are written: `0.05`, `50m`.
  func quantity() throws(ManifestFault) -> Double {
    let text = try string()
    let isMilli = text.hasSuffix("m")
    guard let number = plainNumber(isMilli ? String(text.dropLast()) : text), number >= 0 else {
      throw fault("is \(quoted(text)); use a quantity such as \"0.05\" or \"50m\"")
    }
    return isMilli ? number / 1000 : number
  }

  /// The node as it can be written again, without its comments and anchors.
  var value: ManifestValue {
    switch node {
    case .mapping(let mapping):
      .map(
        mapping.map {
          ManifestItem($0.key.scalar?.string ?? "", ManifestNode($0.value, path: path).value)
        })
    case .sequence(let sequence):
      .list(sequence.map { ManifestItem("", ManifestNode($0, path: path).value) })
    case .scalar(let scalar):
      scalar.style == .plain && Resolver.default.resolveTag(of: node) != .str
        ? .plain(scalar.string.isEmpty ? "null" : scalar.string) : .text(scalar.string)
    case .alias: .plain("null")
    }
  }

  private func child(_ node: Node, _ path: String) -> ManifestNode {
    ManifestNode(node, path: path, linesBefore: linesBefore)
  }

  private var shownKey: String { String(path.split(separator: ".").last ?? "") }

  private func fault(_ explanation: String) -> ManifestFault {
    ManifestFault(line: line, explanation: "\(path) \(explanation)")
  }
}
