/// A pod, as far as it is looked at (`core/v1`).
package struct Pod: APIObject, Equatable {
  /// Name, labels, when it was made.
  package var metadata: ObjectMeta
  /// Where it runs and what it asks for.
  package var spec: PodSpec
  /// How far it has come.
  package var status: PodStatus?

  /// Whether it holds what it asked for: until it has ended.
  package var holdsResources: Bool {
    status?.phase != "Succeeded" && status?.phase != "Failed"
  }

  /// Seconds from being asked for to being ready, where that may be the first time: a pod whose
  /// containers have restarted may have become ready before. So may one whose probe failed, which
  /// its status does not tell.
  package var coldStartSeconds: Double? {
    guard let made = metadata.creationTimestamp, let ready = status?.conditions?["Ready"],
      ready.isTrue, let since = ready.lastTransitionTime, since >= made,
      (status?.containerStatuses ?? []).allSatisfy({ ($0.restartCount ?? 0) == 0 })
    else { return nil }
    return since.unixSeconds - made.unixSeconds
  }

  /// Whether it can serve.
  package var isReady: Bool {
    metadata.deletionTimestamp == nil && status?.conditions?["Ready"]?.isTrue == true
  }
}

/// How far a pod has come.
package struct PodStatus: Codable, Sendable, Equatable {
  /// `Pending`, `Running`, `Succeeded`, `Failed` or `Unknown`.
  package var phase: String?
  /// `PodScheduled`, `Ready` …
  package var conditions: [Condition]?
  /// Each container's.
  package var containerStatuses: [ContainerStatus]?

  /// One container's.
  package struct ContainerStatus: Codable, Sendable, Equatable {
    /// How often it was started again.
    package var restartCount: Int?
  }
}

