import ArgumentParser
import Foundation
import Simulation
import TraceFormat
import TriggerConfiguration

/// Plays the engine, and what it is compared with, over a load that has been or could be.
struct ReplayCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "replay",
    abstract: "Play recorded or made-up load against a modelled fleet, and compare settings.",
    discussion: """
      The load is a CSV file (--trace; one line per request: arrival_s,prompt_tokens,output_tokens, \
      or one per second: t,arrivals,prompt_tokens,output_tokens; gzip is read as it is), or made \
      from a seed (--load). The same input gives the same bytes.

      Loads for --load NAME[,KEY=VALUE...]:
      \(indented(LoadText.help))

      Configurations for --compare [LABEL:]NAME[=VALUE][,KEY=VALUE...][@PATH], each a row:
      \(indented(ConfigurationReader.help))
      @direct, @recommended, @default or @FILE gives a row a control path of its own; LABEL: \
      is what reports call it. Without --compare the engine is played alone.

      With --prometheus the queries of the metadata are asked for their past (query_range), and the \
      engine says what it would have asked for, next to what really ran: open loop, for the past's \
      fleet did not react. Only engine and metadata=FILE can be compared, and there is no modelled \
      fleet and no HPA: their options have no effect.

      Exit code 0: played. 1: a file or server could not be read. 64: the command line is wrong.
      """)

  @OptionGroup(title: "Load")
  var load: LoadOptions

  @OptionGroup(title: "A Prometheus' past instead of a load")
  var recorded: RangeOptions

  @OptionGroup(title: "What is compared")
  var metadata: MetadataOptions

  @Option(
    parsing: .singleValue,
    help: ArgumentHelp("A configuration, see above. May be repeated.", valueName: "configuration"))
  var compare: [String] = []

  @OptionGroup(title: "Fleet")
  var fleet: FleetOptions

  @OptionGroup(title: "Control path")
  var control: ControlOptions

  @OptionGroup(title: "Result")
  var result: ResultOptions

  func run() async throws {
    do {
      if recorded.isGiven {
        try await replayRange()
      } else {
        try replayLoad()
      }
    } catch {
      try error.exit()
    }
  }

  private func replayLoad() throws(ReplayError) {
    let report = try shown(try replay())
    try result.write(
      text: { ReplayText(report: report).text },
      json: { () throws(ReplayError) in
        try ReplayJSON(report, hasSeries: result.series).text()
      },
      html: { ReplayHTML(report: report).html })
  }

  private func replayRange() async throws(ReplayError) {
    guard load.trace == nil, load.load == nil else {
      throw .option("--prometheus brings the load; leave out --trace and --load")
    }
    let range = try recorded.range(now: Int(Date.now.timeIntervalSince1970))
    let manifest = try metadata.manifest()
    let map = try metadata.map(manifest)
    var configurations: [(name: String, spec: TriggerSpec)] = []
    for text in compare.isEmpty ? ["engine"] : compare {
      configurations.append(try ConfigurationReader.recorded(text, map: map))
    }
    let played = RangeReplay(
      range: range, configurations: configurations, bounds: try fleet.bounds(manifest),
      notes: manifest.map(ScaledObjectChoice.notPlayed) ?? [])
    let report = try await shown(played)
    try result.write(
      text: { RangeText(report: report).text },
      json: { () throws(ReplayError) in
        try RangeJSON(report, hasSeries: result.series).text()
      },
      html: { RangeHTML(report: report).html })
  }

  /// Plays with a progress line, which is gone before anything is printed.
  private func shown(_ replay: Replay) throws(ReplayError) -> ReplayReport {
    let progress = ProgressLine()
    defer { progress.clear() }
    return try replay.run { progress.show($0, $1) }
  }

  private func shown(_ replay: RangeReplay) async throws(ReplayError) -> RangeReport {
    let progress = ProgressLine()
    defer { progress.clear() }
    return try await replay.run { progress.show($0, $1) }
  }

  private func replay() throws(ReplayError) -> Replay {
    let manifest = try metadata.manifest()
    let map = try metadata.map(manifest)
    let trace = try load.recording()
    let settings = try fleet.settings(trace, seed: load.seed, scaledObject: manifest)
    let reader = ConfigurationReader(
      map: map, coldStartSeconds: settings.coldStartSeconds, control: control,
      path: try control.path(manifest, file: metadata.scaledObjectFile))
    var configurations: [ReplayConfiguration] = []
    for text in compare.isEmpty ? ["engine"] : compare {
      configurations.append(try reader.read(text))
    }
    return Replay(
      trace: trace, load: load.words, settings: settings, configurations: configurations,
      notes: manifest.map(ScaledObjectChoice.notPlayed) ?? [])
  }

  private static func indented(_ text: String) -> String {
    text.split(separator: "\n").map { "  \($0)" }.joined(separator: "\n")
  }
}

/// Where the load comes from.
struct LoadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("CSV file, gzip or not.", valueName: "file"))
  var trace: String?

  @Option(help: ArgumentHelp("A load made from --seed.", valueName: "load"))
  var load: String?

  @Option(help: "Fixes everything random: the load made, and the times of cold starts.")
  var seed: UInt64 = 1

  /// The arrivals.
  func recording() throws(ReplayError) -> Trace {
    switch (trace, load) {
    case (let file?, nil): return try TraceFile.read(file, seed: seed)
    case (nil, let load?): return try LoadText.load(load, seed: seed).trace()
    case (nil, nil):
      throw .option("no load: give --trace FILE, or --load step, or --prometheus URL")
    default: throw .option("--trace and --load contradict each other; keep one")
    }
  }

  /// What reports call the load.
  var words: String {
    load.map { "\($0), seed \(seed)" } ?? trace.map { TraceFile.name(of: $0) } ?? ""
  }
}
