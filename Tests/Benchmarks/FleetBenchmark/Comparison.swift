internal import Simulation
internal import TraceFormat

/// One line of the table: one contestant on one trace, mean over the HPA's phases.
struct Line: Sendable {
  /// Which trace, contestant, cold start and router.
  var trace: String
  /// The contestant's name.
  var advisor: String
  /// Seconds.
  var coldStart: Double
  /// Router.
  var router: RequestRouter
  /// Means over the phases.
  var gpuHours = 0.0
  /// Share of requests later than 2 s.
  var late2 = 0.0
  /// Share of requests later than 10 s.
  var late10 = 0.0
  /// J.
  var cost = 0.0
  /// Direction flips per hour.
  var flips = 0.0
  /// Requests that left.
  var timeouts = 0.0
  /// W.
  var computeHours = 0.0
  /// Wall time per hour of trace, in seconds.
  var wallPerHour = 0.0

  /// What it shares with the other contestants' lines: trace, cold start and router.
  var setting: String { "\(trace) \(coldStart) \(router)" }

  /// What the means call it: fixed fleets are one row, whatever the best size is.
  var row: String { advisor.hasPrefix(Self.bestPrefix) ? "best fixed, hindsight" : advisor }

  /// Whether only knowledge of the whole trace could have chosen it.
  var isHindsight: Bool {
    advisor == "clairvoyant" || advisor.hasPrefix("oracle") || advisor.hasPrefix(Self.bestPrefix)
  }

  private static let bestPrefix = "best "

  /// `lines` with only the cheapest of the fixed fleets on each trace.
  static func withBestFixed(_ lines: [Line]) -> [Line] {
    let fixed = lines.filter { $0.advisor.hasPrefix(Contestant.fixedPrefix) }
    let groups = Dictionary(grouping: fixed, by: \.setting)
    let best = groups.values.compactMap { $0.min { $0.cost < $1.cost } }.map { line in
      var line = line
      line.advisor = bestPrefix + line.advisor
      return line
    }
    return lines.filter { !$0.advisor.hasPrefix(Contestant.fixedPrefix) }
      + best.sorted { $0.trace < $1.trace }
  }

  /// The line as a score.
  var score: Score {
    var score = Score()
    score.gpuHours = gpuHours
    score.pureComputeHours = computeHours
    score.late2 = late2
    score.late10 = late10
    score.flipsPerHour = flips
    return score
  }

  /// Adds a run that counts as `weight` of the line.
  mutating func add(_ score: Score, weight: Double, wallPerHour: Double) {
    gpuHours += weight * score.gpuHours
    late2 += weight * score.late2
    late10 += weight * score.late10
    cost += weight * score.cost
    flips += weight * score.flipsPerHour
    timeouts += weight * Double(score.timeouts)
    computeHours += weight * score.pureComputeHours
    self.wallPerHour += weight * wallPerHour
  }
}

/// What has to be run for one line.
struct Job: Sendable {
  /// Trace and fleet.
  var workload: Workload
  /// Policy; nil for the clairvoyant plan.
  var contestant: Contestant?
  /// Seconds.
  var coldStart: Double
  /// Router.
  var router: RequestRouter

  /// What identifies the clairvoyant's plan for this job in a file of yardsticks.
  var yardstickKey: String {
    "\(workload.trace.name) \(workload.trace.arrivals.count) \(Int(coldStart)) \(router.rawValue)"
  }

  /// Runs it over all phases.
  func run(_ options: Options, _ yardsticks: [String: Score]) throws -> Line {
    var settings = workload.settings
    settings.coldStartSeconds = coldStart
    settings.router = router
    settings.hiddenSignals = options.hidden
    settings.directScaleUp = options.directScaleUp ? .init() : nil
    var line = Line(
      trace: workload.trace.name, advisor: contestant?.name ?? "clairvoyant",
      coldStart: coldStart, router: router)
    let hours = workload.trace.durationSeconds / 3600
    guard let contestant else {
      let score =
        yardsticks[yardstickKey]
        ?? ClairvoyantPlanner(workload.trace, settings: settings).best().score
      line.add(score, weight: 1, wallPerHour: 0)
      return line
    }
    var paths: [SimulationSettings.ControlPath] = [.direct]
    if case .autoscaler(let behavior) = options.path ?? contestant.path {
      paths = options.phases.map { .horizontalPodAutoscaler(behavior, phaseSeconds: $0) }
    }
    for (index, path) in paths.enumerated() {
      settings.controlPath = path
      settings.seed = UInt64(index + 1)
      let clock = ContinuousClock()
      let start = clock.now
      let result = SimulationRun.run(
        workload.trace, settings: settings, advisor: try contestant.make(workload, settings))
      let wall = (clock.now - start) / .seconds(1)
      line.add(result.score, weight: 1 / Double(paths.count), wallPerHour: wall / hours)
    }
    return line
  }
}

/// All jobs of a benchmark, run on a few tasks.
struct Comparison {
  /// Runs `contestants` over everything else that the options select.
  ///
  /// - Parameter yardsticks: plans of the clairvoyant that need not be searched for again; those
  ///   found are added.
  static func run(
    _ workloads: [Workload], _ options: Options, contestants: [Contestant],
    yardsticks: inout [String: Score]
  ) async throws -> [Line] {
    var jobs: [Job] = []
    for router in options.routers {
      for coldStart in options.coldStarts {
        for workload in workloads {
          let all: [Contestant?] =
            (options.clairvoyant ? [nil] : []) + contestants.map { $0 }
          jobs += all.map {
            Job(workload: workload, contestant: $0, coldStart: coldStart, router: router)
          }
        }
      }
    }
    let known = yardsticks
    let lines = try await withThrowingTaskGroup(of: (Int, Line).self) { group in
      var next = 0
      func start() {
        guard next < jobs.count else { return }
        let index = next
        let job = jobs[index]
        group.addTask { (index, try job.run(options, known)) }
        next += 1
      }
      for _ in 0..<options.jobs { start() }
      var lines: [(Int, Line)] = []
      for try await line in group {
        lines.append(line)
        start()
      }
      return lines.sorted { $0.0 < $1.0 }.map(\.1)
    }
    for (job, line) in zip(jobs, lines) where job.contestant == nil {
      yardsticks[job.yardstickKey] = line.score
    }
    return lines
  }
}
