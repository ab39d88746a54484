import ScalingEngine
import TriggerConfiguration

/// Traps that the text of the queries shows without asking anyone.
struct QueryTraps {
  let spec: TriggerSpec
  let line: Int

  var findings: [Finding] {
    var findings: [Finding] = []
    let hasReplicas =
      spec.replicasQuery != nil || spec.sources.contains { !Self.aggregatesReplicasAway($0) }
    for (source, policy) in zip(spec.sources, spec.policy.triggers) where !hasReplicas {
      if source.kind == .utilization {
        findings.append(averageTrap(source))
      } else if policy.target == .learned {
        findings.append(learnedTrap(source))
      }
    }
    return findings
  }

  private func averageTrap(_ source: TriggerSource) -> Finding {
    Finding(
      .averageAsTotal, line: line,
      "\"\(source.name)\" is one value over all replicas, and nothing tells how many are "
        + "ready: an average divided by a per-replica target can never ask for more than a replica "
        + "or two, whatever the load",
      remedy: "a query with one series per replica: avg by (pod) (DCGM_FI_DEV_GPU_UTIL{…})\n"
        + "or beside it: replicasQuery: "
        + "kube_deployment_status_replicas_ready{deployment=\"…\"}")
  }

  private func learnedTrap(_ source: TriggerSource) -> Finding {
    Finding(
      .readyReplicasUnknown, line: line,
      "\"\(source.name)\" has the threshold auto, which needs the number of ready "
        + "replicas, and nothing tells it",
      remedy: "replicasQuery: kube_deployment_status_replicas_ready{deployment=\"…\"}\n"
        + "or a number as its threshold")
  }

  /// Whether the query's outermost operator is an aggregation that keeps no replica label.
  static func aggregatesReplicasAway(_ source: TriggerSource) -> Bool {
    let query = source.query.drop { $0.isWhitespace || $0 == "(" }
    let word = query.prefix { $0.isLetter || $0 == "_" }
    let aggregations = [
      "avg", "sum", "max", "min", "count", "stddev", "stdvar", "quantile", "group", "scalar",
      "vector",
    ]
    guard aggregations.contains(String(word)) else { return false }
    let rest = query.dropFirst(word.count)
    guard let by = rest.firstRange(of: "by") else { return !rest.contains("without") }
    let labels = rest[by.upperBound...].drop { $0 == " " || $0 == "(" }.prefix { $0 != ")" }
    let kept = labels.split { $0 == "," || $0 == " " }.map(String.init)
    return !kept.contains { source.replicaLabels.contains($0) }
  }
}
