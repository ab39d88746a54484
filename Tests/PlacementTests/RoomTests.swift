import KubernetesFormat
import Placement
import Testing

private func gpus(_ count: Int64, _ name: String = "nvidia.com/gpu") -> [String: Quantity] {
  [name: Quantity(whole: count)]
}

private func node(
  _ name: String, gpus count: Int64 = 8, of resource: String = "nvidia.com/gpu",
  labels: [String: String] = [:], taints: [Taint] = [], pods: Int64 = 110
) -> Node {
  var node = Node(metadata: ObjectMeta(name: name))
  node.metadata.labels = labels
  node.spec = .init(taints: taints)
  node.status = .init(
    allocatable: [resource: Quantity(whole: count), "pods": Quantity(whole: pods)],
    conditions: [Condition(type: "Ready", status: "True")])
  return node
}

private func pod(
  on node: String?, gpus count: Int64, of resource: String = "nvidia.com/gpu",
  labels: [String: String] = [:], holds: Bool = true
) -> PlacedPod {
  PlacedPod(
    namespace: "inference", labels: labels, node: node, requests: [resource: count * 1000],
    holdsResources: holds)
}

private func template(
  _ requests: [String: Quantity], _ change: (inout PodSpec) -> Void = { _ in }
) -> PodTemplate {
  var spec = PodSpec(containers: [.init(requests: requests)])
  change(&spec)
  return PodTemplate(namespace: "inference", labels: ["app": "llm"], spec: spec)
}

extension Room {
  /// Room beside these pods.
  init(for template: PodTemplate, nodes: [Node], pods: [PlacedPod], devices: DeviceRoom? = nil) {
    self.init(for: template, nodes: nodes, occupancy: Occupancy(pods), devices: devices)
  }
}

@Suite("Room for more replicas")
struct RoomTests {
  @Test("is counted node by node: GPUs of two nodes do not add up to one replica's")
  func nodeByNode() {
    let room = Room(
      for: template(gpus(2)), nodes: [node("a"), node("b")],
      pods: [pod(on: "a", gpus: 3), pod(on: "b", gpus: 7)])
    #expect(room.copies == 2)
    #expect(room.byNode == [Room.Place(node: "a", copies: 2)])
  }

  @Test("pods that have ended hold nothing, pods without a node hold nothing yet")
  func endedPods() {
    let room = Room(
      for: template(gpus(1)), nodes: [node("a", gpus: 4)],
      pods: [
        pod(on: "a", gpus: 2, holds: false), pod(on: nil, gpus: 2), pod(on: "a", gpus: 1),
      ])
    #expect(room.copies == 3)
  }

  @Test(
    "each kind of GPU is its own resource",
    arguments: ["nvidia.com/gpu", "nvidia.com/mig-1g.10gb", "amd.com/gpu"])
  func kinds(resource: String) {
    let room = Room(
      for: template(gpus(1, resource)),
      nodes: [node("a", gpus: 7, of: resource), node("b", gpus: 8, of: "other.example/gpu")],
      pods: [pod(on: "a", gpus: 2, of: resource)])
    #expect(room.copies == 5)
  }

  @Test("the scarcest resource counts, the node's pod limit among them")
  func scarcest() {
    var big = node("a", gpus: 8)
    big.status?.allocatable?["cpu"] = Quantity("31500m")
    let wants = template(["nvidia.com/gpu": Quantity(whole: 1), "cpu": Quantity(whole: 8)])
    #expect(Room(for: wants, nodes: [big], pods: []).copies == 3)
    #expect(Room(for: template(gpus(1)), nodes: [node("a", pods: 5)], pods: []).copies == 5)
  }

  @Test("cordoned and unready nodes take none")
  func closedNodes() {
    var cordoned = node("a")
    cordoned.spec?.unschedulable = true
    var unready = node("b")
    unready.status?.conditions = [Condition(type: "Ready", status: "Unknown")]
    let room = Room(for: template(gpus(1)), nodes: [cordoned, unready, node("c")], pods: [])
    #expect(room.byNode == [Room.Place(node: "c", copies: 8)])
  }

  @Test("nodeSelector and required node affinity choose among nodes")
  func selectors() {
    let nodes = [
      node("a", labels: ["gpu": "a100", "zone": "1"]), node("b", labels: ["gpu": "h100"]),
      node("c"),
    ]
    let byLabel = template(gpus(1)) { $0.nodeSelector = ["gpu": "a100"] }
    #expect(Room(for: byLabel, nodes: nodes, pods: []).byNode.map(\.node) == ["a"])
    let byAffinity = template(gpus(1)) { spec in
      let terms = NodeSelector(nodeSelectorTerms: [
        .init(matchExpressions: [.init(key: "gpu", operator: "In", values: ["h100"])]),
        .init(matchFields: [.init(key: "metadata.name", operator: "In", values: ["c"])]),
        .init(),
      ])
      spec.affinity = .init(
        nodeAffinity: .init(requiredDuringSchedulingIgnoredDuringExecution: terms))
    }
    #expect(Room(for: byAffinity, nodes: nodes, pods: []).byNode.map(\.node) == ["b", "c"])
  }

  @Test("a taint keeps out who does not tolerate it; one that only prefers does not")
  func taints() {
    let nodes = [
      node("a", taints: [Taint(key: "nvidia.com/gpu", value: "present", effect: "NoSchedule")]),
      node("b", taints: [Taint(key: "spot", effect: "PreferNoSchedule")]),
      node("c", taints: [Taint(key: "drain", effect: "NoExecute")]),
    ]
    #expect(Room(for: template(gpus(1)), nodes: nodes, pods: []).byNode.map(\.node) == ["b"])
    let tolerant = template(gpus(1)) {
      $0.tolerations = [Toleration(key: "nvidia.com/gpu", operator: "Exists")]
    }
    #expect(Room(for: tolerant, nodes: nodes, pods: []).byNode.map(\.node) == ["a", "b"])
  }

  @Test("replicas that must be kept apart get one node, or one zone, each")
  func antiAffinity() {
    func apart(_ key: String) -> PodTemplate {
      template(gpus(1)) { spec in
        spec.affinity = .init(
          podAntiAffinity: .init(requiredDuringSchedulingIgnoredDuringExecution: [
            .init(labelSelector: LabelSelector(matchLabels: ["app": "llm"]), topologyKey: key)
          ]))
      }
    }
    let nodes = [
      node("a", labels: ["zone": "1"]), node("b", labels: ["zone": "1"]),
      node("c", labels: ["zone": "2"]),
    ]
    let running = [pod(on: "a", gpus: 1, labels: ["app": "llm"])]
    #expect(Room(for: apart("kubernetes.io/hostname"), nodes: nodes, pods: running).copies == 2)
    #expect(Room(for: apart("zone"), nodes: nodes, pods: running).byNode.map(\.node) == ["c"])
    #expect(Room(for: apart("zone"), nodes: nodes, pods: []).copies == 2)
  }

  @Test("what is not counted is said")
  func uncounted() {
    let spread = template(gpus(1)) {
      $0.topologySpreadConstraints = [.init(whenUnsatisfiable: "DoNotSchedule")]
    }
    #expect(
      Room(for: spread, nodes: [node("a")], pods: []).remarks
        == ["its topologySpreadConstraints are not counted: the room may be less"])
  }
}
