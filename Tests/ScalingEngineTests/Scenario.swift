import Foundation
import ScalingEngine

/// A scenario file that cannot be read, with its line.
struct ScenarioError: Error, CustomStringConvertible {
  /// What is wrong where.
  var description: String
}

/// A small scripted test of the engine; Tests/Testdata/scenarios/README.md describes the text.
struct Scenario {
  private struct Step {
    var line: Int
    var seconds: ClosedRange<Int>
    var cells: [String]
    var expected: [String]
  }

  private static let columns = ["gpu", "queue", "running", "arrivals", "current", "ready"]

  private var policy = ScalingPolicy(triggers: [])
  private var columnOfTrigger: [Int] = []
  private var placeable: Int?
  private var steps: [Step] = []

  /// Reads `text`.
  init(_ text: String) throws {
    for (index, raw) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
      let line = raw.trimmingCharacters(in: .whitespaces)
      guard !line.isEmpty, !line.hasPrefix("#") else { continue }
      if let arrow = line.range(of: "=>") {
        try addStep(
          String(line[..<arrow.lowerBound]), String(line[arrow.upperBound...]), index + 1)
      } else {
        let parts = line.split(separator: ":", maxSplits: 1).map {
          $0.trimmingCharacters(in: .whitespaces)
        }
        guard parts.count == 2, set(parts[0], parts[1]) else {
          throw ScenarioError(description: "line \(index + 1): \(line)")
        }
      }
    }
  }

  /// Plays it and tells each expectation that did not hold.
  func play() -> [String] {
    var decider = ReplicaDecider(policy: policy)
    var failures: [String] = []
    for step in steps {
      let onlyLast = step.expected.contains("at-end")
      for second in step.seconds {
        let outcome = decider.decide(
          observation(step, second), atSeconds: Double(second))
        if onlyLast, second < step.seconds.upperBound { continue }
        if let failure = mismatch(outcome, step.expected) {
          failures.append("line \(step.line), second \(second): \(failure)")
        }
      }
    }
    return failures
  }

  private mutating func addStep(_ left: String, _ right: String, _ line: Int) throws {
    let cells = left.split(separator: " ").map(String.init)
    let times = (cells.first ?? "").split(separator: "-").compactMap { Int($0) }
    guard cells.count == 7, let first = times.first, let last = times.last, first <= last else {
      throw ScenarioError(description: "line \(line): a time and six columns are needed")
    }
    let expected = right.split(separator: " ").map(String.init)
    steps.append(
      Step(line: line, seconds: first...last, cells: Array(cells.dropFirst()), expected: expected))
  }

  private mutating func set(_ key: String, _ value: String) -> Bool {
    switch key {
    case "triggers": return value.split(separator: " ").allSatisfy { addTrigger(String($0)) }
    case "forecast": policy.forecast = Forecast(rawValue: value) ?? .trend
    case "aggregation": policy.aggregation = value == "sum" ? .sum : value == "mean" ? .mean : .max
    case "min": policy.minReplicas = Int(value) ?? 0
    case "max": policy.maxReplicas = Int(value)
    case "cold-start": policy.coldStart = Double(value).map { .seconds($0) }
    case "scale-down-delay": policy.scaleDownDelay = Double(value).map { .seconds($0) }
    case "on-stale": policy.onStale = StaleAnswer(rawValue: value) ?? .error
    case "hold-for": policy.holdFor = .seconds(Double(value) ?? 300)
    case "placeable": placeable = Int(value)
    case "coverage": policy.burstCoverage = Double(value) ?? 0.8
    case "headroom":
      policy.headroom =
        value.hasSuffix("%")
        ? .share((Double(value.dropLast()) ?? 0) / 100) : .replicas(Double(value) ?? 0)
    default: return false
    }
    return true
  }

  private mutating func addTrigger(_ text: String) -> Bool {
    let parts = text.split(separator: "=").map(String.init)
    let kinds: [String: TriggerKind] = [
      "gpu": .utilization, "queue": .queueDepth, "running": .concurrency, "arrivals": .rate,
    ]
    guard parts.count == 2, let kind = kinds[parts[0]],
      let column = Self.columns.firstIndex(of: parts[0])
    else { return false }
    let scale = kind == .utilization ? 100.0 : 1
    let target = Double(parts[1]).map { TargetValue.number($0 / scale) } ?? .learned
    policy.triggers.append(TriggerPolicy(name: parts[0], kind: kind, target: target))
    columnOfTrigger.append(column)
    return true
  }

  private func observation(_ step: Step, _ second: Int) -> Observation {
    let elapsed = second - step.seconds.lowerBound
    let values = step.cells.map { Self.value($0, elapsed: elapsed) }
    let readings = zip(policy.triggers, columnOfTrigger).map { trigger, column -> TriggerReading in
      guard let value = values[column] else { return .unknown }
      return trigger.kind == .utilization ? .average(value / 100) : .total(value)
    }
    return Observation(
      readings: readings, currentReplicas: values[4].map { Int($0) },
      readyReplicas: values[5].map { Int($0) }, placeableReplicas: placeable)
  }

  private static func value(_ cell: String, elapsed: Int) -> Double? {
    if let plus = cell.firstIndex(of: "+") {
      guard let start = Double(cell[..<plus]),
        let step = Double(cell[cell.index(after: plus)...])
      else { return nil }
      return start + step * Double(elapsed)
    }
    if let wobble = cell.firstIndex(of: "~") {
      guard let middle = Double(cell[..<wobble]),
        let width = Double(cell[cell.index(after: wobble)...])
      else { return nil }
      // Always the same, and without a rhythm that a meter could lock on to.
      return middle + width * (Double((elapsed * 7919 + 104_729) % 101) / 50 - 1)
    }
    return Double(cell)
  }

  private func mismatch(_ outcome: Outcome, _ expected: [String]) -> String? {
    let wanted = expected.first ?? "?"
    guard case .success(let decision) = outcome else {
      return wanted == "error" || wanted == "?" ? nil : "expected \(wanted), got an error"
    }
    guard holds(decision.desiredReplicas, wanted) else {
      return "expected \(wanted), got \(decision.desiredReplicas)"
    }
    let codes = decision.reasons.map(\.code.rawValue)
    for (index, word) in expected.enumerated().dropFirst() {
      let next = index + 1 < expected.count ? expected[index + 1] : ""
      let isRight =
        switch word {
        case "stable", "panic", "hold": decision.mode.rawValue == word
        case "active": decision.isActive
        case "inactive": !decision.isActive
        case "because": codes.contains(next)
        case "not": !codes.contains(next)
        default: true
        }
      let isCode = ["because", "not"].contains(expected[index - 1])
      if !isRight, !isCode {
        return "expected \(expected.joined(separator: " ")), got \(decision.mode.rawValue) \(codes)"
      }
    }
    return nil
  }

  private func holds(_ count: Int, _ wanted: String) -> Bool {
    if wanted == "?" { return true }
    if wanted.hasPrefix(">=") { return Int(wanted.dropFirst(2)).map { count >= $0 } ?? false }
    if wanted.hasPrefix("<=") { return Int(wanted.dropFirst(2)).map { count <= $0 } ?? false }
    let bounds = wanted.components(separatedBy: "..").compactMap { Int($0) }
    guard let low = bounds.first, let high = bounds.last else { return false }
    return count >= low && count <= high
  }
}
