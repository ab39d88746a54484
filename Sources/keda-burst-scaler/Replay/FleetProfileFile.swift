import Foundation
import Simulation
import TriggerConfiguration

/// A fleet profile by name, or from a YAML file of one's own numbers.
enum FleetProfileFile {
  /// The keys of such a file, in the order of the help.
  static let keys = [
    "name", "overheadSeconds", "memorySeconds", "secondsPerToken", "secondsPerContextToken",
    "secondsPerAttentionPair", "maxSequences", "cacheTokens", "stepTokenBudget",
  ]

  /// The built-in profile called `text`, else what the file of that name holds.
  static func profile(_ text: String) throws(ReplayError) -> FleetProfile {
    if let known = FleetProfile.named(text) { return known }
    let names = FleetProfile.all.map(\.name).joined(separator: ", ")
    guard FileManager.default.fileExists(atPath: text) else {
      throw .option(
        "--fleet \(quoted(text)) is neither a file nor one of \(names); its file would hold "
          + keys.joined(separator: ", "))
    }
    do {
      return try parse(TextFile.read(text), path: text)
    } catch let error as ReplayError {
      throw error
    } catch {
      throw .unreadable("", text, error)
    }
  }

  /// Reads the file's text; what is not written is as in a10g-8b.
  static func parse(_ yaml: String, path: String) throws(ReplayError) -> FleetProfile {
    let map: [String: String]
    do {
      map = try metadataMap(fromYAML: yaml)
    } catch {
      throw .world("\(path): \(error)")
    }
    if let odd = map.keys.sorted().first(where: { !keys.contains($0) }) {
      throw .world(
        "\(path): \(quoted(odd)) is not known; a fleet has \(keys.joined(separator: ", "))")
    }
    let file = NumberMap(map: map, path: path)
    let base = FleetProfile.a10g
    return FleetProfile(
      name: map["name"] ?? TraceFile.name(of: path),
      overheadSeconds: try file.number("overheadSeconds", base.overheadSeconds),
      memorySeconds: try file.number("memorySeconds", base.memorySeconds),
      secondsPerToken: try file.number("secondsPerToken", base.secondsPerToken),
      secondsPerContextToken: try file.number(
        "secondsPerContextToken", base.secondsPerContextToken),
      secondsPerAttentionPair: try file.number(
        "secondsPerAttentionPair", base.secondsPerAttentionPair),
      maxSequences: try file.count("maxSequences", base.maxSequences),
      cacheTokens: try file.count("cacheTokens", base.cacheTokens),
      stepTokenBudget: try file.count("stepTokenBudget", base.stepTokenBudget))
  }

  /// A map whose values are to be numbers.
  private struct NumberMap {
    let map: [String: String]
    let path: String

    func number(_ key: String, _ fallback: Double) throws(ReplayError) -> Double {
      guard let text = map[key] else { return fallback }
      guard let value = Double(text), value >= 0, value <= 1e4 else {
        throw .world(
          "\(path): \(key) is \(quoted(text)); use seconds from 0, for example \(fallback)")
      }
      return value
    }

    func count(_ key: String, _ fallback: Int) throws(ReplayError) -> Int {
      guard let text = map[key] else { return fallback }
      guard let value = Int(text), value >= 1, value <= 1 << 30 else {
        throw .world(
          "\(path): \(key) is \(quoted(text)); use a whole number from 1, for example \(fallback)")
      }
      return value
    }
  }
}
