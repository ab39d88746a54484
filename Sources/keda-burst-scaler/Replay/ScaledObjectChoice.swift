import Foundation
import Simulation
import TriggerConfiguration

/// The one ScaledObject that a replay is about, out of a file of manifests.
enum ScaledObjectChoice {
  /// The ScaledObject called `name` in the file at `path`, or its only one.
  static func read(_ path: String, name: String?) throws(ReplayError) -> ScaledObjectManifest {
    let text: String
    do {
      text = try TextFile.read(path)
    } catch {
      throw .unreadable("", path, error)
    }
    let file: ScaledObjectFile
    do {
      file = try ScaledObjectFile(yaml: text)
    } catch {
      throw .world(error.problems.map { "\(path): \($0)" }.joined(separator: "\n"))
    }
    let found = file.scaledObjects.filter { name == nil || $0.name == name }
    guard let first = found.first else {
      let names = file.scaledObjects.map(\.name).joined(separator: ", ")
      throw .world(
        names.isEmpty
          ? "\(path) holds no ScaledObject with a trigger of type external or external-push"
          : "\(path) holds no ScaledObject called \(quoted(name ?? "")); it holds \(names)")
    }
    guard found.count == 1 else {
      let names = found.map(\.name).joined(separator: ", ")
      throw .option(
        "\(path) holds \(found.count) ScaledObjects (\(names)); choose one with --scaled-object")
    }
    guard first.triggers.count == 1 else {
      throw .world(
        "\(path): \(quoted(first.name)) has \(first.triggers.count) external triggers; a replay "
          + "plays one: put their queries into one trigger's \"triggers\" list")
    }
    return first
  }

  /// What of `manifest` a replay does not play, a sentence each.
  static func notPlayed(_ manifest: ScaledObjectManifest) -> [String] {
    var notes: [String] = []
    if let pausedBy = manifest.pausedBy {
      notes.append("\(manifest.name) is paused by \(pausedBy); played as if it were not")
    }
    if manifest.hasScalingModifiers {
      notes.append("scalingModifiers are not played; their formula would replace the hint")
    }
    if !manifest.otherTriggerTypes.isEmpty {
      let types = manifest.otherTriggerTypes.joined(separator: ", ")
      notes.append("its other triggers (\(types)) are not played; KEDA would take the largest")
    }
    return notes
  }
}

extension HorizontalPodAutoscaler.Behavior {
  /// A written behaviour; what is not written is as Kubernetes fills it in.
  init(_ written: HPABehavior?, path: String) throws(ReplayError) {
    guard let written else {
      self = .absent
      return
    }
    self = .filledIn
    scaleUp = try Self.rules(written.scaleUp, scaleUp, "\(path): scaleUp")
    scaleDown = try Self.rules(written.scaleDown, scaleDown, "\(path): scaleDown")
  }

  private static func rules(
    _ written: HPAScalingRules?, _ fallback: HorizontalPodAutoscaler.ScalingRules, _ place: String
  ) throws(ReplayError) -> HorizontalPodAutoscaler.ScalingRules {
    guard let written else { return fallback }
    var rules = fallback
    if let seconds = written.stabilizationWindowSeconds {
      rules.stabilizationWindowSeconds = Double(seconds)
    }
    if let tolerance = written.tolerance { rules.tolerance = tolerance }
    if let text = written.selectPolicy {
      guard let policy = HorizontalPodAutoscaler.SelectPolicy(rawValue: text) else {
        throw .world("\(place): selectPolicy is \(quoted(text)); use Max, Min or Disabled")
      }
      rules.selectPolicy = policy
    }
    if !written.policies.isEmpty {
      var policies: [HorizontalPodAutoscaler.Policy] = []
      for policy in written.policies {
        let seconds = Double(policy.periodSeconds)
        switch policy.type {
        case "Pods": policies.append(.pods(policy.value, periodSeconds: seconds))
        case "Percent": policies.append(.percent(policy.value, periodSeconds: seconds))
        default:
          throw .world("\(place): a policy's type is \(quoted(policy.type)); use Pods or Percent")
        }
      }
      rules.policies = policies
    }
    return rules
  }
}
