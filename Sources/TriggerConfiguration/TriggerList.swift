internal import Yams

/// One entry of a `triggers` list as it was written: keys and values, in the order written.
struct TriggerListEntry {
  /// Its place in the list, from 1.
  var number: Int
  /// The scalars by their keys; a value that is itself a list or a map is `nil`.
  var pairs: [(key: String, value: String?)]
}

/// Takes a `triggers` value apart. YAML as JSON is accepted; anchors and aliases are not (a few
/// hundred bytes of them can describe gigabytes), nor is deep nesting, because the YAML library
/// follows it on the stack.
func triggerList(_ text: String) throws(Refusal) -> [TriggerListEntry] {
  if let fault = yamlStructureFault(in: text) { throw fault }
  let root: Node?
  do {
    root = try Parser(yaml: text).singleRoot()
  } catch {
    throw Refusal("is no YAML: \(yamlFault(error))", listRemedy)
  }
  guard let root, case .sequence(let sequence) = root else {
    throw Refusal("is not a list", listRemedy)
  }
  guard !sequence.isEmpty else { throw Refusal("is an empty list", listRemedy) }
  guard sequence.count <= TriggerLimits.triggers else {
    throw Refusal(
      "has \(sequence.count) entries",
      "use at most \(TriggerLimits.triggers); combine others in one query", limit: .triggers)
  }
  var entries: [TriggerListEntry] = []
  for (index, node) in sequence.enumerated() {
    guard case .mapping(let mapping) = node else {
      throw Refusal("has an entry \(index + 1) that is no map of keys", listRemedy)
    }
    var pairs: [(key: String, value: String?)] = []
    for (key, value) in mapping {
      guard let key = key.scalar?.string else {
        throw Refusal("has a key in entry \(index + 1) that is no word", listRemedy)
      }
      pairs.append((key, words(of: value, key: key)))
    }
    entries.append(TriggerListEntry(number: index + 1, pairs: pairs))
  }
  return entries
}

/// A value as one text: a scalar's, or the words of a list where a key takes several.
private func words(of value: Node, key: String) -> String? {
  guard key == "endpoints", case .sequence(let items) = value else { return value.scalar?.string }
  let words = items.compactMap { $0.scalar?.string }
  return words.count == items.count ? words.joined(separator: "\n") : nil
}

/// What a list looks like.
let listRemedy =
  "write a YAML list, for example \"- {kind: queueDepth, query: sum(queue_depth), threshold: 5}\""

/// A YAML error as one short line: what and where, without the text it was found in.
///
/// - Parameter linesBefore: the lines of the file before the text that was parsed.
func yamlFault(_ error: any Error, linesBefore: Int = 0) -> String {
  guard let error = error as? YamlError else { return "it cannot be read" }
  switch error {
  case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
    .composer(_, let problem, let mark, _):
    return "\(problem) (line \(linesBefore + mark.line), column \(mark.column))"
  case .reader(let problem, _, _, _): return problem
  case .duplicatedKeysInMapping(let keys, let context):
    let list = keys.prefix(3).map { quoted($0) }.joined(separator: ", ")
    return "\(list) is written twice (line \(linesBefore + context.mark.line))"
  default: return "it cannot be read"
  }
}

/// The line of a YAML error, from 1; 0 where it has none.
func yamlFaultLine(_ error: any Error) -> Int {
  switch error as? YamlError {
  case .scanner(_, _, let mark, _), .parser(_, _, let mark, _), .composer(_, _, let mark, _):
    return mark.line
  case .duplicatedKeysInMapping(_, let context): return context.mark.line
  default: return 0
  }
}
