import TriggerConfiguration

/// What `check` found out, in the order of the file; printed as text or as JSON.
struct CheckReport: Encodable {
  /// The files that were named.
  var files: [CheckedFile] = []
  var scaledObjects: [CheckedScaledObject] = []
  /// Documents that are no ScaledObjects with an external trigger: kind and name.
  var passedOver: [String] = []

  /// How many findings are as bad as `severity`.
  func count(_ severity: Finding.Severity) -> Int {
    (files.flatMap(\.findings) + scaledObjects.flatMap(\.allFindings))
      .count { $0.severity == severity }
  }
}

/// One file.
struct CheckedFile: Encodable {
  var file: String
  /// What concerns the file, or its documents that are no ScaledObjects or cannot be read.
  var findings: [Finding] = []
}

/// One ScaledObject.
struct CheckedScaledObject: Encodable {
  var file: String
  var name: String
  var namespace: String?
  var line: Int
  /// What concerns the ScaledObject as a whole.
  var findings: [Finding] = []
  var triggers: [CheckedTrigger] = []

  var allFindings: [Finding] { findings + triggers.flatMap(\.findings) }
}

/// One external trigger.
struct CheckedTrigger: Encodable {
  /// Its place among the ScaledObject's triggers, from 0.
  var index: Int
  var line: Int
  var findings: [Finding] = []
  /// The queries that were run; empty without a Prometheus.
  var queries: [CheckedQuery] = []
  /// What would be asked for now; `nil` where it was not tried or cannot be said.
  var decision: CheckedDecision?
}

/// One query's answer.
struct CheckedQuery: Encodable {
  var name: String
  var query: String
  /// How many series matched; `nil` where there was no answer.
  var series: Int?
  /// The labels of the first few series.
  var examples: [String] = []
  /// What the series were combined to.
  var reading: String
  var error: String?
}

/// The decision now.
struct CheckedDecision: Encodable {
  var desiredReplicas: Int
  var active: Bool
  var reasons: [String]
}

/// Something to know about a ScaledObject.
struct Finding: Encodable {
  /// How bad it is.
  enum Severity: String, Encodable {
    /// It will not work as written.
    case error
    /// It works, and most likely not as meant.
    case warning
    /// It works as meant; there is something to know or to gain.
    case note
  }

  /// Taken from the trap.
  let severity: Severity
  /// Which trap it is.
  let code: Trap
  /// The line in the file, from 1; 0 where none can be named.
  let line: Int
  /// What was found, and why it matters.
  let message: String
  /// What to write instead; empty where the message says it.
  let remedy: String

  /// A finding of `trap`, as bad as the trap is.
  init(_ trap: Trap, line: Int, _ message: String, remedy: String = "") {
    severity = trap.severity
    code = trap
    self.line = line
    self.message = message
    self.remedy = remedy
  }
}

extension Finding {
  /// What is wrong with a manifest as such.
  init(_ problem: ManifestProblem) {
    let trap: Trap =
      switch problem.kind {
      case .unreadable: .unreadable
      case .refused: .manifest
      case .keyTwice: .keyTwice
      }
    self.init(trap, line: problem.line, problem.explanation)
  }
}
