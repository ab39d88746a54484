internal import Foundation
internal import Simulation

/// The clairvoyant's scores in a JSON file, so that tuning need not search for them each time.
///
/// A score is kept as GPU-hours, compute hours, late₂, late₁₀ and flips per hour. The file does not
/// know of changes to the simulator: delete it after one.
enum Yardsticks {
  /// The scores in the file; none when there is no file.
  static func read(_ path: String?) throws -> [String: Score] {
    guard let path, FileManager.default.fileExists(atPath: path) else { return [:] }
    let data = try Data(contentsOf: URL(fileURLWithPath: path))
    let rows = try JSONDecoder().decode([String: [Double]].self, from: data)
    return rows.compactMapValues { row in
      guard row.count == 5 else { return nil }
      var score = Score()
      score.gpuHours = row[0]
      score.pureComputeHours = row[1]
      score.late2 = row[2]
      score.late10 = row[3]
      score.flipsPerHour = row[4]
      return score
    }
  }

  /// Replaces the file.
  static func write(_ scores: [String: Score], to path: String?) throws {
    guard let path else { return }
    let rows = scores.mapValues {
      [$0.gpuHours, $0.pureComputeHours, $0.late2, $0.late10, $0.flipsPerHour]
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted]
    try encoder.encode(rows).write(to: URL(fileURLWithPath: path))
  }
}
