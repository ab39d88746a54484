import ArgumentParser
import Foundation
import ScalingEngine
import TriggerConfiguration

/// The engine as a line filter: one observation in, one decision out, in lockstep.
struct DecideCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "decide",
    abstract: "Decide on observations read line by line: the engine for your own simulator.",
    discussion: """
      Reads one JSON object a line and writes one decision a line, flushed:

        {"t":12.0,"metrics":{"gpu_utilization":97.0,"queue_depth":3,"running":120,"arrivals":7.0},\
      "replicas":{"current":5,"ready":4}}

      t is in seconds. gpu_utilization is the mean percent over ready replicas, queue_depth and \
      running are totals, arrivals are requests in the last second. What is missing is unknown. A \
      trigger's query is the name of its metric in the line. Without --metadata and --set the \
      triggers are queue_depth, running, gpu_utilization and arrivals, each with threshold auto.
      """)

  @Option(help: "YAML file with the trigger metadata: a map as in a ScaledObject.")
  var metadata: String?

  @Option(
    name: .customLong("set"),
    help: "One key of the trigger metadata, KEY=VALUE; beats the file. May be repeated.")
  var settings: [String] = []

  func run() throws {
    let map = try metadataMap()
    let spec: TriggerSpec
    do {
      spec = try TriggerSpec(metadata: map)
    } catch {
      throw CommandLineFault("\(error)")
    }
    var filter = DecisionFilter(spec: spec)
    while let line = readLine(strippingNewline: true) {
      FileHandle.standardOutput.write(filter.answer(to: line))
    }
  }

  /// The file's map with `--set` on top; the four signals where neither is given.
  private func metadataMap() throws -> [String: String] {
    var map: [String: String] = [:]
    if let metadata {
      map = try MetadataFile.read(metadata)
    }
    for setting in settings {
      guard let equals = setting.firstIndex(of: "="), equals != setting.startIndex else {
        throw CommandLineFault("--set \(setting.excerpt) is not KEY=VALUE")
      }
      map[String(setting[..<equals])] = String(setting[setting.index(after: equals)...])
    }
    guard !map.keys.contains(where: { $0 == "triggers" || $0.hasSuffix("Query") }) else {
      return map
    }
    return map.merging([
      "queueDepthQuery": "queue_depth", "concurrencyQuery": "running",
      "gpuUtilizationQuery": "gpu_utilization", "requestRateQuery": "arrivals",
    ]) { written, _ in written }
  }
}

/// Reads a trigger's metadata map from a YAML file.
enum MetadataFile {
  /// The map; lists and maps under a key are kept as YAML text, so that `triggers:` may be written
  /// out as a list.
  static func read(_ path: String) throws -> [String: String] {
    let text: String
    do {
      text = try TextFile.read(path)
    } catch {
      throw CommandLineFault("cannot read \(path): \(FileFault.reading(path, error))")
    }
    do {
      return try metadataMap(fromYAML: text)
    } catch {
      throw CommandLineFault("\(path): \(error)")
    }
  }
}
