internal import Foundation
internal import ScalingEngine
internal import Simulation

/// What each constant of the engine does to the cost of a run.
enum Sensitivity {
  private static let factors = [0.5, 2]
  private static let signals = [
    ("queue + running", Contestant.queueAndRunning),
    ("queue + utilization", Contestant.queueAndUtilization),
  ]

  /// The engine with either pair of signals, and with each constant halved and doubled.
  static func contestants(_ options: Options) -> [Contestant] {
    signals.flatMap { signals, metadata in
      func engine(_ name: String, _ constants: EngineConstants) -> Contestant {
        .engine(
          "\(signals), \(name)", metadata.merging(options.metadata) { $1 }, constants: constants)
      }
      return [engine("as-is", options.constants)]
        + EngineConstants.all.flatMap { entry in
          factors.map { factor in
            var constants = options.constants
            constants[keyPath: entry.path] *= factor
            return engine("\(entry.name)-\(factor)", constants)
          }
        }
    }
  }

  /// One row per constant: its value, and for each pair of signals the change of the mean of
  /// J ÷ the clairvoyant's J.
  static func table(_ lines: [Line], _ options: Options) -> String {
    let bases = signals.map { mean(lines, "\($0.0), as-is") }
    let rows = EngineConstants.all.map { entry in
      let changes = zip(signals, bases).flatMap { signals, base in
        factors.map { factor in
          String(
            format: "%+.0f %%",
            100 * (mean(lines, "\(signals.0), \(entry.name)-\(factor)") / base - 1))
        }
      }
      let value = options.constants[keyPath: entry.path]
      return "| `\(entry.name)` | \(value) | \(changes.joined(separator: " | ")) |"
    }
    let names = Set(lines.map(\.trace)).sorted().joined(separator: ", ")
    let means = zip(signals, bases).map { "\(String(format: "%.3f", $1)) with \($0.0)" }
    return """
      mean J ÷ clairvoyant's \(means.joined(separator: ", ")) on \(names)

      | Constant | Value |\(signals.map { " \($0.0) halved | doubled |" }.joined())
      |---|---|\(signals.map { _ in "---|---|" }.joined())
      \(rows.joined(separator: "\n"))
      """
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
