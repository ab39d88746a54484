extension Reason: CustomStringConvertible {
  /// The reason as one sentence without its full stop, for people.
  package var description: String {
    let trigger = trigger.map { "\"\($0)\"" } ?? "the triggers together"
    let (isOne, amount) = (amount == 1, Self.short(amount))
    let replicas = isOne ? "1 replica" : "\(amount) replicas"
    let limit = Self.short(limit)
    switch code {
    case .demand:
      let target = self.limit == nil ? "" : " at a target value of \(limit)"
      return "\(trigger) asks for \(replicas)\(target)"
    case .unknownTrigger:
      return "\(trigger) has no usable value; the others may raise the decision, not lower it"
    case .partlyKnown:
      return "\(trigger) tells of \(amount) of \(limit) replicas that are ready; it may raise the "
        + "decision, not lower it"
    case .noReplicas: return "no replica runs, so \(trigger) has no series: that is no demand"
    case .readyUnknown: return "ready replicas are not known, so panic cannot be judged"
    case .stableWindow: return "the stable window's mean still asks for \(replicas)"
    case .panic:
      guard let ratio = self.amount, let threshold = self.limit, ratio < threshold else {
        return "demand is \(amount) times ready capacity (panic from \(limit) on)"
      }
      return "demand is \(amount) times ready capacity; panic mode stands a stable window longer"
    case .hintStands: return "\(amount) was asked for less than one HPA sync ago and stands"
    case .scaleDownDelay: return "\(amount) stands until lower demand has lasted \(limit) s"
    case .deadBand: return "\(amount) stands, for less is wanted, but not by enough"
    case .comeback: return "\(replicas) kept, for the past teaches that demand comes back"
    case .forecast: return "\(replicas) for the growth that the past teaches to expect"
    case .returning:
      return "\(replicas) for the load's return: earlier silences ended about now"
    case .seasonal:
      return "\(replicas) \(isOne ? "was" : "were") needed at this hour on earlier days"
    case .headroom: return "\(replicas) kept in reserve, as declared"
    case .backlog: return "\(replicas) to drain the queue within the latency objective"
    case .escalation: return "the queue stands and nothing is starting: at least \(amount)"
    case .starting: return "\(replicas) \(isOne ? "is on its" : "are on their") way already"
    case .tolerance: return "\(amount) is within the HPA's tolerance of \(limit): stepped past it"
    case .minReplicas: return "\(amount) is below minReplicas: raised to \(limit)"
    case .maxReplicas: return "\(amount) is above maxReplicas: cut to \(limit)"
    case .capacity: return "\(amount) wanted, room for \(limit)"
    case .hold: return "newer data are missing: \(amount) stands"
    case .impossibleObservation: return "an impossible observation of \(trigger) was set right"
    case .inactive: return "no trigger is above its activation threshold"
    case .group: return "another ScaledObject of its group is active, so it stays awake too"
    }
  }

  /// A number with at most two decimals, `?` where there is none.
  private static func short(_ number: Double?) -> String {
    guard let number, number.isFinite else { return "?" }
    let hundredths = (number * 100).rounded()
    guard abs(hundredths) < 1e15 else { return "\(number)" }
    let whole = Int(hundredths)
    let (integer, fraction) = (abs(whole) / 100, abs(whole) % 100)
    let sign = whole < 0 ? "-" : ""
    if fraction == 0 { return "\(sign)\(integer)" }
    if fraction % 10 == 0 { return "\(sign)\(integer).\(fraction / 10)" }
    return "\(sign)\(integer).\(fraction < 10 ? "0" : "")\(fraction)"
  }
}
