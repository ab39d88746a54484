internal import Glibc
internal import ScalingEngine

// One second of one ScaledObject with learned triggers under a load that moves: how long a decision
// takes, and how much memory its state holds.
//   swift run --configuration release EngineBenchmark [TRIGGERS]     4 unless told

private func observation(_ second: Int) -> Observation {
  let wave = Double((second * 37) % 600) / 10
  let waiting = second % 400 < 60 ? Double(second % 60) * 4 : 0
  let readings: [TriggerReading] = [
    .total(waiting), .total(120 + wave), .total(14 + wave / 10), .average(0.9),
  ]
  return Observation(
    readings: (0..<triggerCount).map { readings[$0 % readings.count] },
    currentReplicas: 8 + second % 400 / 100, readyReplicas: 8)
}

private let kinds: [TriggerKind] = [.queueDepth, .concurrency, .rate, .utilization]
private let triggerCount = CommandLine.arguments.dropFirst().first.flatMap { Int($0) } ?? 4
private let policy = ScalingPolicy(
  triggers: (0..<triggerCount).map {
    TriggerPolicy(name: "\($0)", kind: kinds[$0 % kinds.count], target: .learned)
  })
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
print(
  "one decision: \(best / .microseconds(1)) µs (mean of \(seconds), best of \(rounds)); "
    + "checksum \(total)")
print("state: \(decider.stateBytes) bytes after \(seconds) s")
