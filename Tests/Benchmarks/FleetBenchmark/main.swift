internal import Foundation

do {
  if CommandLine.arguments.contains("--help") {
    print(Options.usage)
    exit(0)
  }
  let options = try Options(Array(CommandLine.arguments.dropFirst()))
  let folder = ProcessInfo.processInfo.environment["TRACES"]
  let workloads =
    try folder.map { try Workload.folder($0, only: options.traces) }
    ?? Workload.builtIn(only: options.traces)
  var yardsticks = try Yardsticks.read(options.yardsticks)
  let lines = try await Comparison.run(
    workloads, options, contestants: options.contestants, yardsticks: &yardsticks)
  try Yardsticks.write(yardsticks, to: options.yardsticks)
  print(
    options.sensitivity
      ? Sensitivity.table(lines, options) : Report(lines).text(perTrace: options.perTrace))
} catch {
  FileHandle.standardError.write(Data("fleet-benchmark: \(error)\n".utf8))
  exit(1)
}
