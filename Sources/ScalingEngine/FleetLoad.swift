/// The whole fleet's load at one instant, put together from all triggers that tell of it.
struct FleetLoad: Equatable {
  /// Requests waiting; `nil` where no queue-depth trigger is known.
  var waiting: Double?
  /// Requests running; `nil` where no concurrency trigger is known.
  var running: Double?
  /// Arrivals per second; `nil` where no rate trigger is known.
  var arrivalRate: Double?
  /// Sum over replicas of their utilization (0…1 each); `nil` where not known.
  var busyReplicas: Double?
  /// Replicas able to serve; `nil` where not known.
  var readyReplicas: Int?

  /// Requests of those waiting that more replicas would not help: `StrandedQueue`.
  var stranded = 0.0

  /// Whether every queue, concurrency and rate trigger is wholly known: else nothing is learned.
  var isWhole = true

  /// Requests in the system: running and waiting; `nil` without the running ones.
  var inSystem: Double? {
    running.map { $0 + (waiting ?? 0) }
  }

  /// Requests that wait for replicas; `nil` where no queue-depth trigger is known.
  var waitingForReplicas: Double? { waiting.map { $0 - stranded } }

  /// Nothing known.
  init() {}

  /// What `observation` tells of the fleet; at no replica, nothing runs.
  init(_ observation: Observation, triggers: [TriggerPolicy]) {
    readyReplicas = observation.readyReplicas
    for (trigger, reading) in zip(triggers, observation.readings) {
      if trigger.kind == .concurrency, reading == .unknown, readyReplicas == 0 {
        running = running ?? 0
        continue
      }
      let total = TriggerDemand.total(reading)
      if [.queueDepth, .concurrency, .rate].contains(trigger.kind) {
        if case .atLeast = reading { isWhole = false }
        if total == nil { isWhole = false }
      }
      guard let total else { continue }
      switch trigger.kind {
      case .queueDepth: waiting = (waiting ?? 0) + total
      case .concurrency: running = (running ?? 0) + total
      case .rate: arrivalRate = (arrivalRate ?? 0) + total
      case .utilization: busyReplicas = busyReplicas ?? busy(reading)
      case .gauge: break
      }
    }
  }

  private func busy(_ reading: TriggerReading) -> Double? {
    switch reading {
    case .unknown, .atLeast: nil
    case .perReplica(let sum, _), .total(let sum): sum
    case .average(let mean): readyReplicas.map { mean * Double($0) }
    }
  }
}
