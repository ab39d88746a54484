/// What holds for a whole migration.
package struct MigrationOptions: Sendable, Equatable {
  /// Where KEDA finds the scaler.
  package var scalerAddress: String
  /// The Prometheus of objects that name none: HPAs and AIScalers; `nil` is the server's default.
  package var prometheus: ServerAddress?

  /// Options with the chart's usual address.
  package init(
    scalerAddress: String = "keda-burst-scaler.keda.svc.cluster.local:6000",
    prometheus: ServerAddress? = nil
  ) {
    self.scalerAddress = scalerAddress
    self.prometheus = prometheus
  }
}

/// What became of one document.
package struct MigratedDocument: Sendable, Equatable {
  /// What was done with it.
  package enum Outcome: Sendable, Equatable {
    /// There is nothing in it to translate; it stands as it was.
    case unchanged
    /// It was translated.
    case translated
  }

  /// Its kind; empty where it has none.
  package var kind: String
  /// Its name; empty where it has none.
  package var name: String
  /// The line it starts at in the input, from 1.
  package var line: Int
  /// What was done with it.
  package var outcome: Outcome
  /// What of it was not translated, and is kept as it was, each with the reason and the remedy.
  package var untranslated: [Reason]

  /// Why something was not translated.
  package struct Reason: Sendable, Equatable, CustomStringConvertible {
    /// The trigger's place in the ScaledObject, from 0; `nil` where it is no trigger.
    var trigger: Int?
    /// What was found and what to do.
    var text: String

    /// With the trigger's place in front.
    package var description: String { trigger.map { "trigger \($0): \(text)" } ?? text }
    /// The text as it is found again in comments.
    fileprivate var words: String { text.split(separator: " ").joined(separator: " ") }
  }
}

