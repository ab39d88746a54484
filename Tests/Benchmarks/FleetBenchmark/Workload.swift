internal import Foundation
internal import Simulation
internal import TraceFormat

/// A trace with the fleet it runs on.
struct Workload: Sendable {
  /// Arrivals.
  var trace: Trace
  /// Profile, bounds, start and warm-up.
  var settings: SimulationSettings
  /// What one replica does when it always has enough to do.
  let replica: SaturatedReplica

  /// A workload, its replica measured.
  init(trace: Trace, settings: SimulationSettings) {
    self.trace = trace
    self.settings = settings
    replica = SaturatedReplica(trace, profile: settings.profile)
  }
}

/// What `meta.json` says of a trace; other keys are ignored.
private struct TraceDescription: Decodable {
  var profile: String
  var duration_s: Double
  var min_replicas: Int
  var max_replicas: Int
  var init_replicas: Int
  var warm: Double
}

/// A benchmark that cannot go on, in words.
struct BenchmarkError: Error, CustomStringConvertible {
  /// What was found and what to do.
  var description: String
}

extension Workload {
  /// The traces of a folder: `meta.json` names them, `<name>.requests.csv.gz`, or
  /// `.seconds.csv.gz`, or either without `.gz`, holds each.
  static func folder(_ path: String, only names: [String]) throws -> [Workload] {
    let url = URL(fileURLWithPath: path)
    let data = try Data(contentsOf: url.appendingPathComponent("meta.json"))
    let described = try JSONDecoder().decode([String: TraceDescription].self, from: data)
    return try described.keys.sorted().filter { names.isEmpty || names.contains($0) }.map { name in
      guard let description = described[name],
        let profile = FleetProfile.named(description.profile)
      else { throw BenchmarkError(description: "meta.json: unknown profile of \(name)") }
      let bytes = try read(name, in: url)
      let parsed = try TraceParser.parse(bytes, name: name)
      var settings = SimulationSettings(profile: profile)
      settings.minReplicas = description.min_replicas
      settings.maxReplicas = description.max_replicas
      settings.initialReplicas = description.init_replicas
      settings.warmUpSeconds = description.warm
      let trace = Trace(
        name: name, arrivals: parsed.arrivals, durationSeconds: description.duration_s)
      return Workload(trace: trace, settings: settings)
    }
  }

  private static func read(_ name: String, in folder: URL) throws -> Data {
    for form in ["requests", "seconds"] {
      let plain = folder.appendingPathComponent("\(name).\(form).csv")
      if FileManager.default.fileExists(atPath: plain.path) { return try Data(contentsOf: plain) }
      let packed = plain.appendingPathExtension("gz")
      if FileManager.default.fileExists(atPath: packed.path) { return try unpack(packed) }
    }
    throw BenchmarkError(description: "\(folder.path): no file for the trace \(name)")
  }

  private static func unpack(_ file: URL) throws -> Data {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["gzip", "-dc", file.path]
    let pipe = Pipe()
    process.standardOutput = pipe
    try process.run()
    let data = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw BenchmarkError(description: "gzip -dc \(file.path) failed")
    }
    return data
  }

  /// The built-in loads, for runs without a folder of traces.
  static func builtIn(only names: [String]) -> [Workload] {
    SyntheticLoad.benchmarkSet(seed: 1).filter { names.isEmpty || names.contains($0.name) }.map {
      load in
      var settings = SimulationSettings(profile: .a10g)
      settings.initialReplicas = 5
      if load.name == "onoff" {
        settings.minReplicas = 0
        settings.initialReplicas = 0
        settings.warmUpSeconds = 0
      }
      return Workload(trace: load.trace(), settings: settings)
    }
  }
}
