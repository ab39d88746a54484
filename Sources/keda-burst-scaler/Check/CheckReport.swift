/// What `check` found out, in the order of the file; printed as text or as JSON.
struct CheckReport: Encodable {
  var scaledObjects: [CheckedScaledObject] = []
  /// Documents that are no ScaledObjects with an external trigger: kind and name.
  var passedOver: [String] = []

  /// Whether something must be changed before this can work.
  var hasErrors: Bool {
    scaledObjects.contains { $0.allFindings.contains { $0.severity == .error } }
  }
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
  }

  var severity: Severity
  /// The line in the file, from 1; 0 where none can be named.
  var line: Int
  /// What was found, and why it matters.
  var message: String
  /// What to write instead; empty where the message says it.
  var remedy: String = ""
}
