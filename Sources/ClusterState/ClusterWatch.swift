package import DecisionLoop
package import KubernetesClient
package import KubernetesFormat
package import Logging
internal import Placement
internal import Synchronization

/// Follows what the cluster's API says of ScaledObjects, their workloads, HPAs, pods and nodes.
package final class ClusterWatch: Sendable {
  /// KEDA's resources.
  let scaledObjects: ObjectStore<ScaledObject, ScaledObject>
  /// The HPAs, most of which KEDA keeps.
  let autoscalers: ObjectStore<HorizontalPodAutoscaler, HorizontalPodAutoscaler>
  /// Workloads …
  let deployments: ObjectStore<Workload, Workload>
  /// … of both kinds.
  let statefulSets: ObjectStore<Workload, Workload>
  /// All pods, for cold starts and what they hold.
  let pods: ObjectStore<Pod, PodRecord>
  /// All nodes, for what they have.
  let nodes: ObjectStore<Node, Node>
  /// Devices of Dynamic Resource Allocation …
  let slices: ObjectStore<ResourceSlice, ResourceSlice>
  /// … their kinds …
  let classes: ObjectStore<DeviceClass, DeviceClass>
  /// … who has them …
  let claims: ObjectStore<ResourceClaim, ResourceClaim>
  /// … and what pods will claim.
  let templates: ObjectStore<ResourceClaimTemplate, ResourceClaimTemplate>
  private let api: KubernetesAPI
  private let logger: Logger
  private let learned = Mutex<[ObjectKey: LearnedTarget]>([:])

  /// What is worked out for a target about once a second.
  private struct LearnedTarget {
    var coldStarts = ColdStarts()
    var room: Room?
    var placed = 0
  }

  /// How often cold starts and room are worked out anew, where pods or nodes have changed.
  private static let step = Duration.seconds(1)

  /// Follows nothing before `run`.
  ///
  /// - Parameter patience: what is longer out of reach counts as unknown.
  package init(api: KubernetesAPI, logger: Logger, patience: Duration = .seconds(60)) {
    self.api = api
    self.logger = logger
    scaledObjects = ObjectStore(patience: patience)
    autoscalers = ObjectStore(patience: patience)
    deployments = ObjectStore(patience: patience)
    statefulSets = ObjectStore(patience: patience)
    pods = ObjectStore(patience: patience) { PodRecord($0, before: $1, isNew: $2) }
    nodes = ObjectStore(patience: patience)
    slices = ObjectStore(patience: patience)
    classes = ObjectStore(patience: patience)
    claims = ObjectStore(patience: patience)
    templates = ObjectStore(patience: patience)
  }

  /// Follows until cancelled.
  package func run() async {
    await withTaskGroup(of: Void.self) { group in
      follow(.scaledObjects, scaledObjects, in: &group)
      follow(.horizontalPodAutoscalers, autoscalers, in: &group)
      follow(.deployments, deployments, in: &group)
      follow(.statefulSets, statefulSets, in: &group)
      follow(.pods, pods, in: &group)
      follow(.nodes, nodes, in: &group)
      // Kubernetes before 1.34 does without.
      follow(.resourceSlices, slices, isOptional: true, in: &group)
      follow(.deviceClasses, classes, isOptional: true, in: &group)
      follow(.resourceClaims, claims, isOptional: true, in: &group)
      follow(.resourceClaimTemplates, templates, isOptional: true, in: &group)
      group.addTask { await self.learn() }
    }
  }

  private func follow<Object, Kept>(
    _ resource: APIResource, _ store: ObjectStore<Object, Kept>, isOptional: Bool = false,
    in group: inout TaskGroup<Void>
  ) {
    let reflector = Reflector<Object>(
      api: api, resource: resource, logger: logger, isOptional: isOptional
    ) { store.take($0) }
    group.addTask { await reflector.run() }
  }

  /// Everything that is known of a ScaledObject; nil where there is none, or it cannot be told.
  package func view(of key: ObjectKey) -> TargetView? {
    guard let object = scaledObjects[key] else { return nil }
    var view = TargetView(object: object, workload: nil, hpa: nil)
    let target = object.spec.scaleTargetRef
    let place = ObjectKey(namespace: key.namespace, name: target.name)
    switch target.kind ?? "Deployment" {
    case "Deployment": view.workload = deployments[place]
    case "StatefulSet": view.workload = statefulSets[place]
    case let kind:
      view.remarks.append(
        "the cluster's API is asked about Deployments and StatefulSets only, not \(kind.prefix(80))"
      )
    }
    let isUsable = autoscalers.isUsable
    view.hpa = autoscalers[ObjectKey(namespace: key.namespace, name: object.hpaName)]
    view.isHPAKnown = isUsable && autoscalers.isUsable
    return view
  }

  /// What the decisions of a ScaledObject are told.
  package func reading(of key: ObjectKey) -> ClusterReading {
    var reading = ClusterReading()
    guard let view = view(of: key) else {
      reading.remarks = [
        scaledObjects.trouble.map { "the cluster's API: \($0)" }
          ?? "the cluster's API has not told of this ScaledObject"
      ]
      return reading
    }
    reading.currentReplicas = view.workload?.currentReplicas
    reading.readyReplicas = view.workload?.readyReplicas
    reading.remarks = view.remarks
    reading.warnings = view.warnings
    if view.workload == nil, view.remarks.isEmpty {
      let trouble = deployments.trouble ?? statefulSets.trouble
      reading.remarks = [
        trouble.map { "the cluster's API: \($0)" }
          ?? "the workload \"\(view.object.spec.scaleTargetRef.name)\" is not there"
      ]
    }
    let learned = learned.withLock { learned in
      if learned[key] == nil { learned[key] = LearnedTarget() }
      return learned[key] ?? LearnedTarget()
    }
    reading.coldStart = learned.coldStarts.percentiles
    if let room = learned.room {
      reading.placeableReplicas = room.copies.map { $0 + learned.placed }
      reading.remarks += room.remarks
    } else if let trouble = pods.trouble ?? nodes.trouble {
      reading.remarks.append("the room is not known: the cluster's API: \(trouble)")
    }
    return reading
  }

  /// Whether what decisions rest on has been told, or why it cannot be.
  package var isTold: Bool {
    scaledObjects.isTold && deployments.isTold && statefulSets.isTold
  }

  /// What cannot be followed now.
  package var troubles: [KubernetesFailure] {
    [
      scaledObjects.trouble, autoscalers.trouble, deployments.trouble, statefulSets.trouble,
      pods.trouble, nodes.trouble,
    ].compactMap { $0 }
  }

  /// Forgets targets that no trigger asks about any more.
  package func keep(only keys: Set<ObjectKey>) {
    learned.withLock { $0 = $0.filter { keys.contains($0.key) } }
  }

  /// Works cold starts and room out anew after changes, for all targets that were asked about.
  private func learn() async {
    var seen: [Int] = []
    var pause = Self.step
    while !Task.isCancelled {
      let targets = learned.withLock { Set($0.keys) }
      let sources: [any Revised] = [
        pods, nodes, deployments, statefulSets, slices, claims, templates, classes, scaledObjects,
      ]
      let revisions =
        sources.map(\.revision) + sources.map { $0.isUsable ? 1 : 0 } + [targets.count]
      if revisions != seen {
        seen = revisions
        let begun = ContinuousClock.now
        if let records = pods.all {
          let snapshot = Snapshot(
            pods: Dictionary(grouping: records, by: \.placed.namespace),
            occupancy: Occupancy(records.map(\.placed)), nodes: nodes.all, devices: deviceRoom)
          for key in targets { learn(key, snapshot) }
        } else {
          for key in targets { forgetRoom(of: key) }
        }
        // In a large cluster this takes a twentieth of one core, not more.
        pause = max(Self.step, (.now - begun) * 20)
      }
      try? await Task.sleep(for: pause)
    }
  }

  /// What all targets are looked at against.
  private struct Snapshot {
    var pods: [String: [PodRecord]]
    var occupancy: Occupancy
    var nodes: [Node]?
    var devices: DeviceRoom?
  }

  private func learn(_ key: ObjectKey, _ snapshot: Snapshot) {
    guard let workload = view(of: key)?.workload else { return forgetRoom(of: key) }
    let own = (snapshot.pods[key.namespace] ?? []).filter {
      workload.spec.selector.matches($0.placed.labels)
    }
    let template = PodTemplate(
      namespace: key.namespace, labels: workload.spec.template.metadata?.labels ?? [:],
      spec: workload.spec.template.spec)
    let room = snapshot.nodes.map { nodes in
      Room(
        for: template, nodes: nodes, occupancy: snapshot.occupancy, devices: snapshot.devices)
    }
    learned.withLock { learned in
      guard learned[key] != nil else { return }
      for pod in own {
        guard let seconds = pod.coldStartSeconds else { continue }
        learned[key]?.coldStarts.record(
          pod: pod.uid, made: pod.madeAt, seconds: seconds, isWitnessed: pod.isWitnessed)
      }
      learned[key]?.room = room
      learned[key]?.placed = own.count { $0.placed.node != nil && $0.placed.holdsResources }
    }
  }

  /// What was room once is none to go by.
  private func forgetRoom(of key: ObjectKey) {
    learned.withLock { $0[key]?.room = nil }
  }

  /// Free devices; nil where the cluster does not tell of them.
  private var deviceRoom: DeviceRoom? {
    guard let slices = slices.all, let classes = classes.all, let claims = claims.all,
      let templates = templates.all
    else { return nil }
    return DeviceRoom(slices: slices, classes: classes, claims: claims, templates: templates)
  }
}

/// Something whose changes are counted.
protocol Revised {
  /// Changes with every change.
  var revision: Int { get }
  /// Whether it can be gone by.
  var isUsable: Bool { get }
}

extension ObjectStore: Revised {}
