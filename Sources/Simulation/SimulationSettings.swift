internal import TraceFormat

/// Everything about a run but the trace and the advisor.
package struct SimulationSettings: Sendable, Equatable {
  /// How advice becomes replicas.
  package enum ControlPath: Sendable, Equatable {
    /// Through an HPA that syncs every 15 s, first at `phaseSeconds` (0 ..< 15).
    case horizontalPodAutoscaler(HorizontalPodAutoscaler.Behavior, phaseSeconds: Double)
    /// At once, every second, with no tolerance, policy or stabilization.
    case direct
  }

  /// The direct way up beside the HPA.
  package struct DirectScaleUp: Sendable, Equatable {
    /// Most replicas added so within 60 s; `nil` is any number.
    package var perMinute: Int?

    /// Bounds from their parts.
    package init(perMinute: Int? = nil) { self.perMinute = perMinute }
  }

  /// What a replica can do.
  package var profile: FleetProfile
  /// How requests find a replica.
  package var router = RequestRouter.sharedQueue
  /// Median time from asked for to ready, in seconds.
  package var coldStartSeconds = 60.0
  /// Standard deviation of the logarithm of that time.
  package var coldStartSigma = 0.15
  /// Bounds of the replica count, and the count at the start, all of them ready.
  package var minReplicas = 1
  /// The upper bound.
  package var maxReplicas = 50
  /// Ready replicas at second 0.
  package var initialReplicas = 1
  /// How advice becomes replicas.
  package var controlPath = ControlPath.horizontalPodAutoscaler(.recommended(), phaseSeconds: 7)
  /// Beside the HPA the scale target is also written directly, every second and upwards only, as
  /// `directScaleUp` does; `nil` where it is not.
  package var directScaleUp: DirectScaleUp?
  /// KEDA's part.
  package var activation = ActivationSettings()
  /// Age of the values an advisor sees: time to the scrape plus time to the collection.
  package var scrapeDelaySeconds = 1
  /// What the advisor is not shown.
  package var hiddenSignals: Set<FleetSignal> = []
  /// Seconds at the start that are not scored.
  package var warmUpSeconds = 120.0
  /// A request that has waited longer for admission leaves; it counts as late.
  package var timeoutSeconds = 120.0
  /// Fixes the cold starts.
  package var seed: UInt64 = 1

  /// The defaults above for `profile`.
  package init(profile: FleetProfile) {
    self.profile = profile
  }
}

/// The times from asked for to ready, drawn one by one.
struct ColdStarts {
  private var generator: SeededGenerator
  private let median: Double
  private let sigma: Double

  /// The cold starts of a run.
  init(_ settings: SimulationSettings) {
    generator = SeededGenerator(seed: settings.seed)
    median = settings.coldStartSeconds
    sigma = settings.coldStartSigma
  }

  /// The next one, in seconds.
  mutating func next() -> Double {
    sigma > 0 ? generator.logNormal(median: median, sigma: sigma) : median
  }
}