/// What a pod asks for and where it may run (`core/v1 PodSpec`).
package struct PodSpec: Codable, Sendable, Equatable {
  /// The node it is on.
  package var nodeName: String?
  /// Its containers.
  package var containers: [Container]
  /// Containers that run before them, or, with `restartPolicy: Always`, beside them.
  package var initContainers: [Container]?
  /// What the pod costs beside its containers.
  package var overhead: [String: Quantity]?
  /// Labels that its node must have.
  package var nodeSelector: [String: String]?
  /// Which nodes and neighbours it wants.
  package var affinity: Affinity?
  /// The taints it bears.
  package var tolerations: [Toleration]?
  /// Rules on how it spreads.
  package var topologySpreadConstraints: [TopologySpreadConstraint]?
  /// Devices it claims.
  package var resourceClaims: [PodResourceClaim]?
  /// The amounts of the pod as a whole (Kubernetes 1.34 and newer: cpu, memory, huge pages).
  package var resources: Resources?

  /// A pod of these containers.
  package init(containers: [Container]) { self.containers = containers }

  /// One container.
  package struct Container: Codable, Sendable, Equatable {
    /// Its amounts.
    package var resources: Resources?
    /// `Always` makes an init container run beside the others.
    package var restartPolicy: String?

    /// A container that asks for these amounts.
    package init(requests: [String: Quantity]) { resources = Resources(requests: requests) }
  }

  /// What a container, or a pod as a whole, asks for.
  package struct Resources: Codable, Sendable, Equatable {
    /// What must be free.
    package var requests: [String: Quantity]?
    /// What is not exceeded; also the request where that is not written.
    package var limits: [String: Quantity]?

    /// Amounts from their parts.
    package init(requests: [String: Quantity]? = nil, limits: [String: Quantity]? = nil) {
      self.requests = requests
      self.limits = limits
    }

    /// The amount of one resource that must be free.
    func request(_ name: String) -> Int64 {
      (requests?[name] ?? limits?[name])?.thousandths ?? 0
    }
  }

  /// Which nodes and neighbours are wanted, as far as it binds.
  package struct Affinity: Codable, Sendable, Equatable {
    /// Nodes.
    package var nodeAffinity: NodeAffinity?
    /// Pods that must be kept apart.
    package var podAntiAffinity: PodAntiAffinity?

    /// An affinity from its parts.
    package init(nodeAffinity: NodeAffinity? = nil, podAntiAffinity: PodAntiAffinity? = nil) {
      self.nodeAffinity = nodeAffinity
      self.podAntiAffinity = podAntiAffinity
    }
  }

  /// Nodes that are wanted.
  package struct NodeAffinity: Codable, Sendable, Equatable {
    /// Binding while a pod is placed.
    package var requiredDuringSchedulingIgnoredDuringExecution: NodeSelector?

    /// An affinity that requires this.
    package init(requiredDuringSchedulingIgnoredDuringExecution: NodeSelector?) {
      self.requiredDuringSchedulingIgnoredDuringExecution =
        requiredDuringSchedulingIgnoredDuringExecution
    }
  }

  /// Pods that must be kept apart.
  package struct PodAntiAffinity: Codable, Sendable, Equatable {
    /// Binding while a pod is placed.
    package var requiredDuringSchedulingIgnoredDuringExecution: [PodAffinityTerm]?

    /// An anti-affinity that requires this.
    package init(requiredDuringSchedulingIgnoredDuringExecution: [PodAffinityTerm]?) {
      self.requiredDuringSchedulingIgnoredDuringExecution =
        requiredDuringSchedulingIgnoredDuringExecution
    }
  }

  /// Pods within one topology domain.
  package struct PodAffinityTerm: Codable, Sendable, Equatable {
    /// Which pods.
    package var labelSelector: LabelSelector?
    /// Nodes with the same value of this label are one domain.
    package var topologyKey: String

    /// A term from its parts.
    package init(labelSelector: LabelSelector?, topologyKey: String) {
      self.labelSelector = labelSelector
      self.topologyKey = topologyKey
    }
  }

  /// How pods spread; only its presence is looked at.
  package struct TopologySpreadConstraint: Codable, Sendable, Equatable {
    /// `DoNotSchedule` binds.
    package var whenUnsatisfiable: String?

    /// A rule from its part.
    package init(whenUnsatisfiable: String?) { self.whenUnsatisfiable = whenUnsatisfiable }
  }

  /// A claim of the pod.
  package struct PodResourceClaim: Codable, Sendable, Equatable {
    /// The name containers use.
    package var name: String
    /// A claim that exists and is shared.
    package var resourceClaimName: String?
    /// The template of a claim of the pod's own.
    package var resourceClaimTemplateName: String?

    /// A claim of the pod's own, or a shared one.
    package init(
      name: String, resourceClaimName: String? = nil, resourceClaimTemplateName: String? = nil
    ) {
      self.name = name
      self.resourceClaimName = resourceClaimName
      self.resourceClaimTemplateName = resourceClaimTemplateName
    }
  }

  /// The names of all resources that are asked for.
  package var resourceNames: Set<String> {
    var names = Set(overhead?.keys.map { $0 } ?? [])
    let all = [resources] + (containers + (initContainers ?? [])).map(\.resources)
    for amounts in all.flatMap({ [$0?.requests, $0?.limits] }) {
      names.formUnion(amounts?.keys.map { $0 } ?? [])
    }
    return names
  }

  /// The amount of one resource, in thousandths, that must be free on its node: the sum over its
  /// containers, or what an init container needs at its turn, whichever is more.
  ///
  /// Containers of 1 and 2 and an init container of 4: 4. With a sidecar of 3 before it: 7. What is
  /// asked for the pod as a whole stands instead of that, and so does its limit where no container
  /// asks for anything (KEP-2837).
  package func request(_ name: String) -> Int64 {
    var beside: Int64 = 0
    var most: Int64 = 0
    for container in initContainers ?? [] {
      let amount = container.resources?.request(name) ?? 0
      if container.restartPolicy == "Always" { beside = beside.plus(amount) }
      most = max(most, container.restartPolicy == "Always" ? beside : beside.plus(amount))
    }
    let sum = containers.reduce(beside) { $0.plus($1.resources?.request(name) ?? 0) }
    let inside = max(sum, most)
    let whole = resources?.requests?[name] ?? (inside == 0 ? resources?.limits?[name] : nil)
    return (whole?.thousandths ?? inside).plus(overhead?[name]?.thousandths ?? 0)
  }
}
