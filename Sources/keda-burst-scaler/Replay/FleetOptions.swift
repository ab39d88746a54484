import ArgumentParser
import Simulation
import TraceFormat
import TriggerConfiguration

/// The modelled fleet, and KEDA's own part.
struct FleetOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "a100-8b, h100-8b, a10g-8b, one-job, or a YAML file of your own numbers.",
      valueName: "profile"))
  var fleet = "a10g-8b"

  @Option(help: ArgumentHelp("How requests find a replica: shared or least-loaded."))
  var router = "shared"

  @Option(help: ArgumentHelp("Median time from asked for to ready.", valueName: "duration"))
  var coldStart = "60s"

  @Option(
    name: .customLong("min"),
    help: ArgumentHelp("Fewest replicas (default: what -f FILE says, else 1)."))
  var minReplicas: Int?

  @Option(
    name: .customLong("max"),
    help: ArgumentHelp("Most replicas (default: what -f FILE says, else 50)."))
  var maxReplicas: Int?

  @Option(
    help: ArgumentHelp(
      "Ready replicas at the start (default: what the first minute's work needs).",
      valueName: "count"))
  var initialReplicas: Int?

  @Option(help: ArgumentHelp("Age of the values that are decided on.", valueName: "seconds"))
  var scrapeDelay = 1

  @Option(help: ArgumentHelp("Start that is played but not scored.", valueName: "duration"))
  var warmUp = "120s"

  @Option(help: ArgumentHelp("Longest wait before a request leaves.", valueName: "duration"))
  var requestTimeout = "120s"

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp(
      "A signal that nobody is shown: gpu_utilization, queue_depth, running or arrivals. May be "
        + "repeated.", valueName: "signal"))
  var hide: [String] = []

  /// The settings of a run of `trace`.
  func settings(
    _ trace: Trace, seed: UInt64, scaledObject: ScaledObjectManifest?
  ) throws(ReplayError) -> SimulationSettings {
    var settings = SimulationSettings(profile: try FleetProfileFile.profile(fleet))
    guard let router = RequestRouter(rawValue: router) else {
      let names = RequestRouter.allCases.map(\.rawValue).joined(separator: " or ")
      throw .option("--router \(quoted(self.router)) is not known; use \(names)")
    }
    settings.router = router
    settings.coldStartSeconds = try seconds(coldStart, "--cold-start")
    settings.warmUpSeconds = try seconds(warmUp, "--warm-up")
    settings.timeoutSeconds = try seconds(requestTimeout, "--request-timeout")
    settings.seed = seed
    guard (0...600).contains(scrapeDelay) else {
      throw .option("--scrape-delay is \(scrapeDelay); use 0 to 600 seconds")
    }
    settings.scrapeDelaySeconds = scrapeDelay
    for name in hide {
      guard let signal = FleetSignal(rawValue: name) else {
        let names = FleetSignal.allCases.map(\.rawValue).joined(separator: ", ")
        throw .option("--hide \(quoted(name)) is not a signal; use one of \(names)")
      }
      settings.hiddenSignals.insert(signal)
    }
    if settings.warmUpSeconds >= trace.durationSeconds {
      throw .option(
        "--warm-up \(warmUp) leaves nothing of the \(trace.durationSeconds.brief) s of load to "
          + "score; use a shorter one, for example --warm-up 0")
    }
    try setBounds(&settings, trace, scaledObject)
    return settings
  }

  /// The HPA's bounds as far as they are given: by options, else by a ScaledObject.
  func bounds(_ scaledObject: ScaledObjectManifest?) throws(ReplayError) -> ClosedRange<Int>? {
    guard scaledObject != nil || minReplicas != nil || maxReplicas != nil else { return nil }
    let least = minReplicas ?? scaledObject?.minReplicaCount ?? 0
    let most = maxReplicas ?? scaledObject.map { $0.maxReplicaCount ?? 100 } ?? 1_000_000
    guard least >= 0, most >= max(1, least) else {
      throw .option(
        "\(least) to \(most) replicas are no bounds; use --min from 0 and --max from there")
    }
    return least...most
  }

  private func setBounds(
    _ settings: inout SimulationSettings, _ trace: Trace, _ scaledObject: ScaledObjectManifest?
  ) throws(ReplayError) {
    settings.minReplicas = minReplicas ?? scaledObject.map { $0.minReplicaCount ?? 0 } ?? 1
    settings.maxReplicas = maxReplicas ?? scaledObject.map { $0.maxReplicaCount ?? 100 } ?? 50
    guard settings.minReplicas >= 0, settings.maxReplicas >= max(1, settings.minReplicas),
      settings.maxReplicas <= ReplayConfiguration.mostReplicas
    else {
      throw .option(
        "\(settings.minReplicas) to \(settings.maxReplicas) replicas cannot be played; use --min "
          + "from 0 and --max from there to \(ReplayConfiguration.mostReplicas)")
    }
    if let scaledObject {
      settings.activation.pollingSeconds = Double(scaledObject.pollingIntervalSeconds ?? 30)
      settings.activation.cooldownSeconds = Double(scaledObject.cooldownPeriodSeconds ?? 300)
      settings.activation.idleReplicas = scaledObject.idleReplicaCount
      settings.activation.isPushed = scaledObject.triggers.contains { $0.type == "external-push" }
    }
    if let initialReplicas {
      guard (0...settings.maxReplicas).contains(initialReplicas) else {
        throw .option(
          "--initial-replicas is \(initialReplicas); use 0 to \(settings.maxReplicas)")
      }
      settings.initialReplicas = initialReplicas
      return
    }
    let plan = ClairvoyantPlanner(trace, settings: settings).plan(window: 60, utilization: 0.7)
    settings.initialReplicas = plan.first ?? settings.minReplicas
  }

  private func seconds(_ text: String, _ option: String) throws(ReplayError) -> Double {
    guard let duration = parseDuration(text) else {
      throw .option("\(option) \(quoted(text)) is not a length of time; use for example 60s")
    }
    return duration / .seconds(1)
  }
}
