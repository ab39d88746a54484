internal import ScalingEngine

/// Joins what was read to a spec, and checks what only the whole can tell.
struct SpecAssembly {
  private let draft: SpecDraft
  /// Every problem so far.
  private(set) var problems: [MetadataProblem]
  private var warnings: [String] = []

  init(draft: SpecDraft, problems: [MetadataProblem]) {
    self.draft = draft
    self.problems = problems
  }

  /// The spec; where there are problems it may be incomplete or `nil`.
  mutating func spec(
    of triggers: [(origin: TriggerOrigin, draft: TriggerDraft)]
  ) -> TriggerSpec? {
    var policies: [TriggerPolicy] = []
    var sources: [TriggerSource] = []
    var origins: [TriggerOrigin] = []
    for (origin, trigger) in triggers {
      do throws(MetadataProblem) {
        let (policy, source) = try TriggerAssembly(
          origin: origin, draft: trigger, defaults: draft.defaults
        ).trigger()
        policies.append(policy)
        sources.append(source)
        origins.append(origin)
      } catch {
        problems.append(error)
      }
    }
    checkNames(policies, origins)
    checkServer()
    checkRanges()
    checkCluster()
    checkOutput(policies, origins)
    checkDefaults(triggers.map(\.draft), policies)
    var policy = draft.policy
    policy.triggers = policies
    policy.aggregation = aggregation(over: policies)
    let warner = SpecWarnings(policy: policy, sources: sources, draft: draft)
    warnings += warner.sentences()
    checkDirectPath()
    guard problems.isEmpty else { return nil }
    var spec = TriggerSpec(
      policy: policy, sources: sources, serverAddress: draft.serverAddress,
      profile: draft.profile,
      replicasQuery: draft.replicasQuery
        ?? draft.replicasOf?.readyQuery(namespace: draft.namespace),
      capacityQuery: draft.capacityQuery ?? capacityQuery,
      timeout: draft.timeout, output: draft.output, warnings: warnings)
    spec.isCappedByCluster = draft.isCappedByCluster
    spec.autoscaledReplicas = draft.autoscaledReplicas
    spec.directScaleUp =
      draft.directScaleUp ? DirectScaleUpLimits(perMinute: draft.directScaleUpLimit) : nil
    spec.group = draft.group
    return spec
  }

  private mutating func checkDirectPath() {
    if draft.written.contains("directScaleUpLimit"), !draft.written.contains("directScaleUp") {
      refuse(
        .key("directScaleUpLimit"), "goes with \"directScaleUp\", which is not written", "remove it"
      )
    }
    if draft.directScaleUp, draft.output == .metrics {
      refuse(
        .key("directScaleUp"), "is \"true\" with \"output: metrics\"",
        "write \"output: replicas\": only then does the HPA come to the count that was written")
    }
    if draft.written.contains("autoscaled"), !draft.isCappedByCluster,
      !problems.contains(where: { $0.place == .key("capacityOf") })
    {
      refuse(
        .key("autoscaled"), "goes with \"capacityOf: cluster\", which is not written", "remove it")
    }
  }

  private mutating func refuse(_ place: MetadataPlace, _ found: String, _ remedy: String) {
    problems.append(MetadataProblem(place: place, found: found, remedy: remedy))
  }

  private mutating func checkNames(_ policies: [TriggerPolicy], _ origins: [TriggerOrigin]) {
    var seen: Set<String> = []
    for (policy, origin) in zip(policies, origins) where !seen.insert(policy.name).inserted {
      refuse(
        origin.place(of: "name"), "is \(quoted(policy.name)), which an entry before it has too",
        "give each trigger a \"name\" of its own")
    }
  }

  private mutating func checkServer() {
    guard draft.written.isSuperset(of: ["profile", "serverAddress"]) else { return }
    refuse(
      .key("profile"), "is written beside \"serverAddress\", and a profile has its own address",
      "keep one of them: an address is asked without credentials")
  }

  private mutating func checkRanges() {
    let policy = draft.policy
    if policy.panicWindow > policy.stableWindow {
      let key = draft.written.contains("panicWindow") ? "panicWindow" : "stableWindow"
      refuse(
        .key(key),
        key == "panicWindow"
          ? "is \"\(policy.panicWindow.text)\", longer than the stable window of "
            + "\(policy.stableWindow.text)"
          : "is \"\(policy.stableWindow.text)\", shorter than the panic window of "
            + "\(policy.panicWindow.text)",
        "the panic window must not be longer than the stable window")
    }
    if let most = policy.maxReplicas, policy.minReplicas > most {
      refuse(
        .key("minReplicas"), "is \"\(policy.minReplicas)\", above maxReplicas \"\(most)\"",
        "write a minReplicas of at most \(most)")
    }
  }

