import ArgumentParser
import Foundation
import TriggerConfiguration

/// Rewrites what other autoscalers are configured with.
struct MigrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "migrate",
    abstract: "Turn KEDA's prometheus triggers, HPAs and AIScalers into one external trigger.",
    discussion: """
      Prints the file with each ScaledObject's prometheus triggers, each HorizontalPodAutoscaler on \
      custom or external metrics and each AIScaler as a ScaledObject with one external trigger; \
      comments say what changes in meaning. Everything else stays as it stands, and so does the \
      result when it is migrated again. What was done, and what check finds in the result, goes to \
      standard error.

      Exit code 0: all was translated and check finds no error (there may be warnings). 1: something \
      was not translated and is kept as it was, or check finds an error. 64: the command line itself \
      is wrong.
      """)

  @Option(
    name: [.customShort("f"), .customLong("file")],
    help: "YAML file with one or several documents; \"-\" reads standard input. May be repeated.")
  var files: [String] = []

  @Option(
    help: ArgumentHelp(
      "The Prometheus of HPAs and AIScalers, which name none; without it the server's default.",
      valueName: "url"))
  var prometheus: String?

  @Option(help: ArgumentHelp("Where KEDA finds the scaler.", valueName: "host:port"))
  var scalerAddress = MigrationOptions().scalerAddress

  func run() async throws {
    guard !files.isEmpty else {
      throw CommandLineFault("name a file: migrate -f scaledobject.yaml")
    }
    let address = try prometheus.map(CheckCommand.address)
    let options = MigrationOptions(scalerAddress: scalerAddress, prometheus: address)
    var output = ""
    var hasFailed = false
    for file in files {
      guard let migration = Self.migration(of: file, options) else {
        hasFailed = true
        continue
      }
      let report = await MigrationReport(migration, file: file)
      FileHandle.standardError.write(Data(report.text.utf8))
      hasFailed = hasFailed || report.hasFailed
      if !output.isEmpty {
        if !output.hasSuffix("\n") { output += "\n" }
        if !migration.yaml.hasPrefix("---") { output += "---\n" }
      }
      output += migration.yaml
    }
    FileHandle.standardOutput.write(Data(output.utf8))
    if hasFailed { throw ExitCode(1) }
  }

  /// Nil where the file cannot be read, which is said; the other files are migrated all the same.
  private static func migration(of file: String, _ options: MigrationOptions) -> ManifestMigration?
  {
    do {
      return try ManifestMigration(yaml: try ManifestInput.text(of: file), options: options)
    } catch let error as ScaledObjectFileError {
      complain(CheckFailure(description: "\(file): \(error)"))
    } catch {
      complain(error)
    }
    return nil
  }
}
