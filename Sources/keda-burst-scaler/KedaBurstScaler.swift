import ArgumentParser

/// The program's first line: what has to be set before a second thread is there.
@main
enum Program {
  static func main() async {
    HeapArenas.useOne()
    let commands = KedaBurstScaler.configuration.subcommands.compactMap {
      $0.configuration.commandName
    }
    CommandLineFault.ofCommand(CommandLine.arguments.dropFirst(), among: commands)?.exit()
    do {
      var command = try KedaBurstScaler.parseAsRoot()
      if var asynchronous = command as? any AsyncParsableCommand {
        try await asynchronous.run()
      } else {
        try command.run()
      }
    } catch let fault as CommandLineFault {
      fault.exit()
    } catch {
      KedaBurstScaler.exit(withError: error)
    }
  }
}

/// The command line's root: one subcommand per thing a person does with the scaler.
struct KedaBurstScaler: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keda-burst-scaler",
    abstract: "A KEDA external scaler for GPU inference: replicas from GPU utilization and queues.",
    version: Version.current,
    subcommands: [
      ServeCommand.self, CheckCommand.self, MigrateCommand.self, ReplayCommand.self,
      DecideCommand.self, ExplainCommand.self,
    ])
}

/// What this build calls itself.
enum Version {
  /// Semantic version of the product.
  static let current = "0.1.0"
}
