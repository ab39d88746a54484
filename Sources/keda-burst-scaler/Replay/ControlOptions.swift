import ArgumentParser
import Simulation
import TriggerConfiguration

/// How advice becomes replicas: the options, and the same words behind a configuration's `@`.
struct ControlOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "HPA behaviour: recommended, default (Kubernetes'), or a ScaledObject's FILE.",
      discussion: "Default: what -f FILE says, else recommended.", valueName: "behaviour"))
  var hpa: String?

  @Option(
    help: ArgumentHelp(
      "When the HPA, which looks every 15 s, looks first: 0 ..< 15.", valueName: "seconds"))
  var hpaPhase = 7.0

  @Flag(help: "Skip the HPA: the advice becomes the count every second.")
  var direct = false

  /// A control path with the words that reports say of it.
  struct Path: Equatable {
    /// How advice becomes replicas.
    var path: SimulationSettings.ControlPath
    /// For people.
    var words: String
  }

  /// The path for all configurations that do not name their own.
  func path(_ scaledObject: ScaledObjectManifest?, file: String?) throws(ReplayError) -> Path {
    guard hpaPhase >= 0, hpaPhase < 15 else {
      throw .option("--hpa-phase is \(hpaPhase.brief); use seconds from 0 to below 15")
    }
    if direct {
      guard hpa == nil else { throw .option("--direct skips the HPA; leave out --hpa") }
      return Path(path: .direct, words: "direct, every second")
    }
    if let hpa { return try path(named: hpa, option: "--hpa") }
    guard let scaledObject, let file else { return try path(named: "recommended", option: "") }
    let words = scaledObject.behavior == nil ? "Kubernetes' default" : "the ScaledObject's"
    return hpaPath(try .init(scaledObject.behavior, path: file), words: words)
  }

  /// The path behind a configuration's `@`, or the value of `--hpa`.
  func path(named text: String, option: String) throws(ReplayError) -> Path {
    switch text {
    case "direct": return Path(path: .direct, words: "direct, every second")
    case "recommended": return hpaPath(.recommended(), words: "recommended")
    case "default": return hpaPath(.absent, words: "Kubernetes' default")
    default:
      guard text.contains(".") || text.contains("/") else {
        throw .option(
          "\(option) \(quoted(text)) is not known; use recommended, default, direct (behind @), or "
            + "a file with a ScaledObject")
      }
      let manifest = try ScaledObjectChoice.read(text, name: nil)
      return hpaPath(try .init(manifest.behavior, path: text), words: "of \(manifest.name)")
    }
  }

  private func hpaPath(
    _ behavior: HorizontalPodAutoscaler.Behavior, words: String
  ) -> Path {
    Path(
      path: .horizontalPodAutoscaler(behavior, phaseSeconds: hpaPhase),
      words: "HPA, \(words) behaviour, first sync at \(hpaPhase.brief) s")
  }
}
