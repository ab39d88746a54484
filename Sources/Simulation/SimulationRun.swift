package import TraceFormat

/// One trace against one fleet, one control plane and one advisor. Pure: the same input gives the
/// same result.
package struct SimulationRun {
  private let trace: Trace
  private let settings: SimulationSettings
  private var advisor: any ReplicaAdvisor
  private var fleet: Fleet
  private var autoscaler: HorizontalPodAutoscaler?
  private var activation: ActivationLoop
  private var coldStarts: ColdStarts
  private var advice: ReplicaAdvice?
  private var observations: [FleetObservation] = []
  private var series: [SimulationSecond] = []
  private var nextSync = Double.infinity
  private var occupiedSince: Double
  private var gpuSeconds = 0.0
  private var nextArrival = 0
  private var arrivedBefore = 0
  private var tick = 0
  private var directRaises: [(seconds: Double, count: Int)] = []

  /// Runs `advisor` over `trace`. About 20 ms of CPU per hour and ten replicas.
  ///
  /// The run goes on after the trace until each request has its first token or has left (at most
  /// the timeout and 60 s more), so that late arrivals are judged too; nothing of that is paid for.
  package static func run(
    _ trace: Trace, settings: SimulationSettings, advisor: any ReplicaAdvisor
  ) -> SimulationResult {
    var run = SimulationRun(trace, settings, advisor)
    while run.advance() {}
    return run.result()
  }

  /// A run that stands before its first second, to be driven by `advance`.
  package init(_ trace: Trace, _ settings: SimulationSettings, _ advisor: any ReplicaAdvisor) {
    self.trace = trace
    self.settings = settings
    self.advisor = advisor
    fleet = Fleet(
      settings.profile, router: settings.router, requests: trace.arrivals,
      replicas: settings.initialReplicas, timeoutSeconds: settings.timeoutSeconds)
    activation = ActivationLoop(settings.activation, minReplicas: settings.minReplicas)
    coldStarts = ColdStarts(settings)
    occupiedSince = settings.warmUpSeconds
    if case .horizontalPodAutoscaler(let behavior, let phase) = settings.controlPath {
      autoscaler = HorizontalPodAutoscaler(
        minReplicas: settings.minReplicas, maxReplicas: settings.maxReplicas, behavior: behavior)
      nextSync = phase
    }
    series.reserveCapacity(Int(trace.durationSeconds) + 1)
  }

  /// The newest second played; nil before the first.
  package var newest: SimulationSecond? { series.last }

  /// Plays on to the next whole second and its decision; false once the run is over.
  ///
  /// Takes events in order of time: inside the fleet, arrivals, whole seconds, HPA syncs; in that
  /// order when they coincide.
  package mutating func advance() -> Bool {
    let limit = trace.durationSeconds + settings.timeoutSeconds + 60
    while true {
      let event = fleet.nextEvent()
      let arrivalTime =
        nextArrival < trace.arrivals.count ? trace.arrivals[nextArrival].seconds : .infinity
      let control = min(Double(tick), nextSync)
      if event.seconds <= arrivalTime, event.seconds <= control {
        let occupied = fleet.occupiedReplicas
        fleet.handleEvent(event.index)
        if fleet.occupiedReplicas != occupied { pay(for: occupied, until: event.seconds) }
      } else if arrivalTime <= control {
        fleet.arrive(nextArrival, now: arrivalTime)
        nextArrival += 1
      } else if Double(tick) <= nextSync {
        let now = Double(tick)
        let isOver = now >= trace.durationSeconds
        if isOver, fleet.unanswered == 0 || now >= limit {
          pay(for: fleet.occupiedReplicas, until: trace.durationSeconds)
          return false
        }
        decide(at: tick, arrivals: nextArrival - arrivedBefore)
        arrivedBefore = nextArrival
        tick += 1
        return true
      } else {
        syncAutoscaler()
      }
    }
  }

  /// Accounts `occupied` replicas from the last account to `now`, within what is scored.
  private mutating func pay(for occupied: Int, until now: Double) {
    let until = min(now, trace.durationSeconds)
    guard until > occupiedSince else { return }
    gpuSeconds += Double(occupied) * (until - occupiedSince)
    occupiedSince = until
  }

  private mutating func scale(to desired: Int, at now: Double) {
    guard desired != fleet.currentReplicas else { return }
    pay(for: fleet.occupiedReplicas, until: now)
    fleet.scale(to: desired, now: now, coldStarts: &coldStarts)
  }

  /// A whole second: measure, ask the advisor, let KEDA poll, apply at once on the direct path.
  private mutating func decide(at tick: Int, arrivals: Int) {
    let now = Double(tick)
    fleet.expire(now: now)
    var second = measure(now: now, arrivals: arrivals)
    let advice = advisor.advise(observation(at: tick))
    self.advice = advice
    let current = fleet.currentReplicas
    let kept = activation.poll(at: now, isActive: advice.isActive, current: current)
    scale(to: kept, at: now)
    let advised = advisedReplicas(advice)
    if settings.controlPath == .direct, let advised, kept > 0 {
      scale(
        to: min(max(advised, settings.minReplicas, 1), settings.maxReplicas), at: now)
    }
    if let direct = settings.directScaleUp, let advised,
      fleet.currentReplicas > 0 || advice.isActive
    {
      scaleUp(directly: direct, to: min(advised, settings.maxReplicas), at: now)
    }
    second.advisedReplicas = advised
    second.isPanicking = advice.isPanicking
    second.currentReplicas = fleet.currentReplicas
    second.readyReplicas = fleet.readyReplicas
    second.occupiedReplicas = fleet.occupiedReplicas
    if now < trace.durationSeconds { series.append(second) }
  }

  private mutating func scaleUp(
    directly direct: SimulationSettings.DirectScaleUp, to wanted: Int, at now: Double
  ) {
    directRaises.removeAll { now - $0.seconds >= 60 }
    let current = fleet.currentReplicas
    let left = direct.perMinute.map { $0 - directRaises.reduce(0) { $0 + $1.count } } ?? Int.max
    let count = current + min(wanted - current, left)
    guard count > current else { return }
    directRaises.append((now, count - current))
    scale(to: count, at: now)
  }

  private mutating func syncAutoscaler() {
    let current = fleet.currentReplicas
    if let advice, var autoscaler {
      self.autoscaler = nil
      let desired = autoscaler.sync(
        at: nextSync, metrics: advice.metrics, current: current, ready: fleet.readyReplicas)
      self.autoscaler = autoscaler
      scale(to: desired, at: nextSync)
      let second = Int(nextSync)
      if series.indices.contains(second) {
        series[second].currentReplicas = fleet.currentReplicas
        series[second].occupiedReplicas = fleet.occupiedReplicas
      }
    }
    nextSync += 15
  }

  /// Takes this second's sample, as a scraper would see it.
  private mutating func measure(now: Double, arrivals: Int) -> SimulationSecond {
    var second = SimulationSecond()
    second.arrivals = arrivals
    second.queueDepth = fleet.queueDepth
    second.running = fleet.running
    let share = fleet.takeBusyShare(now: now, periodSeconds: 1)
    second.gpuUtilizationPercent = share.map { 97 * $0 }
    var observation = FleetObservation(seconds: now)
    let hidden = settings.hiddenSignals
    if !hidden.contains(.gpuUtilization) {
      observation.gpuUtilizationPercent = second.gpuUtilizationPercent
    }
    if !hidden.contains(.queueDepth) { observation.queueDepth = Double(second.queueDepth) }
    if !hidden.contains(.running) { observation.running = Double(second.running) }
    if !hidden.contains(.arrivals) { observation.arrivals = Double(arrivals) }
    observation.currentReplicas = fleet.currentReplicas
    observation.readyReplicas = fleet.readyReplicas
    observations.append(observation)
    return second
  }

  /// What the advisor sees at `tick`: the sample of `scrapeDelaySeconds` ago, nothing before that.
  private func observation(at tick: Int) -> FleetObservation {
    let sampled = tick - settings.scrapeDelaySeconds
    guard observations.indices.contains(sampled) else {
      return FleetObservation(seconds: Double(tick))
    }
    var observation = observations[sampled]
    observation.seconds = Double(tick)
    return observation
  }

  /// The count an advice amounts to without tolerance and bounds; nil when all metrics are missing.
  private func advisedReplicas(_ advice: ReplicaAdvice) -> Int? {
    var largest: Int?
    for metric in advice.metrics {
      guard let value = metric.value, value.isFinite else { continue }
      let count =
        switch metric.target {
        case .averageValue(let target): value / target
        case .value(let target): Double(fleet.readyReplicas) * value / target
        }
      let whole = Int(min(max(0, count), 1e6).rounded(.up))
      largest = max(largest ?? whole, whole)
    }
    return largest
  }

  /// What the run has cost so far; whole once `advance` has said false.
  package mutating func result() -> SimulationResult {
    var score = Score()
    let costs = StepCosts(settings.profile)
    var computeSeconds = 0.0
    var late2 = 0
    var late10 = 0
    for (index, arrival) in trace.arrivals.enumerated() {
      computeSeconds += costs.pureComputeSeconds(
        promptTokens: arrival.promptTokens, outputTokens: arrival.outputTokens)
      let wait = fleet.waits[index]
      let second = min(Int(arrival.seconds) + 1, series.count - 1)
      if wait > 2 { series[second].late2 += 1 }
      if wait > 10 { series[second].late10 += 1 }
      guard arrival.seconds >= settings.warmUpSeconds else { continue }
      score.requests += 1
      if wait > 2 { late2 += 1 }
      if wait > 10 { late10 += 1 }
    }
    score.gpuHours = gpuSeconds / 3600
    score.pureComputeHours = computeSeconds / 3600
    score.late2 = score.requests > 0 ? Double(late2) / Double(score.requests) : 0
    score.late10 = score.requests > 0 ? Double(late10) / Double(score.requests) : 0
    score.timeouts = fleet.timeouts
    let scored = trace.durationSeconds - settings.warmUpSeconds
    score.flipsPerHour = scored > 0 ? Double(flips()) * 3600 / scored : 0
    return SimulationResult(
      advisor: advisor.name, trace: trace.name, score: score, series: series)
  }

  private func flips() -> Int {
    var flips = 0
    var direction = 0
    for second in series.indices.dropFirst() where Double(second) >= settings.warmUpSeconds {
      let change = series[second].currentReplicas - series[second - 1].currentReplicas
      guard change != 0 else { continue }
      if direction != 0, change.signum() != direction { flips += 1 }
      direction = change.signum()
    }
    return flips
  }
}
