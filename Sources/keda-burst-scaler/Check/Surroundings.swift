import TriggerConfiguration

/// What else is in the files that are checked together.
struct Surroundings {
  private let scaledObjects: [ScaledObjectManifest]
  private let neighbours: [NeighbourManifest]

  /// All that `files` hold.
  init(_ files: [ScaledObjectFile]) {
    scaledObjects = files.flatMap(\.scaledObjects)
    neighbours = files.flatMap(\.neighbours)
  }

  /// Where a Service of that name stands that is not headless; nil where none is known.
  func clusterIPService(_ service: ServiceName) -> String? {
    for neighbour in neighbours where neighbour.name == service.name {
      guard case .service(let clusterIP) = neighbour.role, clusterIP != "None",
        neighbour.namespace == nil || neighbour.namespace == service.namespace
      else { continue }
      return "line \(neighbour.line)"
    }
    return nil
  }

  /// What stands in the way of `manifest`: its target is missing, or moved by somebody else, too.
  func findings(_ manifest: ScaledObjectManifest) -> [Finding] {
    guard let target = manifest.scaleTargetName else {
      return [
        Finding(
          .targetMissing, line: manifest.line, "scaleTargetRef.name is missing",
          remedy: "scaleTargetRef: {name: \(manifest.name)}")
      ]
    }
    let kind = manifest.scaleTargetKind ?? "Deployment"
    let others = scaledObjects.filter {
      $0 != manifest && $0.namespace == manifest.namespace && $0.scaleTargetName == target
        && ($0.scaleTargetKind ?? "Deployment") == kind
    }
    var findings = others.map { other in
      Finding(
        .anotherAutoscaler, line: manifest.line,
        "the ScaledObject \(quoted(other.name)) (line \(other.line)) scales the same \(kind) "
          + "\(quoted(target)): the two would undo each other's work")
    }
    for neighbour in neighbours where neighbour.isBeside(manifest) {
      switch neighbour.role {
      case .autoscaler(kind, target):
        findings.append(
          Finding(
            .anotherAutoscaler, line: manifest.line,
            "the \(neighbour.kind) \(quoted(neighbour.name)) (line \(neighbour.line)) scales the "
              + "same \(kind) \(quoted(target)): the two would undo each other's work",
            remedy: "kubectl delete \(neighbour.kind.lowercased()) \(neighbour.name)"))
      case .workload(let replicas?) where neighbour.kind == kind && neighbour.name == target:
        findings.append(
          Finding(
            .replicasInWorkload, line: neighbour.line,
            "the \(kind) \(quoted(target)) has replicas: \(replicas), so every apply of it sets the "
              + "count back, in the middle of a burst, too; leave the line out"))
      default: break
      }
    }
    return findings
  }
}

extension NeighbourManifest {
  /// Whether both are, or may be, in one namespace.
  fileprivate func isBeside(_ manifest: ScaledObjectManifest) -> Bool {
    namespace == manifest.namespace || namespace == nil || manifest.namespace == nil
  }
}
