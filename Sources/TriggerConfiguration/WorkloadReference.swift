/// A Deployment or StatefulSet, and what kube-state-metrics tells of it.
struct WorkloadReference: Equatable {
  /// The kinds that have ready replicas.
  enum Kind: String, CaseIterable {
    case deployment, statefulset
  }

  var kind: Kind
  var name: String

  /// PromQL for its ready replicas. Several kube-state-metrics say the same, so the largest counts.
  func readyQuery(namespace: String?) -> String {
    let metric = "kube_\(kind.rawValue)_status_replicas_ready"
    return "max(\(Self.series(metric, ["\(kind.rawValue)=\"\(name)\""], in: namespace)))"
  }

  /// PromQL for its pods that have a node, and with it their GPUs.
  func placedQuery(namespace: String?) -> String {
    let creator =
      kind == .deployment
      ? "created_by_kind=\"ReplicaSet\",created_by_name=~\"\(name)-[0-9a-z]+\""
      : "created_by_kind=\"StatefulSet\",created_by_name=\"\(name)\""
    let placed = Self.series("kube_pod_info", [creator, "node!=\"\""], in: namespace)
    return "(count(max by (\(Self.podLabels)) (\(placed)) "
      + "and on (\(Self.podLabels)) \(Self.livePods)) or vector(0))"
  }

  /// Pods that still hold what they were given.
  static let livePods = "(kube_pod_status_phase{phase=~\"Pending|Running\"} == 1)"

  /// What tells pods apart: Prometheus renames what kube-state-metrics says of them where a scrape
  /// job does not honour labels (its chart's default), and `pod` is then kube-state-metrics' own.
  static let podLabels = "namespace, pod, exported_namespace, exported_pod"

  /// A metric's series in a namespace, whether or not the scrape job honours labels.
  private static func series(
    _ metric: String, _ matchers: [String], in namespace: String?
  ) -> String {
    func one(_ more: [String]) -> String {
      "\(metric){\((matchers + more).joined(separator: ","))}"
    }
    guard let namespace else { return one([]) }
    return one(["exported_namespace=\"\"", "namespace=\"\(namespace)\""]) + " or "
      + one(["exported_namespace=\"\(namespace)\""])
  }
}

/// Where free GPUs are counted.
enum CapacitySource: Equatable {
  /// A device plugin's resource, as kube-state-metrics spells it: `nvidia_com_gpu`.
  case devicePlugin(resource: String)
  /// GPUs that the DCGM exporter sees and no claim of Dynamic Resource Allocation has.
  case dynamicResourceAllocation

  /// PromQL for the replicas that could be placed now: whole replicas on each node's free GPUs.
  func freeQuery(gpusPerReplica: Int) -> String {
    let free =
      switch self {
      case .devicePlugin(let resource): Self.freeOfPlugin(resource)
      case .dynamicResourceAllocation: Self.freeOfClaims
      }
    return "(sum(floor(clamp_min(\(free), 0) / \(gpusPerReplica))) or vector(0))"
  }

  /// Free GPUs by node: what nodes that are ready and not cordoned have, less what placed pods
  /// asked for.
  private static func freeOfPlugin(_ resource: String) -> String {
    let has = "max by (node) (kube_node_status_allocatable{resource=\"\(resource)\"})"
    let closed =
      "max by (node) (kube_node_spec_unschedulable == 1 "
      + "or kube_node_status_condition{condition=\"Ready\",status=\"true\"} == 0)"
    let pod = WorkloadReference.podLabels
    let asked =
      "max by (\(pod), container, exported_container, node) "
      + "(kube_pod_container_resource_requests{resource=\"\(resource)\",node!=\"\"})"
    let held = "sum by (node) (\(asked) and on (\(pod)) \(WorkloadReference.livePods))"
    return "(\(has) unless on (node) \(closed)) - (\(held) or 0 * \(has))"
  }

  /// Free GPUs by node: those without a claim or a workload.
  private static let freeOfClaims: String = {
    let gpu = "DCGM_FI_DEV_GPU_UTIL"
    let taken =
      "(\(gpu){dra_claim_name!=\"\"} or \(gpu){exported_pod!=\"\"} or \(gpu){pod_name!=\"\"})"
    return "(count by (Hostname) (max by (Hostname, UUID) (\(gpu)) unless on (UUID) \(taken)))"
  }()
}

extension MetadataValue {
  /// `deployment/llm` or `statefulset/llm`.
  func workload() throws(Refusal) -> WorkloadReference {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let kind = WorkloadReference.Kind(rawValue: parts[0].lowercased()),
      isObjectName(parts[1])
    else { throw refusal("write deployment/NAME or statefulset/NAME") }
    return WorkloadReference(kind: kind, name: String(parts[1]))
  }

  /// `nvidia.com/gpu`, another device plugin's resource, or `dra`.
  func capacitySource() throws(Refusal) -> CapacitySource {
    if text == "dra" { return .dynamicResourceAllocation }
    let isResource = text.utf8.allSatisfy { byte in
      byte.isWordByte || "./-".utf8.contains(byte)
    }
    guard isResource, text.contains("/") else {
      throw refusal("write a device plugin's resource, such as nvidia.com/gpu, or dra")
    }
    let name = text.map { $0.isLetter || $0.isNumber ? String($0) : "_" }.joined()
    return .devicePlugin(resource: name)
  }

  /// A Kubernetes object's name, which needs no escapes in PromQL; a dot would be any character.
  private func isObjectName(_ name: Substring) -> Bool {
    !name.isEmpty && name.utf8.count <= 253
      && name.utf8.allSatisfy { $0.isWordByte || $0 == UInt8(ascii: "-") }
  }
}
