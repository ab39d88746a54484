package import CurlClient

/// Why the API server did not do as asked.
package struct KubernetesFailure: Error, Sendable, Equatable {
  /// Whose move it is.
  package enum Kind: Sendable, Equatable {
    /// It was not reached, or gave no whole answer.
    case unreachable(HTTPFailure.Kind)
    /// It does not know us (401).
    case unauthenticated
    /// We may not do that (403).
    case forbidden
    /// There is no such object, or no such API (404).
    case notFound
    /// The object has changed meanwhile, or is there already (409).
    case conflict
    /// The resourceVersion is too old to go on from (410).
    case expired
    /// Too much is asked of it (429, 503, 504), with the seconds to wait.
    case busy(retryAfterSeconds: Int?)
    /// It finds fault with what was asked (other 4xx), or with itself (5xx).
    case refused(status: Int)
    /// Its answer is not what the API says.
    case unreadable
  }

  /// Whose move it is.
  package var kind: Kind
  /// What was to be done: `watch pods`.
  package var action: String
  /// The server's own words, or what is wrong with them; at most 200 characters.
  package var detail: String
  /// The rule that would permit it, for `forbidden`.
  package var missingRule: PolicyRule?

  /// A failure from its parts.
  package init(kind: Kind, action: String, detail: String, missingRule: PolicyRule? = nil) {
    self.kind = kind
    self.action = action
    self.detail = detail
    self.missingRule = missingRule
  }
}

/// A rule of a Role or ClusterRole (`rbac.authorization.k8s.io/v1`).
package struct PolicyRule: Sendable, Equatable, CustomStringConvertible {
  /// The API group; empty for the core one.
  package var group: String
  /// The resource, with its subresource: `deployments/scale`.
  package var resource: String
  /// What may be done.
  package var verb: String
  /// Where: nil in the whole cluster.
  package var namespace: String?

  /// As it is written in YAML.
  package var description: String {
    "{apiGroups: [\"\(group)\"], resources: [\"\(resource)\"], verbs: [\"\(verb)\"]}"
  }
}

extension KubernetesFailure: CustomStringConvertible {
  /// One sentence: what happened, and what to do where that is known.
  package var description: String {
    switch kind {
    case .unreachable: return "cannot \(action): \(detail)"
    case .unauthenticated:
      return "cannot \(action): the API server does not know us (\(detail)); check the service "
        + "account's token, or the kubeconfig's credentials"
    case .forbidden:
      let place =
        missingRule?.namespace.map { "a Role in namespace \"\($0)\"" } ?? "the ClusterRole"
      let rule = missingRule.map { "; the rule \($0) is missing from \(place)" } ?? ""
      return "may not \(action)\(rule) (chart: kubernetes.mode)"
    case .notFound: return "cannot \(action): there is none (\(detail))"
    case .conflict: return "cannot \(action): it has changed meanwhile (\(detail))"
    case .expired: return "cannot \(action) from there: the resourceVersion is too old"
    case .busy: return "cannot \(action) now: the API server is busy (\(detail))"
    case .refused(let status): return "cannot \(action): status \(status), \(detail)"
    case .unreadable: return "cannot \(action): the answer is not what the API says (\(detail))"
    }
  }

  /// Whether asking again a little later may help.
  package var isPassing: Bool {
    switch kind {
    case .unreachable, .busy: true
    case .refused(let status): status >= 500
    default: false
    }
  }
}
