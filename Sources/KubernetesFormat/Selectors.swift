/// Which objects are meant, by their labels (`meta/v1 LabelSelector`).
package struct LabelSelector: Codable, Sendable, Equatable {
  /// Labels that must have these values.
  package var matchLabels: [String: String]?
  /// Further conditions, all of which must hold.
  package var matchExpressions: [SelectorRequirement]?

  /// A selector of these conditions.
  package init(
    matchLabels: [String: String]? = nil, matchExpressions: [SelectorRequirement]? = nil
  ) {
    self.matchLabels = matchLabels
    self.matchExpressions = matchExpressions
  }

  /// Whether labels fit; a selector that says nothing fits all.
  package func matches(_ labels: [String: String]) -> Bool {
    (matchLabels ?? [:]).allSatisfy { labels[$0.key] == $0.value }
      && (matchExpressions ?? []).allSatisfy { $0.matches(labels) }
  }
}

/// One condition on labels (`NodeSelectorRequirement`, `LabelSelectorRequirement`).
package struct SelectorRequirement: Codable, Sendable, Equatable {
  /// The label's name, or the field's.
  package var key: String
  /// `In`, `NotIn`, `Exists`, `DoesNotExist`, `Gt` or `Lt`.
  package var `operator`: String
  /// What it is compared with.
  package var values: [String]?

  /// A condition from its parts.
  package init(key: String, operator: String, values: [String]? = nil) {
    self.key = key
    self.operator = `operator`
    self.values = values
  }

  /// Whether labels fit. Without the label `NotIn` holds, `Gt` and `Lt` do not; an operator that is
  /// not known fits nothing.
  package func matches(_ labels: [String: String]) -> Bool {
    let value = labels[key]
    let wanted = values ?? []
    switch `operator` {
    case "In": return value.map(wanted.contains) ?? false
    case "NotIn": return value.map { !wanted.contains($0) } ?? true
    case "Exists": return value != nil
    case "DoesNotExist": return value == nil
    case "Gt", "Lt":
      guard let value = value.flatMap({ Int($0) }), let bound = wanted.first.flatMap({ Int($0) })
      else { return false }
      return `operator` == "Gt" ? value > bound : value < bound
    default: return false
    }
  }
}

/// Which nodes are meant: one of the terms must hold (`core/v1 NodeSelector`).
package struct NodeSelector: Codable, Sendable, Equatable {
  /// The alternatives.
  package var nodeSelectorTerms: [Term]

  /// A selector of these alternatives.
  package init(nodeSelectorTerms: [Term]) { self.nodeSelectorTerms = nodeSelectorTerms }

  /// Conditions that must all hold.
  package struct Term: Codable, Sendable, Equatable {
    /// On labels.
    package var matchExpressions: [SelectorRequirement]?
    /// On fields, of which there is only `metadata.name`.
    package var matchFields: [SelectorRequirement]?

    /// A term of these conditions.
    package init(
      matchExpressions: [SelectorRequirement]? = nil, matchFields: [SelectorRequirement]? = nil
    ) {
      self.matchExpressions = matchExpressions
      self.matchFields = matchFields
    }

    /// Whether a node fits; an empty term fits none.
    func matches(_ node: Node) -> Bool {
      let onLabels = matchExpressions ?? []
      let onFields = matchFields ?? []
      guard !(onLabels.isEmpty && onFields.isEmpty) else { return false }
      return onLabels.allSatisfy { $0.matches(node.metadata.labels ?? [:]) }
        && onFields.allSatisfy { $0.matches(["metadata.name": node.metadata.name]) }
    }
  }

  /// Whether a node fits one of the terms.
  package func matches(_ node: Node) -> Bool { nodeSelectorTerms.contains { $0.matches(node) } }
}

/// What keeps pods off a node (`core/v1 Taint`).
package struct Taint: Codable, Sendable, Equatable {
  /// Its name.
  package var key: String
  /// Its value.
  package var value: String?
  /// `NoSchedule`, `PreferNoSchedule` or `NoExecute`.
  package var effect: String

  /// A taint from its parts.
  package init(key: String, value: String? = nil, effect: String) {
    self.key = key
    self.value = value
    self.effect = effect
  }

  /// Whether it keeps a pod off that does not tolerate it.
  package var isBinding: Bool { effect == "NoSchedule" || effect == "NoExecute" }
}

/// Which taints a pod bears (`core/v1 Toleration`).
package struct Toleration: Codable, Sendable, Equatable {
  /// The taint's name; nil with `Exists` bears all.
  package var key: String?
  /// `Equal` (also where it is not written) or `Exists`.
  package var `operator`: String?
  /// The taint's value, for `Equal`.
  package var value: String?
  /// The taint's effect; nil is every effect.
  package var effect: String?

  /// A toleration from its parts.
  package init(
    key: String? = nil, operator: String? = nil, value: String? = nil, effect: String? = nil
  ) {
    self.key = key
    self.operator = `operator`
    self.value = value
    self.effect = effect
  }

  /// Whether it bears a taint.
  package func bears(_ taint: Taint) -> Bool {
    guard effect == nil || effect == "" || effect == taint.effect else { return false }
    let isAny = `operator` == "Exists"
    guard let key, !key.isEmpty else { return isAny }
    return key == taint.key && (isAny || (value ?? "") == (taint.value ?? ""))
  }
}
