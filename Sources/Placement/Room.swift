package import KubernetesFormat

/// How many more copies of a pod the nodes of a cluster can take now.
///
/// What the scheduler looks at and is counted here: allocatable minus requested for every resource
/// that the pod asks for, the nodes' pod limit, cordons, readiness, `nodeSelector`, required node
/// affinity, taints, required anti-affinity of the copies among each other, and devices that they
/// claim by templates (`DeviceRoom`). What is not counted is said in `remarks`. Preemption is not
/// counted: room means room that is free.
package struct Room: Sendable, Equatable {
  /// Copies that find a place, over all nodes; nil where that cannot be told.
  package var copies: Int?
  /// By node, without those that take none, sorted by name.
  package var byNode: [Place] = []
  /// What could not be taken into account, one sentence each.
  package var remarks: [String] = []

  /// Copies that one node takes.
  package struct Place: Sendable, Equatable {
    /// The node.
    package var node: String
    /// How many.
    package var copies: Int

    /// A place from its parts.
    package init(node: String, copies: Int) {
      self.node = node
      self.copies = copies
    }
  }

  /// Room for copies of `template` among `nodes`, on which pods hold what `occupancy` says.
  ///
  /// Two nodes of 8 GPUs with 3 and 7 taken, and 2 GPUs a copy: 2 + 0 = 2, not (5 + 1) ÷ 2 = 3.
  /// Linear in nodes; with anti-affinity in the namespace's pods, too.
  package init(
    for template: PodTemplate, nodes: [Node], occupancy: Occupancy, devices: DeviceRoom? = nil
  ) {
    var limits: [String: Int] = [:]
    if !template.spec.claimTemplates.isEmpty {
      guard let devices else {
        remarks.append(
          "its devices are claimed (DRA), and the cluster's ResourceSlices are not read")
        return
      }
      let free = devices.copies(claims: template.spec.claimTemplates, namespace: template.namespace)
      remarks += free.remarks
      guard let copies = free.byNode else { return }
      limits = copies
    }
    remarks += template.spec.uncountedRules
    var domains: [Int: Set<String>] = [:]
    var total = 0
    let own = occupancy.byNamespace[template.namespace] ?? []
    let wanted = template.spec.resourceNames.map { ($0, template.spec.request($0)) }
    for node in nodes
    where node.takesPods && template.spec.mayRun(on: node) {
      var copies = Self.copies(wanted, on: node, occupancy)
      if !template.spec.claimTemplates.isEmpty {
        copies = min(copies, limits[node.metadata.name] ?? 0)
      }
      copies = template.kept(apart: copies, on: node, beside: own, nodes: nodes, &domains)
      guard copies > 0 else { continue }
      byNode.append(Place(node: node.metadata.name, copies: copies))
      total += copies
    }
    byNode.sort { $0.node < $1.node }
    copies = total
  }

  /// What the resources of one node leave.
  private static func copies(
    _ wanted: [(name: String, amount: Int64)], on node: Node, _ occupancy: Occupancy
  ) -> Int {
    let place = node.metadata.name
    var copies = max(0, node.allocatable("pods") / 1000 - occupancy.pods(on: place))
    for (name, amount) in wanted where amount > 0 {
      let free = node.allocatable(name) - occupancy.held(name, on: place)
      copies = min(copies, max(0, free) / amount)
    }
    return Int(copies)
  }
}

