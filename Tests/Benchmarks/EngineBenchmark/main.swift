internal import Glibc
internal import ScalingEngine

// One second of one ScaledObject with four learned triggers under a load that moves: how long a
// decision takes, and how much memory its state holds. `swift run -c release EngineBenchmark`.

private func observation(_ second: Int) -> Observation {
  let wave = Double((second * 37) % 600) / 10
  let waiting = second % 400 < 60 ? Double(second % 60) * 4 : 0
  return Observation(
    readings: [.total(waiting), .total(120 + wave), .total(14 + wave / 10), .average(0.9)],
    currentReplicas: 8 + second % 400 / 100, readyReplicas: 8)
}

private let kinds: [TriggerKind] = [.queueDepth, .concurrency, .rate, .utilization]
private let policy = ScalingPolicy(
  triggers: kinds.map { TriggerPolicy(name: $0.rawValue, kind: $0, target: .learned) })
private let seconds = 7200
private let rounds = 20
private let clock = ContinuousClock()
private var best = Duration.seconds(1_000)
private var total = 0
private var decider = ReplicaDecider(policy: policy)
for _ in 0..<rounds {
  decider = ReplicaDecider(policy: policy)
  let took = clock.measure {
    for second in 0..<seconds {
      if case .success(let decision) = decider.decide(
        observation(second), atSeconds: Double(second))
      {
        total += decision.desiredReplicas
      }
    }
  }
  best = min(best, took / seconds)
}
print("one decision: \(best) (mean of \(seconds), best of \(rounds)); checksum \(total)")
print("state: \(decider.stateBytes) bytes after \(seconds) s")
