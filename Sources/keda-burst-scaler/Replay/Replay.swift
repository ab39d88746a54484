import Simulation
import TraceFormat
import TriggerConfiguration

/// Everything that one `replay` plays: one load, one fleet, several configurations.
struct Replay: Sendable {
  /// The load.
  var trace: Trace
  /// The load as the user would say it, for reports: `step, seed 7`.
  var load: String
  /// The fleet; each configuration brings its own control path.
  var settings: SimulationSettings
  /// The rows, in the order of the reports.
  var configurations: [ReplayConfiguration]
  /// What of the ScaledObject is not played, a sentence each.
  var notes: [String] = []

  /// Plays one configuration after the other.
  ///
  /// - Parameter progress: told how much of everything is done, 0 … 1, and what is being played.
  /// - Throws: where the modelled fleet cannot feed a trigger.
  func run(progress: (Double, String) -> Void) throws(ReplayError) -> ReplayReport {
    var rows: [ReplayReport.Row] = []
    for (index, configuration) in configurations.enumerated() {
      func share(_ done: Double) {
        progress((Double(index) + done) / Double(configurations.count), configuration.name)
      }
      share(0)
      let result = try play(configuration, progress: share)
      rows.append(
        ReplayReport.Row(
          name: configuration.name, path: pathWords(configuration), result: result))
    }
    return ReplayReport(
      load: load, trace: trace, settings: settings, rows: rows, notes: notes)
  }

  private func pathWords(_ configuration: ReplayConfiguration) -> String {
    switch configuration.policy {
    case .clairvoyant: "its own plan, one cold start ahead"
    case .fixed: "none, the same count from the start"
    case .engine(let spec) where spec.directScaleUp != nil && configuration.path.path != .direct:
      "\(configuration.path.words), and scaled up directly"
    case .engine, .advisor: configuration.path.words
    }
  }

  private func play(
    _ configuration: ReplayConfiguration, progress: (Double) -> Void
  ) throws(ReplayError) -> SimulationResult {
    var settings = settings
    settings.controlPath = configuration.path.path
    let advisor: any ReplicaAdvisor
    switch configuration.policy {
    case .advisor(let baseline):
      advisor = baseline
      // KEDA polls its own triggers; only the one of an external scaler pushes.
      settings.activation.isPushed = false
    case .fixed(let count):
      advisor = FixedAdvisor(replicas: count)
      settings.controlPath = .direct
      settings.minReplicas = count
      settings.maxReplicas = count
      settings.initialReplicas = count
    case .engine(let spec):
      settings.directScaleUp = spec.directScaleUp.map { .init(perMinute: $0.perMinute) }
      do {
        advisor = try EngineAdvisor(name: configuration.name, spec: spec)
      } catch {
        throw .option("--compare \(configuration.name): \(error)")
      }
    case .clairvoyant:
      return ClairvoyantPlanner(trace, settings: settings).best(progress: progress)
    }
    var run = SimulationRun(trace, settings, advisor)
    var second = 0
    while run.advance() {
      second += 1
      if second % 60 == 0 { progress(min(1, Double(second) / trace.durationSeconds)) }
    }
    return run.result()
  }
}

/// What a replay found, for all forms of output.
struct ReplayReport: Sendable {
  /// One configuration's run.
  struct Row: Sendable {
    /// As the user wrote it.
    var name: String
    /// How advice became replicas, in words.
    var path: String
    /// The run.
    var result: SimulationResult

    /// The longest queue of the scored part.
    func maxQueue(from second: Int) -> Int {
      result.series.dropFirst(second).map(\.queueDepth).max() ?? 0
    }

    /// The most replicas asked for in the scored part.
    func maxReplicas(from second: Int) -> Int {
      result.series.dropFirst(second).map(\.currentReplicas).max() ?? 0
    }

    /// Seconds in panic mode in the scored part.
    func panicSeconds(from second: Int) -> Int {
      result.series.dropFirst(second).count { $0.isPanicking }
    }
  }

  /// The load in words.
  var load: String
  /// The load.
  var trace: Trace
  /// The fleet.
  var settings: SimulationSettings
  /// The rows, in order.
  var rows: [Row]
  /// What of the ScaledObject is not played, a sentence each.
  var notes: [String] = []

  /// The first scored second.
  var scoredFrom: Int { Int(settings.warmUpSeconds.rounded(.up)) }
}