/// What a replica is, for finding places.
package struct PodTemplate: Sendable, Equatable {
  /// Where its pods are.
  package var namespace: String
  /// Its pods' labels.
  package var labels: [String: String]
  /// What it asks for.
  package var spec: PodSpec

  /// A template from its parts.
  package init(namespace: String, labels: [String: String], spec: PodSpec) {
    self.namespace = namespace
    self.labels = labels
    self.spec = spec
  }

  /// Cuts `copies` for one node to what required anti-affinity among the copies leaves: one per
  /// domain, none where a pod of the kind is already.
  fileprivate func kept(
    apart copies: Int, on node: Node, beside pods: [PlacedPod], nodes: [Node],
    _ taken: inout [Int: Set<String>]
  ) -> Int {
    guard copies > 0 else { return 0 }
    var copies = copies
    for (index, term) in spec.ownAntiAffinity(labels).enumerated() {
      guard let domain = node.domain(term.topologyKey) else { continue }
      if taken[index] == nil {
        let holders = pods.filter {
          $0.holdsResources && term.labelSelector?.matches($0.labels) == true
        }
        let names = Set(holders.compactMap(\.node))
        taken[index] = Set(
          nodes.filter { names.contains($0.metadata.name) }
            .compactMap { $0.domain(term.topologyKey) })
      }
      copies = taken[index]?.insert(domain).inserted == true ? min(copies, 1) : 0
    }
    return copies
  }
}

/// A pod that is there, with what it holds: the little of it that is kept.
package struct PlacedPod: Sendable, Equatable {
  /// Its namespace.
  package var namespace: String
  /// Its labels.
  package var labels: [String: String]
  /// The node it is on; nil while it waits for one.
  package var node: String?
  /// Amounts in thousandths, by resource.
  package var requests: [String: Int64]
  /// Whether it holds them still.
  package var holdsResources: Bool

  /// A pod from its parts.
  package init(
    namespace: String, labels: [String: String], node: String?, requests: [String: Int64],
    holdsResources: Bool = true
  ) {
    self.namespace = namespace
    self.labels = labels
    self.node = node
    self.requests = requests
    self.holdsResources = holdsResources
  }

  /// What is kept of a pod.
  package init(_ pod: Pod) {
    let amounts = pod.spec.resourceNames.map { ($0, pod.spec.request($0)) }
    self.init(
      namespace: pod.metadata.namespace ?? "", labels: pod.metadata.labels ?? [:],
      node: pod.spec.nodeName, requests: Dictionary(amounts) { one, _ in one },
      holdsResources: pod.holdsResources)
  }
}

extension Node {
  /// The domain it is in for a topology key; nil without that label.
  fileprivate func domain(_ key: String) -> String? {
    key == "kubernetes.io/hostname"
      ? metadata.labels?[key] ?? metadata.name : metadata.labels?[key]
  }
}

extension PodSpec {
  /// The names of its claims' templates, each as often as it is claimed.
  package var claimTemplates: [String] {
    (resourceClaims ?? []).compactMap(\.resourceClaimTemplateName)
  }

  /// Whether selectors and taints let it run there.
  func mayRun(on node: Node) -> Bool {
    let labels = node.metadata.labels ?? [:]
    guard (nodeSelector ?? [:]).allSatisfy({ labels[$0.key] == $0.value }) else { return false }
    if let required = affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution {
      guard required.matches(node) else { return false }
    }
    return (node.spec?.taints ?? []).filter(\.isBinding).allSatisfy { taint in
      (tolerations ?? []).contains { $0.bears(taint) }
    }
  }

  /// The anti-affinity terms that its own copies fall under.
  fileprivate func ownAntiAffinity(_ labels: [String: String]) -> [PodAffinityTerm] {
    (affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []).filter {
      $0.labelSelector?.matches(labels) == true
    }
  }

  /// Rules that are not counted, in words.
  fileprivate var uncountedRules: [String] {
    var rules: [String] = []
    if (topologySpreadConstraints ?? []).contains(where: {
      $0.whenUnsatisfiable != "ScheduleAnyway"
    }) {
      rules.append("its topologySpreadConstraints are not counted: the room may be less")
    }
    if (resourceClaims ?? []).contains(where: { $0.resourceClaimName != nil }) {
      rules.append("it shares a ResourceClaim, which is not counted: the room may be less")
    }
    return rules
  }
}
