/// How a preset's series are asked for so that nothing is counted twice: name variants are joined
/// by `or`, which takes the right side only where the left has nothing under the same labels.
package enum PresetShape: Sendable, Equatable {
  /// Published by each replica itself. One series per replica: the replica's own series are
  /// combined by `combine` (sum over data-parallel ranks, models, versions) after the largest over
  /// the `copies` labels was taken (tensor- and pipeline-parallel ranks report the same requests).
  case replica(
    names: [String], matchers: [LabelMatcher] = [], copies: [String] = [], by: Combine = .sum)
  /// A counter: one total per second. The first tier that has anything counts: a router's own count
  /// sees what the engines have not taken yet.
  case rate(tiers: [[String]])
  /// One total, from parts that are no replicas of the scale target (routers, queues).
  case total(names: [String])
  /// Published by an exporter about a workload's GPUs, whose pod it names in one of several ways;
  /// with `minutes` the mean over so long, rounded up.
  case device(
    names: [String], workload: WorkloadLabels = .dcgm, minutes: Int? = nil,
    matchers: [LabelMatcher] = [])
  /// An average over a pool that has to be multiplied by the pool's ready replicas; the first pair
  /// of (average, ready) that is there counts, several publishers of one pool agree by maximum.
  case pool(pairs: [PoolPair])
  /// A mean over all ready replicas, 0 to 1; several publishers agree by maximum.
  case poolShare(names: [String])
  /// Mean time that a request waited, in seconds: growth of a counter of microseconds by growth of
  /// a counter of requests, over all replicas; 0 where no request was finished.
  case meanWait(microseconds: String, requests: String)
  /// A quantile of a histogram over all replicas, of the last minute; 0 where nothing was observed.
  /// The names are of its buckets.
  case quantile(Double, buckets: [String])

  /// How a replica's own series become one.
  package enum Combine: String, Sendable {
    /// They are parts.
    case sum
    /// They are views of the same, such as GPUs.
    case avg
  }

  /// The preset's own matchers but those on a label that the user chooses by.
  package func matchers(beside selector: [LabelMatcher]) -> [LabelMatcher] {
    switch self {
    case .replica(_, let matchers, _, _), .device(_, _, _, let matchers):
      matchers.filter { own in !selector.contains { $0.label == own.label } }
    case .rate, .total, .pool, .poolShare, .meanWait, .quantile: []
    }
  }

  /// Whether the answer is a mean over the ready replicas, which has to be multiplied by their
  /// number to become a total.
  var isAverage: Bool {
    switch self {
    case .poolShare, .meanWait, .quantile: true
    case .replica, .rate, .total, .device, .pool: false
    }
  }

  /// Whether each replica of the scale target publishes the metric itself, so that the publishers
  /// that answer are the ready replicas.
  package var isPublishedByReplicas: Bool {
    switch self {
    case .replica, .meanWait, .quantile: true
    case .rate, .total, .device, .pool, .poolShare: false
    }
  }

  /// Every metric name that can be in it, in the order of preference.
  package var metricNames: [String] {
    switch self {
    case .replica(let names, _, _, _), .total(let names), .device(let names, _, _, _),
      .poolShare(let names):
      names
    case .rate(let tiers): tiers.flatMap(\.self)
    case .pool(let pairs): pairs.flatMap { [$0.average, $0.ready] }
    case .meanWait(let microseconds, let requests): [microseconds, requests]
    case .quantile(_, let buckets): buckets
    }
  }
}

/// An average over a pool and the number it was averaged over.
package struct PoolPair: Sendable, Equatable {
  /// The metric with the average.
  package var average: String
  /// The metric with the number of ready replicas.
  package var ready: String
}

/// What an exporter calls the namespace in its old spelling, where the pod is `pod_name`.
package enum WorkloadLabels: Sendable {
  /// `pod_namespace`, as the DCGM exporter once wrote.
  case dcgm
  /// `namespace_name`, as the legacy NVIDIA exporter writes.
  case legacyNVIDIA

  /// Labels by which an exporter says the same of a GPU several times: its slices and the containers
  /// that share it in one pod, and the jobs on it (DCGM exporter: `vgpu`, `hpc_job`).
  package static let copies = [
    "vgpu", "container", "exported_container", "container_name", "hpc_job",
  ]

  /// The ways in which a series can name its workload, none of which can match the same series as
  /// another: renamed by Prometheus (`honorLabels: false`), old names, plain, and the claim of a GPU
  /// that Dynamic Resource Allocation gave out where no pod is named.
  package var spellings: [WorkloadSpelling] {
    let oldNamespace = self == .dcgm ? "pod_namespace" : "namespace_name"
    return [
      WorkloadSpelling(
        pod: "exported_pod",
        renames: ["namespace": "exported_namespace", "container": "exported_container"],
        absent: []),
      WorkloadSpelling(
        pod: "pod_name", renames: ["namespace": oldNamespace, "container": "container_name"],
        absent: ["exported_pod"]),
      WorkloadSpelling(pod: "pod", renames: [:], absent: ["exported_pod", "pod_name"]),
      WorkloadSpelling(
        pod: "dra_claim_name", renames: ["namespace": "dra_claim_namespace"],
        absent: ["exported_pod", "pod_name", "pod"]),
    ]
  }
}

/// One way of naming a workload's pod.
package struct WorkloadSpelling: Sendable {
  /// The label with the pod's name.
  package var pod: String
  /// What other labels of the workload are called then.
  package var renames: [String: String]
  /// Labels that a series of this spelling does not have.
  package var absent: [String]
}
