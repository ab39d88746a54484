package import TraceFormat

/// The yardstick: a plan by someone who knows the trace and starts each replica exactly one cold
/// start before it is needed.
///
/// The need at a second is the work that arrives (each request's share of a full replica, over the
/// time it decodes), smoothed over a window and divided by a utilization; the planner tries windows
/// and utilizations on the simulator itself and keeps the plan with the lowest `Score.cost`. It is
/// a good plan, not the best possible one.
package struct ClairvoyantPlanner {
  private let trace: Trace
  private var settings: SimulationSettings
  /// Replicas' worth of work in each second.
  private let work: [Double]

  /// A planner for one trace on the fleet of `settings`; the control path is ignored.
  package init(_ trace: Trace, settings: SimulationSettings) {
    self.trace = trace
    self.settings = settings
    self.settings.controlPath = .direct
    self.settings.coldStartSigma = 0
    self.settings.scrapeDelaySeconds = 0
    work = Self.work(trace, settings.profile)
  }

  /// The cheapest run found, of about forty.
  ///
  /// - Parameter progress: told after each run which share of all runs is done, 0 … 1.
  package func best(progress: (Double) -> Void = { _ in }) -> SimulationResult {
    var best = run(window: 10, utilization: 0.8)
    var window = 10
    var utilization = 0.8
    var done = 1.0
    func finish() {
      done += 1
      progress(done / 35)
    }
    for factor in [0.4, 0.5, 0.6, 0.7, 0.9, 1.0, 1.1, 1.2, 1.3] {
      keep(&best, run(window: window, utilization: factor)) { utilization = factor }
      finish()
    }
    for seconds in [1, 2, 4, 7, 15, 20, 30, 45, 60, 90, 120] {
      keep(&best, run(window: seconds, utilization: utilization)) { window = seconds }
      finish()
    }
    let around = utilization
    for factor in [0.75, 0.82, 0.88, 0.94, 0.97, 1.03, 1.07, 1.13, 1.2] {
      keep(&best, run(window: window, utilization: around * factor)) {
        utilization = around * factor
      }
      finish()
    }
    let near = window
    for factor in [0.5, 0.7, 0.85, 1.2, 1.5] {
      let seconds = max(1, Int(Double(near) * factor))
      keep(&best, run(window: seconds, utilization: utilization)) { window = seconds }
      finish()
    }
    return best
  }

  /// The run of the plan with this smoothing window in seconds and this utilization.
  package func run(window: Int, utilization: Double) -> SimulationResult {
    var settings = settings
    let counts = plan(window: window, utilization: utilization)
    settings.initialReplicas = counts.first ?? settings.minReplicas
    settings.activation.cooldownSeconds = 0
    settings.activation.isPushed = true
    return SimulationRun.run(
      trace, settings: settings, advisor: PlannedAdvisor(name: "clairvoyant", counts: counts))
  }

  /// The count asked for at each second: the largest need from now to one cold start ahead.
  package func plan(window: Int, utilization: Double) -> [Int] {
    var cumulative = [0.0]
    cumulative.reserveCapacity(work.count + 1)
    for amount in work { cumulative.append(cumulative[cumulative.count - 1] + amount) }
    let needs = work.indices.map { second in
      let from = max(0, second - window / 2)
      let to = min(work.count, from + window)
      let mean = (cumulative[to] - cumulative[from]) / Double(max(1, to - from))
      let count = (mean / utilization - 1e-9).rounded(.up)
      return min(settings.maxReplicas, max(settings.minReplicas, Int(count)))
    }
    return Self.slidingMaximum(needs, ahead: Int(settings.coldStartSeconds.rounded(.up)))
  }

  private func keep(
    _ best: inout SimulationResult, _ candidate: SimulationResult, _ adopt: () -> Void
  ) {
    guard candidate.score.cost < best.score.cost else { return }
    best = candidate
    adopt()
  }

  /// Element i is the largest of `values[i ... i + ahead]`. O(n).
  static func slidingMaximum(_ values: [Int], ahead: Int) -> [Int] {
    var result = values
    var candidates: [Int] = []
    var head = 0
    for index in values.indices.reversed() {
      while candidates.count > head, let last = candidates.last, values[last] <= values[index] {
        candidates.removeLast()
      }
      candidates.append(index)
      while candidates[head] > index + ahead { head += 1 }
      result[index] = values[candidates[head]]
    }
    return result
  }

  /// How many replicas' worth of work each second of the trace holds: what arrives, at a full
  /// replica's pace, its decoding spread over the time that takes.
  static func work(_ trace: Trace, _ profile: FleetProfile) -> [Double] {
    let costs = StepCosts(profile)
    let seconds = Int(trace.durationSeconds.rounded(.up))
    var differences = Array(repeating: 0.0, count: seconds + 2)
    let prefillShare =
      costs.batch(tokens: profile.stepTokenBudget) / Double(profile.stepTokenBudget)
    for arrival in trace.arrivals {
      let prompt = Double(arrival.promptTokens)
      let tokens = Double(arrival.promptTokens + arrival.outputTokens)
      let sequences = max(
        1, min(Double(profile.maxSequences), Double(profile.cacheTokens) / tokens))
      let context = profile.secondsPerContextToken * (prompt + Double(arrival.outputTokens) / 2)
      let step = costs.batch(tokens: Int(sequences)) + context * sequences
      let decodes = Double(arrival.outputTokens - 1)
      let total =
        prompt * prefillShare + profile.secondsPerAttentionPair * prompt * prompt / 2
        + decodes * step / sequences
      let spread = max(1, decodes * step)
      let from = Int(arrival.seconds)
      let to = min(seconds + 1, from + Int(spread.rounded(.up)))
      differences[from] += total / Double(max(1, to - from))
      differences[to] -= total / Double(max(1, to - from))
    }
    var level = 0.0
    return (0..<seconds).map { second in
      level += differences[second]
      return max(0, level)
    }
  }
}
