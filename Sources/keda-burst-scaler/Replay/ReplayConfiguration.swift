import Simulation
import TraceFormat
import TriggerConfiguration

/// One row of a comparison: who decides, and how advice becomes replicas.
struct ReplayConfiguration: Sendable {
  /// Who decides.
  enum Policy: Sendable {
    /// The engine, with trigger metadata read already.
    case engine(TriggerSpec)
    /// A baseline.
    case advisor(any ReplicaAdvisor)
    /// So many replicas from the start to the end, whatever the bounds and the HPA say.
    case fixed(Int)
    /// The plan of someone who knows the trace.
    case clairvoyant
  }

  /// The most replicas of a modelled fleet.
  static let mostReplicas = 10_000

  /// The label, or all that the user wrote: what reports call it.
  var name: String
  /// Who decides.
  var policy: Policy
  /// How advice becomes replicas.
  var path: ControlOptions.Path
}

/// Reads `--compare`.
struct ConfigurationReader {
  /// The metadata of `--metadata`, `--set` or `-f`, not completed.
  let map: [String: String]
  /// The fleet's cold start.
  let coldStartSeconds: Double
  /// What `@` may say.
  let control: ControlOptions
  /// The path of configurations without `@`.
  let path: ControlOptions.Path

  /// What `--help` says of the policies.
  static let help = """
    engine                    the engine with the metadata of --metadata, --set or -f
    engine,KEY=VALUE,...      the same with other settings on top
    metadata=FILE             the engine with the metadata in FILE
    article                   mean GPU utilization 70 and queue 50, both AverageValue
    keda-queue=5              KEDA on requests waiting, 5 per replica
    keda-running=20           on requests running
    keda-concurrency=20       on requests waiting and running
    keda-arrivals=2           on requests per second
    keda-gpu=70               on GPU utilization summed over replicas
    gpu-average-value=70      on mean GPU utilization as AverageValue
    gpu-value=70              on mean GPU utilization as Value
    knative=20                Knative's autoscaler on concurrency, 20 per replica
    fixed=8                   always 8 replicas
    clairvoyant               a plan made with the whole trace known: the yardstick
    """

  /// The configuration that `text` describes.
  func read(_ text: String) throws(ReplayError) -> ReplayConfiguration {
    let words = try NamedParameters(text, option: "--compare")
    var path = path
    if let named = words.path { path = try control.path(named: named, option: "--compare @") }
    let policy: ReplayConfiguration.Policy
    switch words.name {
    case "engine":
      try refuseValue(words)
      policy = .engine(try spec(words, map))
    case "metadata":
      guard let file = words.value, !file.isEmpty else {
        throw .option("--compare metadata needs a file; write metadata=FILE")
      }
      policy = .engine(try spec(words, MetadataOptions.read(file)))
    case "clairvoyant":
      try refuseValue(words)
      policy = .clairvoyant
    case "fixed":
      policy = .fixed(try fixedCount(words))
    default:
      policy = .advisor(try baseline(words))
    }
    if words.name != "engine", words.name != "metadata", let odd = words.parameters.first {
      throw .option("--compare \(words.name) has no setting \(quoted(odd.key))")
    }
    return ReplayConfiguration(name: words.label ?? text, policy: policy, path: path)
  }

  /// The configuration that `text` describes, for a recorded range: its queries are real ones.
  static func recorded(
    _ text: String, map: [String: String]
  ) throws(ReplayError) -> (name: String, spec: TriggerSpec) {
    let words = try NamedParameters(text, option: "--compare")
    var map = map
    switch (words.name, words.value) {
    case ("engine", nil): break
    case ("metadata", let file?): map = try MetadataOptions.read(file)
    default:
      throw .option(
        "--compare \(quoted(text)) cannot be played over a Prometheus' past, where nothing reacts; "
          + "use engine, engine,KEY=VALUE or metadata=FILE")
    }
    guard words.path == nil else {
      throw .option("--compare \(quoted(text)): there is no control path in a recorded range")
    }
    for (key, value) in words.parameters { map[key] = value }
    guard !map.isEmpty else {
      throw .option("--prometheus needs trigger metadata: give -f, --metadata or --set")
    }
    let spec: TriggerSpec
    do {
      spec = try TriggerSpec(metadata: map)
    } catch {
      throw .option("--compare \(words.name): \(error)")
    }
    guard spec.sources.allSatisfy({ $0.scrape == nil }) else {
      throw .option(
        "--compare \(words.name): \"endpoints\" are read as they are now and have no past; leave "
          + "the key out, so that the Prometheus is asked")
    }
    return (words.label ?? text, spec)
  }

  private func spec(
    _ words: NamedParameters, _ base: [String: String]
  ) throws(ReplayError) -> TriggerSpec {
    var map = base
    for (key, value) in words.parameters { map[key] = value }
    map = MetadataOptions.completed(map, coldStartSeconds: coldStartSeconds)
    do {
      return try TriggerSpec(metadata: map)
    } catch {
      throw .option("--compare \(words.name): \(error)")
    }
  }

  private func baseline(_ words: NamedParameters) throws(ReplayError) -> any ReplicaAdvisor {
    if words.name == "article" {
      try refuseValue(words)
      return ThresholdAdvisor.article
    }
    typealias Trigger = ThresholdAdvisor.Trigger
    let trigger: (Double) -> Trigger
    switch words.name {
    case "keda-queue": trigger = { Trigger(.signal(.queueDepth), .averageValue($0)) }
    case "keda-running": trigger = { Trigger(.signal(.running), .averageValue($0)) }
    case "keda-arrivals": trigger = { Trigger(.signal(.arrivals), .averageValue($0)) }
    case "keda-concurrency": trigger = { Trigger(.concurrency, .averageValue($0)) }
    case "keda-gpu": trigger = { Trigger(.totalGPUUtilization, .averageValue($0)) }
    case "gpu-average-value": trigger = { Trigger(.signal(.gpuUtilization), .averageValue($0)) }
    case "gpu-value": trigger = { Trigger(.signal(.gpuUtilization), .value($0)) }
    case "knative": return KnativeAdvisor(target: try number(words))
    default:
      throw .option(
        "--compare \(quoted(words.name)) is not known; use engine, metadata=FILE, article, "
          + "keda-queue=N, keda-running=N, keda-concurrency=N, keda-arrivals=N, keda-gpu=N, "
          + "gpu-average-value=N, gpu-value=N, knative=N, fixed=N or clairvoyant")
    }
    return ThresholdAdvisor(name: words.name, triggers: [trigger(try number(words))])
  }

  private func fixedCount(_ words: NamedParameters) throws(ReplayError) -> Int {
    guard words.path == nil else {
      throw .option("--compare fixed is always the same count: leave out @ and what follows it")
    }
    let number = try number(words)
    guard let count = Int(exactly: number), count <= ReplayConfiguration.mostReplicas else {
      throw .option(
        "--compare fixed=\(number.brief): use a whole number of replicas, at most "
          + "\(ReplayConfiguration.mostReplicas)")
    }
    return count
  }

  private func number(_ words: NamedParameters) throws(ReplayError) -> Double {
    guard let text = words.value else {
      throw .option("--compare \(words.name) needs a number; write for example \(words.name)=5")
    }
    guard let number = Double(text), number > 0, number <= 1e6 else {
      throw .option(
        "--compare \(words.name)=\(text.excerpt): use a number above 0, for example 5")
    }
    return number
  }

  private func refuseValue(_ words: NamedParameters) throws(ReplayError) {
    guard let value = words.value else { return }
    throw .option("--compare \(words.name) takes no value, but \(quoted(value)) was given")
  }
}
