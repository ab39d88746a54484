/// Something wrong in a file of manifests, and where.
package struct ManifestProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// How far it reaches.
  package enum Kind: Sendable, Equatable {
    /// A document, or the whole file, cannot be read.
    case unreadable
    /// The API server refuses what is written, or drops it without effect.
    case refused
    /// A document that is no ScaledObject has a key twice. kubectl and Helm take the last one.
    case keyTwice
  }

  /// How far it reaches.
  package var kind: Kind
  /// The line, from 1; 0 where the file as a whole is meant.
  package var line: Int
  /// What was found and what to write.
  package var explanation: String

  /// A problem of `kind` in a line.
  package init(_ kind: Kind, line: Int, _ explanation: String) {
    self.kind = kind
    self.line = line
    self.explanation = explanation
  }

  /// `line 12: spec.triggers[0].metadata.threshold is the number 70; …`
  package var description: String { line > 0 ? "line \(line): \(explanation)" : explanation }
}

/// What is wrong with a file of manifests: never empty, in the order of the lines.
package struct ScaledObjectFileError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The problems.
  package var problems: [ManifestProblem]

  /// The problems, one per line.
  package var description: String { problems.map(\.description).joined(separator: "\n") }
}
