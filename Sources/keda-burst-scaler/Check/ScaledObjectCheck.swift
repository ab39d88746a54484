import ScalingEngine
import TriggerConfiguration

/// Checks one ScaledObject: its metadata, its queries, and the traps around it.
struct ScaledObjectCheck {
  let manifest: ScaledObjectManifest
  let file: String

  /// The findings; with a probe the queries are run too.
  func run(_ probe: QueryProbe?) async -> CheckedScaledObject {
    var checked = CheckedScaledObject(
      file: file, name: manifest.name, namespace: manifest.namespace, line: manifest.line)
    checked.findings = ManifestTraps(manifest: manifest).findings
    for trigger in manifest.triggers {
      checked.triggers.append(await check(trigger, probe))
    }
    return checked
  }

  private func check(_ trigger: TriggerManifest, _ probe: QueryProbe?) async -> CheckedTrigger {
    var checked = CheckedTrigger(index: trigger.index, line: trigger.line)
    let spec: TriggerSpec
    do {
      spec = try TriggerSpec(metadata: trigger.metadata, namespace: manifest.namespace)
    } catch {
      checked.findings = error.problems.map { problem in
        Finding(severity: .error, line: line(of: problem, in: trigger), message: "\(problem)")
      }
      return checked
    }
    checked.findings += spec.warnings.map {
      Finding(severity: .warning, line: trigger.line, message: $0)
    }
    checked.findings += QueryTraps(spec: spec, line: trigger.line).findings
    if manifest.minReplicaCount == 0, spec.sources.allSatisfy(\.vanishesAtZero) {
      checked.findings.append(
        Finding(
          severity: .warning, line: trigger.line,
          message: "minReplicaCount is 0, and every trigger's series are gone when no replica is "
            + "there: nothing can wake the target",
          remedy: "a trigger on a gateway, router or queue beside it, for example "
            + "preset: inference-gateway-flow-control-queue"))
    }
    if let probe {
      let namespace = manifest.namespace ?? "default"
      if let reason = probe.reasonNotToAsk(spec, namespace: namespace) {
        checked.findings.append(
          Finding(
            severity: .warning, line: trigger.line, message: "the queries were not run: \(reason)"))
      } else {
        await probe.run(spec, namespace: namespace, into: &checked)
      }
    }
    return checked
  }

  private func line(of problem: MetadataProblem, in trigger: TriggerManifest) -> Int {
    switch problem.place {
    case .key(let key): trigger.metadataLines[key] ?? trigger.line
    case .entry: trigger.metadataLines["triggers"] ?? trigger.line
    case .metadata: trigger.line
    }
  }
}

extension TriggerSource {
  /// Whether it is a preset's whose series are the replicas' own.
  fileprivate var vanishesAtZero: Bool {
    preset.flatMap(Preset.named)?.vanishesAtZero ?? false
  }
}
