/// Grows the fleet where requests wait and no model says that it should grow.
struct Escalation {
  private let constants: SharedConstants
  private var waitingSince: Double?
  private var asked: (count: Int, until: Double, waiting: Double)?

  init(_ constants: SharedConstants) { self.constants = constants }

  /// `count`, or more.
  ///
  /// A queue of one per replica that has stood for 5 s with nothing starting: 10 replicas become
  /// 13. While nothing is known of what a replica carries, a queue that grows doubles the fleet
  /// once per HPA sync: 1, 2, 4, 8.
  mutating func raised(
    _ count: Int, load: FleetLoad, currentReplicas: Int?, isCapacityKnown: Bool,
    atSeconds now: Double
  ) -> Int {
    guard let waiting = load.waitingForReplicas, waiting > 0, let current = currentReplicas else {
      waitingSince = nil
      asked = nil
      return count
    }
    let since = waitingSince ?? now
    waitingSince = since
    if now - since >= constants.escalationSeconds, asked.map({ $0.until <= now }) ?? true {
      let ready = load.readyReplicas ?? current
      var share: Double?
      if !isCapacityKnown {
        if waiting >= Double(ready), waiting > asked?.waiting ?? 0 { share = constants.blindGrowth }
      } else if count <= current, ready >= current, waiting >= Double(ready) {
        share = 1 + constants.escalationShare
      }
      if let share {
        let raised = Bounds.wholeReplicas(Double(Swift.max(1, current)) * share)
        asked = (raised, now + ScaleDownDamping.hintStandsSeconds, waiting)
      }
    }
    guard let asked, asked.until > now else { return count }
    return Swift.max(count, asked.count)
  }
}
