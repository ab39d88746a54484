import ArgumentParser

/// The program's first line: what has to be set before a second thread is there.
@main
enum Program {
  static func main() async {
    HeapArenas.useOne()
    await KedaBurstScaler.main()
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
