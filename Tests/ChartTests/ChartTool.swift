import Foundation
import TestSupport
import Testing

/// A command that a test runs to its end.
struct ToolRun {
  /// What it printed.
  let output: String
  /// What it said on standard error.
  let errors: String
  /// Its exit code.
  let exitCode: Int32

  /// The checkout's root.
  static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()

  /// The scaler, built beside this test.
  static let scaler = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
    .appending(path: "keda-burst-scaler").path

  /// Runs `tool` (an absolute path, a path below the root, or a name to be found on the PATH) at
  /// the checkout's root.
  init(
    _ tool: String, _ arguments: [String], input: String = "", environment: [String: String] = [:]
  ) throws {
    let scratch = FileManager.default.temporaryDirectory
      .appending(path: "chart-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: scratch, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: scratch) }
    let process = ChildProcess()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [tool] + arguments
    process.currentDirectoryURL = Self.root
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    // Files, because a full pipe that nobody reads would stop the other one.
    let files = try ["input", "output", "errors"].map { name in
      try Data((name == "input" ? input : "").utf8).write(to: scratch.appending(path: name))
      return try FileHandle(forUpdating: scratch.appending(path: name))
    }
    process.standardInput = files[0]
    process.standardOutput = files[1]
    process.standardError = files[2]
    try process.run()
    process.waitUntilExit()
    output = try String(contentsOf: scratch.appending(path: "output"), encoding: .utf8)
    errors = try String(contentsOf: scratch.appending(path: "errors"), encoding: .utf8)
    exitCode = process.terminationStatus
  }

  /// The lines that a Python script of `Tests/Chart` prints.
  static func python(_ arguments: [String], input: some Encodable) throws -> [String] {
    let text = String(decoding: try JSONEncoder().encode(input), as: UTF8.self)
    let run = try ToolRun(".venv/bin/python", arguments, input: text)
    guard run.exitCode == 0 else { throw ToolFailure(problem: run.errors) }
    return run.output.split(separator: "\n").map(String.init)
  }
}

/// A tool that did not do its work.
struct ToolFailure: Error, CustomStringConvertible {
  /// What it said.
  let problem: String

  var description: String { problem }
}

/// The chart's renderer: Helm's templates without Helm.
struct Renderer {
  /// The renderer built from `Tests/Chart/render`, once per run.
  static let shared = Result { try Renderer() }

  private static let path = ".build/chart/render"

  private init() throws {
    let run = try ToolRun(
      "go", ["build", "-o", Self.path, "./Tests/Chart/render"],
      environment: ["GO111MODULE": "off", "GOPATH": "/usr/share/gocode", "GOFLAGS": ""])
    guard run.exitCode == 0 else { throw ToolFailure(problem: run.errors) }
  }

  /// What one rendering starts from.
  struct Input {
    /// A file below the root with values.
    var file: String?
    /// Values on top, as YAML.
    var values = ""
    /// The cluster's version.
    var kubernetes = "1.34.0"
    /// How values hold numbers: `float64` or `json.Number`.
    var numbers = "float64"
    /// The release's name.
    var release = "keda-burst-scaler"
  }

  /// Renders in a form (`manifests`, `json`, `values` or `notes`), refused or not.
  func run(_ input: Input, _ form: String) throws -> ToolRun {
    var arguments = ["-chart", "chart", "-print", form, "-kube-version", "v\(input.kubernetes)"]
    arguments += ["-numbers", input.numbers, "-release", input.release]
    if let file = input.file { arguments += ["-values", file] }
    arguments += ["-values", "-"]
    return try ToolRun(Self.path, arguments, input: input.values)
  }

  /// The rendered text.
  func text(_ input: Input, _ form: String = "manifests") throws -> String {
    let run = try run(input, form)
    guard run.exitCode == 0 else { throw ToolFailure(problem: run.errors) }
    return run.output
  }

  /// The rendered resources.
  func resources(_ input: Input) throws -> [JSONValue] {
    try JSONDecoder().decode([JSONValue].self, from: Data(text(input, "json").utf8))
  }
}

/// The values files below `chart/ci`, by their names without ending.
enum ValuesFiles {
  /// All of them, sorted.
  static let all: [String] = {
    let folder = ToolRun.root.appending(path: "chart/ci").path
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []
    return names.filter { $0.hasSuffix(ending) }.map { String($0.dropLast(ending.count)) }.sorted()
  }()

  /// The path of one below the root.
  static func path(_ name: String) -> String { "chart/ci/\(name)\(ending)" }

  private static let ending = "-values.yaml"
}
