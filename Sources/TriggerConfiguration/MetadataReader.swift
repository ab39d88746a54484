internal import ScalingEngine

/// Reads one metadata map from its start to its spec, gathering every problem on the way.
struct MetadataReader {
  private var draft = SpecDraft()
  /// The triggers read so far, with where each one stood.
  private var triggers: [(origin: TriggerOrigin, draft: TriggerDraft)] = []
  private(set) var problems: [MetadataProblem] = []

  /// A reader for the metadata of a ScaledObject in that namespace, where it is known.
  init(namespace: String?) {
    // It stands in PromQL: anything that is no Kubernetes name is not put there.
    let isName = namespace?.utf8.allSatisfy { $0.isWordByte || $0 == UInt8(ascii: "-") } == true
    draft.namespace = isName && namespace?.isEmpty == false ? namespace : nil
  }

  /// The spec, or every problem.
  mutating func read(_ metadata: [String: String]) throws(TriggerMetadataError) -> TriggerSpec {
    guard isWithinLimits(metadata) else { throw TriggerMetadataError(problems: problems) }
    let known = knownKeys(of: metadata)
    let shortForm = known.filter { MetadataKey.shortForm[$0.name] != nil }
    for (name, spelling, text) in known {
      guard let key = MetadataKey.byName[name] else { continue }
      readTopLevel(key, MetadataValue(text, example: key.example), at: .key(spelling))
    }
    let list = known.first { $0.name == "triggers" }
    switch (list, shortForm.first) {
    case (let list?, let short?):
      refuse(
        .key(short.spelling), "and \"triggers\" are two forms of the same",
        "keep one: the short form, or the list with everything in it")
      _ = list
    case (let list?, nil): readList(list.text)
    case (nil, .some): readShortForm(shortForm)
    case (nil, nil):
      refuse(
        .metadata, "names no trigger",
        "write a query, for example \"queueDepthQuery\" with \"queueDepthThreshold\", or a "
          + "\"triggers\" list")
    }
    var assembly = SpecAssembly(draft: draft, problems: problems)
    let spec = assembly.spec(of: triggers)
    guard assembly.problems.isEmpty, let spec else {
      throw TriggerMetadataError(problems: assembly.problems)
    }
    return spec
  }

  private mutating func refuse(
    _ place: MetadataPlace, _ found: String, _ remedy: String, limit: TriggerLimit? = nil
  ) {
    problems.append(MetadataProblem(place: place, found: found, remedy: remedy, limit: limit))
  }

  private mutating func isWithinLimits(_ metadata: [String: String]) -> Bool {
    guard metadata.count <= TriggerLimits.metadataKeys else {
      refuse(
        .metadata, "has \(metadata.count) keys", "use at most \(TriggerLimits.metadataKeys)",
        limit: .metadataKeys)
      return false
    }
    let bytes = metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
    guard bytes <= TriggerLimits.metadataBytes else {
      refuse(
        .metadata, "has \(bytes) bytes",
        "use at most \(TriggerLimits.metadataBytes); long queries belong in recording rules",
        limit: .metadataBytes)
      return false
    }
    return true
  }

  /// The keys that exist, sorted, each as the catalogue spells it, as it was written, and its text.
  /// `thresholdFromEnv` is `threshold` with a value that KEDA has read from the environment.
  private mutating func knownKeys(
    of metadata: [String: String]
  ) -> [(name: String, spelling: String, text: String)] {
    var known: [(name: String, spelling: String, text: String)] = []
    for (spelling, text) in metadata.sorted(by: { $0.key < $1.key }) {
      var name = spelling
      if name.hasSuffix("FromEnv") {
        name.removeLast("FromEnv".count)
        guard metadata[name] == nil else {
          refuse(.key(spelling), "and \(quoted(name)) say the same", "keep one of them")
          continue
        }
      }
      let key = MetadataKey.byName[name]
      guard key?.isAtTop == true || MetadataKey.shortForm[name] != nil else {
        refuseUnknown(spelling, name)
        continue
      }
      draft.written.insert(name)
      known.append((name, spelling, text))
    }
    return known
  }

