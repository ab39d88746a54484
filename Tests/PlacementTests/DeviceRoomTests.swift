import Foundation
import KubernetesFormat
import Placement
import Testing

/// Objects as drivers publish them (NVIDIA's k8s-dra-driver-gpu), read by the real decoder.
private func slice(_ node: String, pool: String, generation: Int = 1, gpus: Int, mig: Int = 0)
  throws
  -> ResourceSlice
{
  let devices =
    (0..<gpus).map {
      """
      {"name": "gpu-\($0)", "attributes": {"type": {"string": "gpu"}, "index": {"int": \($0)}}}
      """
    } + (0..<mig).map { #"{"name": "mig-\#($0)", "attributes": {"type": {"string": "mig"}}}"# }
  return try decode(
    """
    {"metadata": {"name": "\(pool)-\(generation)"}, "spec": {"driver": "gpu.nvidia.com",
     "pool": {"name": "\(pool)", "generation": \(generation), "resourceSliceCount": 1},
     "nodeName": "\(node)", "devices": [\(devices.joined(separator: ","))]}}
    """)
}

private func decode<Value: Decodable>(_ json: String) throws -> Value {
  try JSONDecoder().decode(Value.self, from: Data(json.utf8))
}

private func gpuClass() throws -> DeviceClass {
  try decode(
    """
    {"metadata": {"name": "gpu.nvidia.com"}, "spec": {"selectors": [{"cel": {"expression":
     "device.driver == 'gpu.nvidia.com' && device.attributes['gpu.nvidia.com'].type == 'gpu'"}}]}}
    """)
}

private func claimTemplate(_ name: String, count: Int, selector: String? = nil) throws
  -> ResourceClaimTemplate
{
  let selectors = selector.map { ", \"selectors\": [{\"cel\": {\"expression\": \"\($0)\"}}]" } ?? ""
  return try decode(
    """
    {"metadata": {"name": "\(name)", "namespace": "inference"}, "spec": {"spec": {"devices":
     {"requests": [{"name": "gpu", "exactly": {"deviceClassName": "gpu.nvidia.com",
      "count": \(count)\(selectors)}}]}}}}
    """)
}

private func allocated(_ device: String, pool: String) throws -> ResourceClaim {
  try decode(
    """
    {"metadata": {"name": "c-\(device)", "namespace": "other"}, "spec": {"devices": {}},
     "status": {"allocation": {"devices": {"results": [{"request": "gpu",
      "driver": "gpu.nvidia.com", "pool": "\(pool)", "device": "\(device)"}]}}}}
    """)
}

@Suite("Room for replicas that claim devices")
struct DeviceRoomTests {
  @Test(
    "8 free GPUs and a claim of 2 are 4 replicas; MIG slices and others' devices do not count"
  )
  func counts() throws {
    let room = DeviceRoom(
      slices: [
        try slice("a", pool: "a", gpus: 8, mig: 4), try slice("b", pool: "b", gpus: 4),
      ], classes: [try gpuClass()],
      claims: [try allocated("gpu-0", pool: "b"), try allocated("gpu-1", pool: "b")],
      templates: [try claimTemplate("two", count: 2)])
    #expect(room.copies(claims: ["two"], namespace: "inference").byNode == ["a": 4, "b": 1])
    #expect(
      room.copies(claims: ["two", "two"], namespace: "inference").byNode == ["a": 2, "b": 0])
  }

  @Test("only the newest generation of a pool counts, and tainted devices do not")
  func generations() throws {
    var new = try slice("a", pool: "a", generation: 2, gpus: 3)
    new.spec.devices?[0].taints = [Taint(key: "broken", effect: "NoSchedule")]
    let room = DeviceRoom(
      slices: [try slice("a", pool: "a", gpus: 8), new], classes: [try gpuClass()], claims: [],
      templates: [try claimTemplate("one", count: 1)])
    #expect(room.copies(claims: ["one"], namespace: "inference").byNode == ["a": 2])
  }

  @Test("what a claim with admin access watches is free for others, and its own request no count")
  func adminAccess() throws {
    var watched = try allocated("gpu-0", pool: "a")
    watched.status?.allocation?.devices?.results?[0].adminAccess = true
    var watching = try claimTemplate("watching", count: 1)
    watching.spec.spec.devices?.requests?[0].exactly?.adminAccess = true
    let room = DeviceRoom(
      slices: [try slice("a", pool: "a", gpus: 8)], classes: [try gpuClass()], claims: [watched],
      templates: [try claimTemplate("one", count: 1), watching])
    #expect(room.copies(claims: ["one"], namespace: "inference").byNode == ["a": 8])
    #expect(
      room.copies(claims: ["watching"], namespace: "inference").remarks
        == ["the claim's request \"gpu\" is for admin access"])
  }

  @Test("devices that each say their node are counted there; what several nodes reach is not room")
  func otherPlaces() throws {
    var each = try slice("", pool: "each", gpus: 8)
    each.spec.nodeName = nil
    each.spec.perDeviceNodeSelection = true
    for index in 0..<8 { each.spec.devices?[index].nodeName = index < 6 ? "a" : "b" }
    var everywhere = try slice("", pool: "everywhere", gpus: 8)
    everywhere.spec.nodeName = nil
    everywhere.spec.allNodes = true
    func copies(_ slices: [ResourceSlice]) throws -> (byNode: [String: Int]?, remarks: [String]) {
      DeviceRoom(
        slices: slices, classes: [try gpuClass()], claims: [],
        templates: [try claimTemplate("one", count: 1)]
      ).copies(claims: ["one"], namespace: "inference")
    }
    #expect(try copies([each]).byNode == ["a": 6, "b": 2])
    let unknown = try copies([each, everywhere])
    #expect(unknown.byNode == nil)
    #expect(unknown.remarks == ["free devices that it claims are reached from several nodes"])
    // Devices of another kind are of no matter.
    everywhere.spec.driver = "network.example.com"
    #expect(try copies([each, everywhere]).byNode == ["a": 6, "b": 2])
  }

  @Test("a claim's own selector narrows its class")
  func ownSelector() throws {
    let room = DeviceRoom(
      slices: [try slice("a", pool: "a", gpus: 8)], classes: [try gpuClass()], claims: [],
      templates: [
        try claimTemplate(
          "third", count: 1, selector: "device.attributes['gpu.nvidia.com'].index == 3")
      ])
    #expect(room.copies(claims: ["third"], namespace: "inference").byNode == ["a": 1])
  }

  @Test("what cannot be told is not made up, and said")
  func unknown() throws {
    let room = DeviceRoom(
      slices: [try slice("a", pool: "a", gpus: 8)], classes: [try gpuClass()], claims: [],
      templates: [
        try claimTemplate("odd", count: 1, selector: "device.attributes.size() > 3")
      ])
    let odd = room.copies(claims: ["odd"], namespace: "inference")
    #expect(odd.byNode == nil)
    #expect(
      odd.remarks == ["the device selector \"device.attributes.size() > 3\" is not understood"])
    #expect(
      room.copies(claims: ["none"], namespace: "inference").remarks
        == ["there is no ResourceClaimTemplate \"none\""])
  }

  @Test("a pod's room is what both its resources and its devices leave")
  func together() throws {
    var node = Node(metadata: ObjectMeta(name: "a"))
    node.status = .init(
      allocatable: ["cpu": Quantity(whole: 10), "pods": Quantity(whole: 110)],
      conditions: [Condition(type: "Ready", status: "True")])
    var spec = PodSpec(containers: [.init(requests: ["cpu": Quantity(whole: 4)])])
    spec.resourceClaims = [.init(name: "gpu", resourceClaimTemplateName: "one")]
    let template = PodTemplate(namespace: "inference", labels: [:], spec: spec)
    let devices = DeviceRoom(
      slices: [try slice("a", pool: "a", gpus: 8)], classes: [try gpuClass()], claims: [],
      templates: [try claimTemplate("one", count: 1)])
    #expect(Room(for: template, nodes: [node], pods: [], devices: devices).copies == 2)
    let unread = Room(for: template, nodes: [node], pods: [])
    #expect(unread.copies == nil)
    #expect(
      unread.remarks
        == ["its devices are claimed (DRA), and the cluster's ResourceSlices are not read"])
  }

  @Test(
    "selectors of drivers' classes are understood, others are not",
    arguments: [
      ("device.driver == \"gpu.nvidia.com\"", true),
      (
        "device.driver == 'gpu.nvidia.com' && device.attributes['gpu.nvidia.com'].type == 'gpu'",
        true
      ),
      ("device.attributes[\"gpu.amd.com\"].type != \"x\"", true),
      ("device.attributes['a'].healthy == true", true),
      ("device.driver == 'a' || device.driver == 'b'", false),
      ("device.capacity['a'].memory.isGreaterThan(quantity('40Gi'))", false),
      ("device.driver", false), ("", false), ("device.driver == ' || '' && true == true", false),
    ])
  func conditions(expression: String, isUnderstood: Bool) {
    #expect((DeviceCondition(expression) != nil) == isUnderstood)
  }
}
