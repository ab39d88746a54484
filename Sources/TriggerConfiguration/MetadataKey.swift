package import ScalingEngine

/// One key that trigger metadata may hold: a row of the table from which parsing, the suggestions
/// for typing errors and the configuration reference are made.
package struct MetadataKey: Sendable {
  /// Where a key may stand.
  package enum Scope: String, Sendable {
    /// In the metadata, once per trigger of the ScaledObject.
    case object
    /// In an entry of the `triggers` list (and, where it has a short form, after a prefix).
    case trigger
    /// In an entry, or in the metadata as the default of all entries.
    case either
    /// In the metadata, for KEDA itself, which hands it over with the rest; not used by us.
    case keda
  }

  /// Its spelling.
  package let name: String
  /// Where it may stand.
  package let scope: Scope
  /// What holds where it is not written, in words; `–` is nothing.
  package let defaultText: String
  /// A good value.
  package let example: String
  /// What it says, in a sentence or two.
  package let summary: String
  /// How its value is taken in.
  let reader: Reader

  /// How a key's value is taken in.
  enum Reader: Sendable {
    /// Into the whole.
    case object(@Sendable (MetadataValue, inout SpecDraft) throws(Refusal) -> Void)
    /// Into one trigger, or into the defaults of all.
    case trigger(@Sendable (MetadataValue, inout TriggerDraft) throws(Refusal) -> Void)
    /// The list of triggers, which the reader of the whole map takes apart.
    case list
    /// Not at all: it is KEDA's.
    case none
  }

  init(
    _ name: String, _ scope: Scope, default defaultText: String = "–", example: String,
    _ summary: String, _ reader: Reader
  ) {
    self.name = name
    self.scope = scope
    self.defaultText = defaultText
    self.example = example
    self.summary = summary
    self.reader = reader
  }

  /// What the key is called after a short form's prefix (`Threshold`); `nil` where the short form
  /// does not have it.
  package var shortFormSuffix: String? {
    switch name {
    case "query": "Query"
    case "threshold": "Threshold"
    case "activationThreshold": "ActivationThreshold"
    default: nil
    }
  }

  /// Whether it may stand in the metadata map itself.
  var isAtTop: Bool { scope != .trigger }
  /// Whether it may stand in an entry of the `triggers` list.
  var isInEntry: Bool { scope == .trigger || scope == .either }
}

/// Keys that people bring from KEDA's own triggers and that an external trigger cannot take, with
/// what to write instead. Their values are never shown: some are secrets.
let refusedKeys: [String: String] = {
  let authentication =
    "KEDA takes it from a TriggerAuthentication only; move it there (authenticationRef)"
  func profile(_ what: String) -> String {
    "credentials, headers and parameters are the operator's: write \(what) into a profile of the "
      + "server's configuration, and its name as \"profile\""
  }
  let credentials = profile("\"basic\", \"bearer\" or \"tls\"")
  let header = profile("\"headers: {X-Scope-OrgID: …}\"")
  let cloud =
    "no profile signs with a cloud's identity; put a signing proxy before the server, and name that "
    + "as serverAddress or in a profile"
  return [
    "caCert": authentication, "tlsClientCert": authentication, "tlsClientKey": authentication,
    "authModes": credentials, "bearerToken": credentials, "username": credentials,
    "password": credentials, "ca": credentials, "cert": credentials, "key": credentials,
    "customHeaders": header, "cortexOrgID": header,
    "queryParameters": profile("\"parameters: {dedup: …}\""),
    "namespace": profile("\"parameters: {namespace: …}\""),
    "awsRegion": cloud, "identityOwner": cloud,
    "metricName": "remove it: KEDA names the metric after its trigger",
    "metricType": "write it beside \"metadata\", not in it",
  ]
}()

/// A prefix of the short form and the kind it stands for.
package struct ShortFormPrefix: Sendable {
  /// The prefix, which is also the trigger's name.
  package let name: String
  /// The kind of its trigger.
  package let kind: TriggerKind

  /// The prefixes, in the order in which their triggers stand in the policy.
  package static let all = [
    ShortFormPrefix(name: "gpuUtilization", kind: .utilization),
    ShortFormPrefix(name: "queueDepth", kind: .queueDepth),
    ShortFormPrefix(name: "concurrency", kind: .concurrency),
    ShortFormPrefix(name: "requestRate", kind: .rate),
  ]
}
