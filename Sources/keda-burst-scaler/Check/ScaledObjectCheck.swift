import ScalingEngine
import TriggerConfiguration

/// Checks one ScaledObject: its metadata, its queries, and the traps around it.
struct ScaledObjectCheck {
  let manifest: ScaledObjectManifest
  let file: String
  let surroundings: Surroundings
  var sources = SourceTraps()

  private var triggerTraps: TriggerTraps {
    TriggerTraps(manifest: manifest, surroundings: surroundings)
  }

  /// The findings; with a probe the queries are run too.
  func run(_ probe: QueryProbe?) async -> CheckedScaledObject {
    var checked = CheckedScaledObject(
      file: file, name: manifest.name, namespace: manifest.namespace, line: manifest.line)
    checked.findings =
      manifest.problems.map { Finding($0) } + surroundings.findings(manifest)
      + BehaviorTraps(manifest: manifest).findings + CountTraps(manifest: manifest).findings
      + triggerTraps.findings
    for trigger in manifest.triggers {
      checked.triggers.append(await check(trigger, probe))
    }
    return checked
  }

  private func check(_ trigger: TriggerManifest, _ probe: QueryProbe?) async -> CheckedTrigger {
    var checked = CheckedTrigger(index: trigger.index, line: trigger.line)
    checked.findings = triggerTraps.findings(trigger)
    let spec: TriggerSpec
    do {
      spec = try TriggerSpec(metadata: trigger.metadata, namespace: manifest.namespace)
    } catch {
      checked.findings += error.problems.map { problem in
        Finding(.triggerMetadata, line: line(of: problem, in: trigger), "\(problem)")
      }
      return checked
    }
    checked.findings += spec.warnings.map { Finding(.questionableMetadata, line: trigger.line, $0) }
    checked.findings += QueryTraps(spec: spec, line: trigger.line).findings
    checked.findings += PolicyTraps(manifest: manifest, trigger: trigger, spec: spec).findings
    let refused = sources.findings(spec, namespace: manifest.namespace, trigger)
    checked.findings += refused
    // Who refuses the server says so once.
    if let probe, probe.namesServer || !refused.contains(where: { $0.severity == .error }) {
      let namespace = manifest.namespace ?? "default"
      if let reason = probe.reasonNotToAsk(spec, namespace: namespace) {
        checked.findings.append(
          Finding(.queriesNotRun, line: trigger.line, "the queries were not run: \(reason)"))
      } else {
        await probe.run(spec, namespace: namespace, into: &checked)
        if let service = trigger.metadata["scalerAddress"].flatMap({ ScalerAddress($0)?.service }),
          spec.asksServer,
          let address = await probe.clusterIP(of: service, spec, namespace: namespace)
        {
          checked.findings.append(
            triggerTraps.notHeadless(service, known: "ClusterIP \(address)", trigger))
        }
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