/// A file's native KEDA triggers, HPAs and AIScalers as ScaledObjects with one external trigger, and
/// everything else as it stands. Migrating the result again changes nothing.
package struct ManifestMigration {
  /// The new file.
  package private(set) var yaml = ""
  /// Its documents, in their order; a List's items count each.
  package private(set) var documents: [MigratedDocument] = []
  private let options: MigrationOptions
  private var authentications: [String: TriggerAuthenticationManifest] = [:]

  /// Migrates a file's text. A document that cannot be read stands as it stood, and is named among
  /// what was not translated.
  /// - Throws: `ScaledObjectFileError` where the file is too long.
  package init(yaml text: String, options: MigrationOptions) throws(ScaledObjectFileError) {
    self.options = options
    if let problem = ManifestSegment.problem(ofFile: text) {
      throw ScaledObjectFileError(problems: [problem])
    }
    var read: [(segment: ManifestSegment, root: Result<ManifestNode?, ManifestProblem>)] = []
    for segment in ManifestSegment.all(of: text) { read.append((segment, segment.root)) }
    for (_, root) in read {
      guard let root = try? root.get() else { continue }
      for document in Self.items(of: root) { remember(document) }
    }
    for (segment, root) in read {
      switch root {
      case .success(let root): migrate(segment, root)
      case .failure(let problem): keep(segment, problem)
      }
    }
  }

  /// What holds the kinds that are translated is told of; of the rest a key written twice is nobody's
  /// business here.
  private mutating func keep(_ segment: ManifestSegment, _ problem: ManifestProblem) {
    yaml += segment.text
    let isOthers =
      problem.kind == .keyTwice
      && !segment.mayHold(["ScaledObject", "HorizontalPodAutoscaler", "AIScaler", "ScaledJob"])
    documents.append(
      MigratedDocument(
        kind: "", name: "", line: segment.line, outcome: .unchanged,
        untranslated: isOthers ? [] : [.init(text: "\(problem)")]))
  }

  /// A document's own, or a List's items.
  private static func items(of root: ManifestNode) -> [ManifestNode] {
    guard isList(root), let items = try? root.list("items") else { return [root] }
    return items.flatMap { Self.items(of: $0) }
  }

  private static func isList(_ root: ManifestNode) -> Bool {
    (try? root.word("kind"))??.hasSuffix("List") == true && root["items"] != nil
  }

  private mutating func remember(_ document: ManifestNode) {
    guard let kind = try? document.word("kind"), kind.hasSuffix("TriggerAuthentication"),
      let manifest = try? TriggerAuthenticationManifest(document)
    else { return }
    authentications[manifest.name] = manifest
  }

  private mutating func migrate(_ segment: ManifestSegment, _ root: ManifestNode?) {
    guard let root, root.isMapping else {
      yaml += segment.text
      return
    }
    var values: [ManifestValue] = []
    var isChanged = false
    var records: [MigratedDocument] = []
    for document in Self.items(of: root) {
      let (value, record) = migrate(document)
      records.append(record)
      isChanged = isChanged || record.outcome == .translated
      values.append(value ?? document.value)
    }
    documents += records
    guard isChanged else {
      yaml += Self.commented(segment, records)
      return
    }
    yaml += segment.head
    if segment.hasInnerComments {
      yaml += "# Comments further down in the original are not carried over.\n"
    }
    yaml += values.map(\.yaml).joined(separator: "---\n")
  }

  /// The document with comments on what is not translated above it, unless they are there.
  private static func commented(
    _ segment: ManifestSegment, _ records: [MigratedDocument]
  ) -> String {
    let known = words(ofCommentsIn: segment.text)
    var lines = ""
    for record in records {
      for reason in record.untranslated where !known.contains(reason.words) {
        let sentence = "Not translated: \(record.kind) \(record.name): \(reason)."
        lines += commentLines(sentence).map { $0 + "\n" }.joined()
      }
    }
    guard !lines.isEmpty else { return segment.text }
    let head = segment.head
    guard segment.text.hasPrefix(head) else { return lines + segment.text }
    return head + lines + segment.text.dropFirst(head.count)
  }

  /// The comments of a text as one line, however they were broken.
  private static func words(ofCommentsIn text: String) -> String {
    text.split(separator: "\n").map { $0.drop { $0.isWhitespace } }.filter { $0.hasPrefix("#") }
      .flatMap { $0.dropFirst().split(separator: " ") }.joined(separator: " ")
  }

  private func migrate(
    _ document: ManifestNode
  ) -> (value: ManifestValue?, record: MigratedDocument) {
    let kind = (try? document.word("kind")) ?? ""
    let name = (try? document["metadata"]?.word("name")) ?? ""
    var record = MigratedDocument(
      kind: kind, name: name, line: document.line, outcome: .unchanged, untranslated: [])
    do throws(Untranslatable) {
      guard var value = try translated(document, kind: kind, &record) else { return (nil, record) }
      value.comment(Self.sentences(record, document))
      record.outcome = .translated
      return (value, record)
    } catch {
      record.untranslated.append(.init(text: error.reason))
      return (nil, record)
    }
  }

  private func translated(
    _ document: ManifestNode, kind: String, _ record: inout MigratedDocument
  ) throws(Untranslatable) -> ManifestValue? {
    switch kind {
    case "ScaledObject":
      let outcome = try ScaledObjectMigration(
        document: document, options: options, authentications: authentications
      ).outcome()
      record.untranslated += outcome.kept.map { .init(trigger: $0.index, text: $0.reason) }
      return outcome.value
    case "HorizontalPodAutoscaler":
      return try HPAMigration(document: document, options: options).scaledObject()
    case "AIScaler":
      let (value, dropped) = try AIScalerMigration(
        document: document, options: options
      ).scaledObject()
      if !dropped.isEmpty {
        let names = dropped.map { quoted($0) }.joined(separator: ", ")
        record.untranslated.append(.init(text: "a ScaledObject has no place for \(names)"))
      }
      return value
    case "ScaledJob":
      let triggers = try document["spec"]?.list("triggers") ?? []
      for trigger in triggers where try trigger.word("type") == "prometheus" {
        throw Untranslatable(
          reason: "a ScaledJob counts jobs, not replicas; keep its prometheus trigger")
      }
      return nil
    default: return nil
    }
  }

  /// What holds for the whole object, above its first line.
  private static func sentences(
    _ record: MigratedDocument, _ document: ManifestNode
  ) -> [String] {
    let namespace =
      (try? document["metadata"]?.word("namespace")).map { " --namespace \($0)" } ?? ""
    var sentences = [
      "keda-burst-scaler migrate made this of the \(record.kind) \(record.name). What changes:"
    ]
    switch record.kind {
    case "HorizontalPodAutoscaler":
      sentences.append(
        "- Delete the HPA first, or two fight over one target: kubectl delete "
          + "horizontalpodautoscaler \(record.name)\(namespace)")
    case "AIScaler":
      sentences.append(
        "- Delete the AIScaler first, or two fight over one target: kubectl delete aiscaler "
          + "\(record.name)\(namespace)")
      sentences += record.untranslated.map { "- Not translated: \($0)." }
    default: break
    }
    sentences += [
      "- Growth is learned and covered in advance; forecast: \"off\" in the metadata keeps to "
        + "⌈total ÷ threshold⌉.",
      "- Where Prometheus does not answer, its last value counts for 15 s (staleAfter). Then KEDA "
        + "gets an error, at which its fallback acts.",
    ]
    return sentences
  }
}

extension ManifestValue {
  /// Puts sentences above the first entry of a map.
  fileprivate mutating func comment(_ sentences: [String]) {
    guard case .map(var items) = self, !items.isEmpty else { return }
    items[0].comments = sentences + items[0].comments
    self = .map(items)
  }
}

extension ManifestSegment {
  /// Its only document; nil where there are comments only.
  fileprivate var root: Result<ManifestNode?, ManifestProblem> {
    do throws(ManifestProblem) {
      let documents = try documents()
      guard documents.count > 1 else { return .success(documents.first) }
      return .failure(
        ManifestProblem(
          .unreadable, line: documents[1].line, "another document begins without a line \"---\""))
    } catch {
      return .failure(error)
    }
  }
}