  /// A ceiling on the total: what could be placed now, and what is placed already.
  private var capacityQuery: String? {
    guard let source = draft.capacityOf, let workload = draft.replicasOf else { return nil }
    return source.freeQuery(gpusPerReplica: draft.gpusPerReplica ?? 1) + " + "
      + workload.placedQuery(namespace: draft.namespace)
  }

  private mutating func checkCluster() {
    if draft.replicasOf != nil, draft.replicasQuery != nil {
      refuse(.key("replicasOf"), "and \"replicasQuery\" say the same", "keep one of them")
    }
    if draft.capacityOf != nil || draft.isCappedByCluster, draft.capacityQuery != nil {
      refuse(.key("capacityOf"), "and \"capacityQuery\" say the same", "keep one of them")
    }
    // Where replicasOf itself is wrong, that has been said.
    if draft.capacityOf != nil, draft.replicasOf == nil, !draft.written.contains("replicasOf") {
      refuse(
        .key("capacityOf"), "needs \"replicasOf\", whose GPUs are held already",
        "write \"replicasOf: deployment/NAME\" beside it, or a capacityQuery")
    }
    if draft.gpusPerReplica != nil, !draft.written.contains("capacityOf") {
      refuse(.key("gpusPerReplica"), "goes with \"capacityOf\", which is not written", "remove it")
    } else if draft.gpusPerReplica != nil, draft.isCappedByCluster {
      refuse(
        .key("gpusPerReplica"), "is told by the pod template with \"capacityOf: cluster\"",
        "remove it")
    }
  }

  private mutating func checkOutput(_ policies: [TriggerPolicy], _ origins: [TriggerOrigin]) {
    guard draft.output == .metrics else { return }
    for (policy, origin) in zip(policies, origins) where policy.target == .learned {
      refuse(
        origin.place(of: "threshold"), "is \"auto\" (or not written) with \"output: metrics\"",
        "write a number, or \"output: replicas\": an HPA's target has to be a number")
    }
    if draft.aggregation != .max {
      refuse(
        .key("aggregation"),
        "is \"\(draft.aggregation.rawValue)\", but with \"output: metrics\" the HPA combines the "
          + "metrics, and takes the largest", "write \"output: replicas\", or remove it")
    }
  }

  private mutating func checkDefaults(_ drafts: [TriggerDraft], _ policies: [TriggerPolicy]) {
    guard problems.isEmpty else { return }
    if draft.defaults.selector != nil, drafts.allSatisfy({ $0.preset == nil }) {
      refuse(
        .key("selector"), "goes with a preset, and no trigger has one",
        "write the matchers into the query's own braces")
    }
    if draft.defaults.endpoints != nil, drafts.allSatisfy({ $0.preset == nil }) {
      refuse(
        .key("endpoints"), "goes with a preset, and no trigger has one",
        "write a \"preset\" in place of a query, in an entry of \"triggers\", or remove it")
    }
    if draft.defaults.unit != nil, policies.allSatisfy({ $0.kind != .utilization }) {
      refuse(
        .key("unit"), "is for utilization, and no trigger is of that kind", "remove it")
    }
  }

  private mutating func aggregation(over policies: [TriggerPolicy]) -> Aggregation {
    guard draft.aggregation == .formula else {
      if draft.formula != nil {
        refuse(
          .key("formula"), "is written, but \"aggregation\" is \"\(draft.aggregation.rawValue)\"",
          "write \"aggregation: formula\", or remove it")
      }
      switch draft.aggregation {
      case .sum: return .sum
      case .mean: return .mean
      default: return .max
      }
    }
    guard let formula = draft.formula else {
      if !draft.written.contains("formula") {
        refuse(
          .key("aggregation"), "is \"formula\", but there is no \"formula\"",
          "write one, for example \"formula: max(queueDepth, 0.5*gpuUtilization)\"")
      }
      return .max
    }
    guard problems.isEmpty else { return .formula(formula) }
    let names = policies.map(\.name)
    for name in formula.names where !names.contains(name) {
      let isHyphenated = names.contains { $0.contains("-") || $0.contains(".") }
      refuse(
        .key("formula"), "names \(quoted(name)), which is no trigger",
        "use the names \(names.map { "\"\($0)\"" }.joined(separator: ", "))"
          + (isHyphenated ? "; a name in a formula has only letters, digits and \"_\"" : ""))
    }
    return .formula(formula)
  }
}
