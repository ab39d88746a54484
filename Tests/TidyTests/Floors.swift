/// The house's plan: which target stands on which floor and what it may stand on.
///
/// The drawing of it is in `Sources/README.md`; a change here is a change of architecture.
enum Floors {
  /// The floor of each target below `Sources`.
  static let floorOf: [String: Int] = [
    "CGRPC": 0, "CConnectionGate": 0, "CCurl": 0, "CScalerProto": 0,
    "CAllocator": 0,
    "ScalingEngine": 1, "TriggerConfiguration": 1, "PrometheusFormat": 1, "TraceFormat": 1,
    "KubernetesFormat": 1, "Placement": 1,
    "GRPCBinding": 2, "CurlClient": 2, "ScalerMessages": 2, "KubernetesClient": 2,
    "ScalerService": 3, "AdminServer": 3, "DecisionLoop": 3, "MetricCollection": 3,
    "Simulation": 3, "ClusterState": 3,
    "keda-burst-scaler": 4,
  ]

  /// Imports between neighbours on one floor.
  static let sideways: [String: Set<String>] = [
    "TriggerConfiguration": ["ScalingEngine"],
    "KubernetesClient": ["CurlClient"],
    "Placement": ["KubernetesFormat"],
    "ClusterState": ["DecisionLoop"],
    "DecisionLoop": ["MetricCollection"],
    "ScalerService": ["DecisionLoop", "MetricCollection"],
    "AdminServer": ["DecisionLoop"],
  ]

  /// What a target may stand on below it, where that is less than every lower floor but C.
  static let below: [String: Set<String>] = [
    "GRPCBinding": ["CGRPC", "CConnectionGate"],
    "CurlClient": ["CCurl"],
    "ScalerMessages": ["CScalerProto"],
    "KubernetesClient": ["KubernetesFormat"],
    "MetricCollection": pure.union(["CurlClient"]),
    "DecisionLoop": pure,
    "ClusterState": pure.union(["KubernetesClient"]),
    "AdminServer": pure,
    "Simulation": pure,
  ]

  /// The names of floor 1.
  static let pure = Set(floorOf.filter { $0.value == 1 }.keys)

  /// The one target that may import each C module.
  static let ownerOfC: [String: String] = [
    "CGRPC": "GRPCBinding", "CConnectionGate": "GRPCBinding", "CCurl": "CurlClient",
    "CScalerProto": "ScalerMessages", "CAllocator": "keda-burst-scaler",
  ]

  /// Modules that come with Swift, by floor; floor 1 has neither files, clocks nor an environment.
  static let systemModules: [Set<String>] = [
    [],
    ["Swift", "Synchronization"],
    ["Swift", "Synchronization", "Glibc"],
    ["Swift", "Synchronization", "Glibc"],
    ["Swift", "Synchronization", "Glibc", "Dispatch", "Foundation", "FoundationEssentials"],
  ]

  /// Targets that need more of Swift's own modules than their floor has, and why.
  static let extraSystemModules: [String: Set<String>] = [
    // FlyingFox speaks Foundation's Data.
    "AdminServer": ["Foundation", "FoundationEssentials"],
    // Its JSON decoder reads the API's objects, its base64 a kubeconfig's certificates.
    "KubernetesClient": ["FoundationEssentials"],
  ]

  /// Targets that have fewer modules than their floor: a replay must be the same everywhere.
  static let withoutSystem: Set<String> = ["Simulation"]

  /// The functions of the C library that floor 1 may import one by one: arithmetic, nothing else.
  static let arithmetic: Set<String> = [
    "cos", "exp", "expm1", "lgamma", "log", "log1p", "log2", "pow", "sin", "tgamma",
  ]

  /// Targets still being written: their internal declarations may lack doc comments and their
  /// comments be wider than 100 columns. Take a target out when its tests pass without it here.
  static let settling: Set<String> = [
    "ScalingEngine", "TriggerConfiguration", "PrometheusFormat", "TraceFormat", "GRPCBinding",
    "CurlClient", "ScalerMessages", "MetricCollection", "DecisionLoop", "ScalerService",
    "AdminServer", "Simulation", "keda-burst-scaler", "TestSupport",
  ]

  /// Swift's own modules that a target may import whole.
  static func systemModules(of target: String) -> Set<String> {
    guard let floor = floorOf[target] else {
      return ["Swift", "Synchronization", "Glibc", "Dispatch", "Foundation", "Testing"]
    }
    let allowed = withoutSystem.contains(target) ? systemModules[1] : systemModules[floor]
    return allowed.union(extraSystemModules[target] ?? [])
  }

  /// True where the plan lets `target` depend on `other`, both below `Sources`.
  static func allows(_ target: String, on other: String) -> Bool {
    guard let own = floorOf[target], let its = floorOf[other] else { return true }
    if let owner = ownerOfC[other] { return owner == target }
    if sideways[target]?.contains(other) == true { return true }
    if let below = below[target] { return below.contains(other) }
    return its < own
  }
}
