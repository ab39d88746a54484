import ArgumentParser
import Foundation

/// How `replay` prints.
enum ReplayOutput: String, ExpressibleByArgument, CaseIterable {
  case text, json
}

/// Where the result goes.
struct ResultOptions: ParsableArguments {
  @Option(help: "text or json, on standard output.")
  var output: ReplayOutput = .text

  @Flag(help: "With --output json: the values of every second too.")
  var series = false

  @Option(
    help: ArgumentHelp("Also write one self-contained HTML page with charts.", valueName: "file"))
  var html: String?

  /// Refuses what would have no effect.
  func validate() throws {
    guard series, output == .text else { return }
    throw ValidationError("--series needs --output json")
  }

  /// Writes the page where one is asked for, then the text or JSON.
  func write(
    text: () -> String, json: () throws(ReplayError) -> String, html page: () -> String
  ) throws(ReplayError) {
    if let html {
      do {
        try Data(page().utf8).write(to: URL(fileURLWithPath: html))
      } catch {
        throw .world("cannot write \(html): \(FileFault.writing(html, error))")
      }
    }
    let printed =
      switch output {
      case .text: text()
      case .json: try json()
      }
    FileHandle.standardOutput.write(Data(printed.utf8))
  }
}
