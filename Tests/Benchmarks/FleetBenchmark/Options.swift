internal import ScalingEngine
internal import Simulation

/// The command line: `--name value` pairs, lists separated by commas.
struct Options: Sendable {
  /// Names of traces; empty for all.
  var traces: [String] = []
  /// Cold starts in seconds.
  var coldStarts = [10.0, 60, 180]
  /// Routers.
  var routers = RequestRouter.allCases
  /// Names of contestants; empty for all.
  var advisors: [String] = []
  /// Sizes of fleets that never change.
  var fixedFleets: [Int] = []
  /// HPA phases in seconds.
  var phases = [2.0, 7, 12]
  /// Runs at once.
  var jobs = 2
  /// What advisors are not shown.
  var hidden: Set<FleetSignal> = []
  /// File of the clairvoyant's scores, read and written; nil for none.
  var yardsticks: String?
  /// The control path of every contestant; nil leaves each its own.
  var path: Contestant.Path?
  /// Whether the scale target is also written directly, upwards, beside the HPA.
  var directScaleUp = false
  /// Whether to search for the clairvoyant plan.
  var clairvoyant = true
  /// Trigger metadata on top of the engine's own.
  var metadata: [String: String] = [:]
  /// The engine's constants.
  var constants = EngineConstants()
  /// Whether to print a line per trace besides the means.
  var perTrace = true

  /// Whether to halve and double each of the engine's constants instead.
  var sensitivity = false

  /// What `--help` prints.
  static let usage = """
    Plays traces against modelled fleets and compares scaling policies.
    TRACES=DIR   folder with meta.json and <name>.requests.csv.gz; else built-in loads
      --traces a,b         only these
      --cold-starts 10,60  seconds
      --routers shared,least-loaded
      --advisors a,b       only those whose name starts so
      --fixed-fleets 8,12  fleets that never change; each trace's best one makes a row
      --phases 2,7,12      seconds at which the HPA first syncs, 0 ..< 15
      --path own|recommended|default|direct
                           own: baselines through Kubernetes' default, Knative direct
      --direct-scale-up yes  beside the HPA the count is also written directly, upwards only
      --hide running,gpu_utilization
      --yardsticks FILE    clairvoyant plans found before; found ones are added
      --set KEY=VALUE      trigger metadata of every engine; may be repeated
      --constant NAME=1.5  another value of one of the engine's constants; may be repeated
      --sensitivity yes    what halving and doubling each of the engine's constants does to J
      --jobs 2  --clairvoyant yes|no  --per-trace yes|no
    """

  /// Reads the arguments after the program's name.
  init(_ arguments: [String]) throws {
    var rest = arguments[...]
    while let option = rest.popFirst() {
      guard let value = rest.popFirst() else {
        throw BenchmarkError(description: "\(option) needs a value\n\(Self.usage)")
      }
      let list = value.split(separator: ",").map(String.init)
      switch option {
      case "--traces": traces = list
      case "--cold-starts": coldStarts = try Self.read(list, for: option) { Double($0) }
      case "--routers": routers = try Self.read(list, for: option) { RequestRouter(rawValue: $0) }
      case "--advisors": advisors = list
      case "--fixed-fleets": fixedFleets = try Self.read(list, for: option) { Int($0) }
      case "--phases": phases = try Self.read(list, for: option) { Double($0) }
      case "--hide":
        hidden = Set(try Self.read(list, for: option) { FleetSignal(rawValue: $0) })
      case "--yardsticks": yardsticks = value
      case "--path": path = try Self.path(value)
      case "--jobs": jobs = max(1, try Self.read([value], for: option) { Int($0) }[0])
      case "--direct-scale-up": directScaleUp = value == "yes"
      case "--clairvoyant": clairvoyant = value == "yes"
      case "--sensitivity": sensitivity = value == "yes"
      case "--set":
        let (key, text) = try Self.assignment(value)
        metadata[key] = text
      case "--constant":
        let (name, text) = try Self.assignment(value)
        guard let entry = EngineConstants.all.first(where: { $0.name == name }) else {
          throw BenchmarkError(description: "--constant \(value): no such constant")
        }
        guard let number = Double(text) else {
          throw BenchmarkError(description: "--constant \(value): \(text) is no number")
        }
        constants[keyPath: entry.path] = number
      case "--per-trace": perTrace = value == "yes"
      default:
        throw BenchmarkError(description: "\(option) is not an option\n\(Self.usage)")
      }
    }
  }

  private static func read<Value>(
    _ words: [String], for option: String, _ value: (String) -> Value?
  ) throws -> [Value] {
    try words.map { word in
      guard let value = value(word) else {
        throw BenchmarkError(description: "\(option) cannot be \(word)\n\(usage)")
      }
      return value
    }
  }

  private static func assignment(_ text: String) throws -> (String, String) {
    let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
    guard parts.count == 2 else {
      throw BenchmarkError(description: "\(text) is not NAME=VALUE\n\(usage)")
    }
    return (parts[0], parts[1])
  }

  private static func path(_ name: String) throws -> Contestant.Path? {
    switch name {
    case "own": return nil
    case "recommended": return .autoscaler(.recommended())
    case "default": return .autoscaler(.absent)
    case "direct": return .direct
    default: throw BenchmarkError(description: "--path \(name) is not known\n\(usage)")
    }
  }

  /// The contestants that `--advisors` selects.
  var contestants: [Contestant] {
    if sensitivity { return Sensitivity.contestants(self) }
    return Contestant.all(self).filter { contestant in
      advisors.isEmpty || advisors.contains { contestant.name.hasPrefix($0) }
    } + fixedFleets.map(Contestant.fixed)
  }
}
