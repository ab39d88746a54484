import TriggerConfiguration

/// What was done with a file's documents, and what `check` says of the result.
struct MigrationReport {
  private let migration: ManifestMigration
  private let file: String
  private var checked: [CheckedScaledObject] = []
  private var problems: [Finding] = []

  /// Checks the result without asking any Prometheus.
  init(_ migration: ManifestMigration, file: String) async {
    self.migration = migration
    self.file = file
    let result = ScaledObjectFile.reading(migration.yaml)
    problems = result.problems.map { Finding($0) }
    let surroundings = Surroundings([result])
    for manifest in result.scaledObjects {
      let check = ScaledObjectCheck(manifest: manifest, file: file, surroundings: surroundings)
      checked.append(await check.run(nil))
    }
  }

  /// Whether something was not translated, or `check` finds an error in the result.
  var hasFailed: Bool {
    migration.documents.isEmpty
      || migration.documents.contains { !$0.untranslated.isEmpty }
      || (problems + findings.map(\.finding)).contains { $0.severity == .error }
  }

  private var findings: [(name: String, finding: Finding)] {
    checked.flatMap { object in object.allFindings.map { (object.name, $0) } }
  }

  /// A line for each document that was or should have been translated, then the findings. Their
  /// lines are the result's.
  var text: String {
    var lines: [String] = []
    for document in migration.documents {
      let name = document.kind.isEmpty ? "a document" : "\(document.kind) \(document.name)"
      let place = "\(file):\(document.line): \(name)"
      if document.outcome == .translated {
        lines.append("\(place): translated to one external trigger")
      }
      lines += document.untranslated.map { "\(place): not translated: \($0)" }
    }
    if migration.documents.isEmpty {
      lines.append("\(file): there is no document in it")
    } else if lines.isEmpty {
      lines.append("\(file): nothing to translate")
    }
    for finding in problems {
      lines.append(
        "check of the result: \(finding.severity.rawValue): line \(finding.line): "
          + finding.message)
    }
    for (name, finding) in findings {
      lines.append(
        "check of the result: \(finding.severity.rawValue): \(name), line \(finding.line): "
          + finding.message)
    }
    return lines.joined(separator: "\n") + "\n"
  }
}
