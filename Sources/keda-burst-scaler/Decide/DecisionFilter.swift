package import Foundation
import ScalingEngine
package import TriggerConfiguration

/// Turns observation lines into decision lines.
package struct DecisionFilter {
  private let spec: TriggerSpec
  private var decider: ReplicaDecider
  private var lineNumber = 0
  private let decoder = JSONDecoder()
  private let encoder: JSONEncoder

  /// A filter that decides as `spec` says.
  package init(spec: TriggerSpec) {
    self.spec = spec
    decider = ReplicaDecider(policy: spec.policy)
    encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
  }

  /// The answer to one line, its newline included: a decision, or an error with the line's number.
  package mutating func answer(to line: String) -> Data {
    lineNumber += 1
    let observed: ObservationLine
    do {
      observed = try decoder.decode(ObservationLine.self, from: Data(line.utf8))
    } catch {
      return encoded(DecisionLine(error: "line \(lineNumber): \(Self.explain(error))"))
    }
    switch decider.decide(observation(observed), atSeconds: observed.t) {
    case .success(let decision): return encoded(DecisionLine(decision))
    case .failure(let undecided):
      return encoded(DecisionLine(error: "line \(lineNumber): \(undecided.explanation)"))
    }
  }

  private func observation(_ line: ObservationLine) -> Observation {
    let readings = spec.sources.map { source -> TriggerReading in
      guard let value = line.metrics?[source.query] ?? nil else {
        return source.ignoreNullValues ? .total(0) : .unknown
      }
      let amount = value / source.unit.divisor
      return source.kind == .utilization ? .average(amount) : .total(amount)
    }
    return Observation(
      readings: readings, currentReplicas: count(line.replicas?.current),
      readyReplicas: count(line.replicas?.ready),
      placeableReplicas: spec.capacityQuery.flatMap { count(line.metrics?[$0] ?? nil) })
  }

  /// A count of replicas; the engine sets impossible ones right.
  private func count(_ number: Double?) -> Int? {
    number.flatMap { Int(exactly: $0.rounded(.down)) }
  }

  private func encoded(_ line: DecisionLine) -> Data {
    do {
      return try encoder.encode(line) + Data("\n".utf8)
    } catch {
      return Data("{\"error\":\"line \(lineNumber): the decision cannot be written\"}\n".utf8)
    }
  }

  private static func explain(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
    case DecodingError.typeMismatch(_, let context),
      DecodingError.valueNotFound(_, let context):
      "\(path(context)) is not a number or a map as expected"
    case DecodingError.dataCorrupted(let context) where !context.codingPath.isEmpty:
      "\(path(context)) cannot be read"
    default: "is not a JSON object such as {\"t\":1,\"metrics\":{\"queue_depth\":3}}"
    }
  }

  private static func path(_ context: DecodingError.Context) -> String {
    quoted(context.codingPath.map(\.stringValue).joined(separator: "."))
  }
}

/// One observation as `decide` reads it; unknown fields are passed over.
private struct ObservationLine: Decodable {
  var t: Double
  var metrics: [String: Double?]?
  var replicas: Replicas?

  struct Replicas: Decodable {
    var current: Double?
    var ready: Double?
  }
}

/// One decision as `decide` writes it.
private struct DecisionLine: Encodable {
  var value: Double?
  var active: Bool?
  var mode: String?
  var reasons: [Reason] = []
  var shortfall: Int?
  var error: String?

  init(_ decision: Decision) {
    value = Double(decision.desiredReplicas)
    active = decision.isActive
    mode = decision.mode.rawValue
    reasons = decision.reasons
    shortfall = decision.shortfall > 0 ? decision.shortfall : nil
  }

  init(error: String) {
    self.error = error
  }

  private enum Key: String, CodingKey {
    case value, active, mode, reasons, shortfall, error
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Key.self)
    try container.encode(value, forKey: .value)
    try container.encode(active, forKey: .active)
    try container.encodeIfPresent(mode, forKey: .mode)
    try container.encode(reasons, forKey: .reasons)
    try container.encodeIfPresent(shortfall, forKey: .shortfall)
    try container.encodeIfPresent(error, forKey: .error)
  }
}