  private mutating func refuseUnknown(_ spelling: String, _ name: String) {
    if let remedy = refusedKeys[name] {
      refuse(.key(spelling), "is not a key of this scaler", remedy)
    } else if let key = MetadataKey.byName[name] {
      let short = key.shortFormSuffix.map { " or with a prefix, such as \"queueDepth\($0)\"" } ?? ""
      refuse(
        .key(spelling), "belongs to one trigger",
        "write it in an entry of the \"triggers\" list\(short)")
    } else if let nearest = nearestName(to: name, among: MetadataKey.topLevelNames) {
      refuse(.key(spelling), "is not a key of this scaler", "did you mean \"\(nearest)\"?")
    } else {
      refuse(.key(spelling), "is not a key of this scaler", "remove it")
    }
  }

  private mutating func readTopLevel(
    _ key: MetadataKey, _ value: MetadataValue, at place: MetadataPlace
  ) {
    do throws(Refusal) {
      switch key.reader {
      case .object(let read): try read(value, &draft)
      case .trigger(let read): try read(value, &draft.defaults)
      case .list, .none: break
      }
    } catch {
      refuse(place, error.found, error.remedy, limit: error.limit)
    }
  }

  private mutating func readShortForm(
    _ keys: [(name: String, spelling: String, text: String)]
  ) {
    for prefix in ShortFormPrefix.all {
      var trigger = TriggerDraft()
      var isWritten = false
      let problemsBefore = problems.count
      for (name, spelling, text) in keys {
        guard let (owner, key) = MetadataKey.shortForm[name], owner.name == prefix.name else {
          continue
        }
        isWritten = true
        read(
          key, MetadataValue(text, example: key.example), into: &trigger, at: .key(spelling))
      }
      guard isWritten else { continue }
      trigger.name = prefix.name
      trigger.kind = prefix.kind
      guard problems.count == problemsBefore else { continue }
      triggers.append((.shortForm(prefix.name), trigger))
    }
  }

  private mutating func readList(_ text: String) {
    let entries: [TriggerListEntry]
    do throws(Refusal) {
      entries = try triggerList(text)
    } catch {
      refuse(.key("triggers"), error.found, error.remedy, limit: error.limit)
      return
    }
    for entry in entries {
      let name = entry.pairs.first { $0.key == "name" }?.value
      let origin = TriggerOrigin.entry(entry.number, name: name)
      var trigger = TriggerDraft()
      let problemsBefore = problems.count
      for (name, text) in entry.pairs {
        readEntry(name, text, into: &trigger, at: origin.place(of: name))
      }
      guard problems.count == problemsBefore else { continue }
      triggers.append((origin, trigger))
    }
  }

  private mutating func readEntry(
    _ name: String, _ text: String?, into trigger: inout TriggerDraft, at place: MetadataPlace
  ) {
    guard let key = MetadataKey.byName[name], key.isInEntry else {
      if MetadataKey.byName[name] != nil {
        refuse(place, "holds for the whole ScaledObject", "write it beside \"triggers\"")
      } else if let remedy = refusedKeys[name] {
        refuse(place, "is not a key of a trigger", remedy)
      } else if let nearest = nearestName(to: name, among: MetadataKey.entryNames) {
        refuse(place, "is not a key of a trigger", "did you mean \"\(nearest)\"?")
      } else {
        refuse(
          place, "is not a key of a trigger",
          "use \(MetadataKey.entryNames.joined(separator: ", "))")
      }
      return
    }
    guard let text else {
      refuse(place, "holds a list or a map", "write one value, for example \(quoted(key.example))")
      return
    }
    read(key, MetadataValue(text, example: key.example), into: &trigger, at: place)
  }

  private mutating func read(
    _ key: MetadataKey, _ value: MetadataValue, into trigger: inout TriggerDraft,
    at place: MetadataPlace
  ) {
    guard case .trigger(let read) = key.reader else { return }
    do throws(Refusal) {
      try read(value, &trigger)
    } catch {
      refuse(place, error.found, error.remedy, limit: error.limit)
    }
  }
}

/// Where a trigger stood.
enum TriggerOrigin {
  /// In the map, under this prefix.
  case shortForm(String)
  /// In the `triggers` list, at this place from 1.
  case entry(Int, name: String?)

  /// The place of one of the trigger's keys.
  func place(of key: String?) -> MetadataPlace {
    switch self {
    case .entry(let number, let name): return .entry(number, name: name, key: key)
    case .shortForm(let prefix):
      let suffix = key.flatMap { MetadataKey.byName[$0]?.shortFormSuffix }
      return .key(suffix.map { prefix + $0 } ?? key ?? prefix + "Query")
    }
  }
}
