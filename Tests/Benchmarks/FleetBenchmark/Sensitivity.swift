internal import Foundation
internal import ScalingEngine
internal import Simulation

/// What each constant of the engine does to the cost of a run.
enum Sensitivity {
  private static let factors = [0.5, 2]

  /// The engine with queue and running requests, and with each constant halved and doubled.
  static func contestants(_ options: Options) -> [Contestant] {
    let asIs = engine("as-is", options.constants, options)
    return [asIs]
      + EngineConstants.all.flatMap { entry in
        factors.map { factor in
          var constants = options.constants
          constants[keyPath: entry.path] *= factor
          return engine("\(entry.name)-\(factor)", constants, options)
        }
      }
  }

  /// One row per constant: its value, and the change of the mean of J ÷ the clairvoyant's J.
  static func table(_ lines: [Line], _ options: Options) -> String {
    let base = mean(lines, "as-is")
    let rows = EngineConstants.all.map { entry in
      let changes = factors.map { factor in
        String(format: "%+.0f %%", 100 * (mean(lines, "\(entry.name)-\(factor)") / base - 1))
      }
      let value = options.constants[keyPath: entry.path]
      return "| `\(entry.name)` | \(value) | \(changes.joined(separator: " | ")) |"
    }
    let names = Set(lines.map(\.trace)).sorted().joined(separator: ", ")
    return """
      mean J ÷ clairvoyant's \(String(format: "%.3f", base)) on \(names)

      | Constant | Value | halved | doubled |
      |---|---|---|---|
      \(rows.joined(separator: "\n"))
      """
  }

  private static func engine(
    _ name: String, _ constants: EngineConstants, _ options: Options
  ) -> Contestant {
    .engine(name, Contestant.queueAndRunning.merging(options.metadata) { $1 }, constants: constants)
  }

  private static func mean(_ lines: [Line], _ name: String) -> Double {
    let costs = lines.filter { $0.advisor == "engine-\(name)" }.compactMap { line in
      lines.first {
        $0.advisor == "clairvoyant" && $0.trace == line.trace && $0.coldStart == line.coldStart
          && $0.router == line.router
      }.map { line.cost / $0.cost }
    }
    return costs.isEmpty ? .nan : costs.reduce(0, +) / Double(costs.count)
  }
}
