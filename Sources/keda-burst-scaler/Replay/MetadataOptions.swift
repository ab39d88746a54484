import ArgumentParser
import Foundation
import TriggerConfiguration

/// What the engine is told: a ScaledObject, a metadata file, single keys, or the default signals.
struct MetadataOptions: ParsableArguments {
  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: ArgumentHelp(
      "YAML file with a ScaledObject: trigger metadata, bounds, HPA behaviour, polling.",
      valueName: "file"))
  var scaledObjectFile: String?

  @Option(help: ArgumentHelp("Which ScaledObject of -f FILE, if it holds several."))
  var scaledObject: String?

  @Option(
    help: ArgumentHelp(
      "YAML file with the trigger metadata: a map as in a ScaledObject.",
      valueName: "file"))
  var metadata: String?

  @Option(
    name: .customLong("set"), parsing: .singleValue,
    help: ArgumentHelp(
      "One key of the trigger metadata; beats the files. May be repeated.", valueName: "KEY=VALUE"))
  var settings: [String] = []

  /// The ScaledObject of `-f`, if one is given.
  func manifest() throws(ReplayError) -> ScaledObjectManifest? {
    guard let scaledObjectFile else {
      guard scaledObject == nil else {
        throw .option("--scaled-object chooses from the file of -f; give -f FILE too")
      }
      return nil
    }
    guard metadata == nil else {
      throw .option("-f brings the trigger metadata already; leave out --metadata")
    }
    let manifest = try ScaledObjectChoice.read(scaledObjectFile, name: scaledObject)
    if manifest.triggers.contains(where: { $0.metricType == "Value" }) {
      throw .world(
        "\(scaledObjectFile): metricType is Value, with which the HPA multiplies the hint by the "
          + "ready replicas; write metricType: AverageValue")
    }
    return manifest
  }

  /// The map of the file with `--set` on top; may be empty.
  func map(_ manifest: ScaledObjectManifest?) throws(ReplayError) -> [String: String] {
    var map = manifest?.triggers.first?.metadata ?? [:]
    if let metadata { map = try Self.read(metadata) }
    for setting in settings {
      guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
        throw .option("--set \(quoted(setting)) is not KEY=VALUE")
      }
      map[String(setting[..<equals])] = String(setting[setting.index(after: equals)...])
    }
    return map
  }

  /// The metadata map in a file.
  static func read(_ path: String) throws(ReplayError) -> [String: String] {
    do {
      return try metadataMap(fromYAML: TextFile.read(path))
    } catch let error as MetadataMapError {
      throw .world("\(path) \(error)")
    } catch {
      throw .unreadable("", path, error)
    }
  }

  /// `map` with the modelled fleet's four signals where it names no query of its own, and with the
  /// fleet's cold start where it names none.
  static func completed(_ map: [String: String], coldStartSeconds: Double) -> [String: String] {
    var map = map
    if !map.keys.contains(where: { $0 == "triggers" || $0.hasSuffix("Query") }) {
      map.merge([
        "queueDepthQuery": "queue_depth", "concurrencyQuery": "running",
        "gpuUtilizationQuery": "gpu_utilization", "requestRateQuery": "arrivals",
      ]) { written, _ in written }
    }
    if map["coldStart"] == nil { map["coldStart"] = "\(coldStartSeconds.brief)s" }
    return map
  }
}
