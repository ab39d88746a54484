/// Floor 1 is given the time and the data; it never fetches them.
enum PurityRules {
  /// Words that reach for a clock, the environment, files, randomness or the network.
  static let impure: Set<String> = [
    "ContinuousClock", "SuspendingClock", "Date", "DispatchTime", "clock_gettime", "gettimeofday",
    "SystemRandomNumberGenerator", "shuffled", "shuffle", "randomElement", "arc4random", "getenv",
    "setenv", "ProcessInfo", "CommandLine", "FileManager", "FileHandle", "URLSession", "fopen",
    "fread", "fwrite", "readLine", "stdin", "stdout", "stderr", "Task", "Thread", "UUID",
  ]

  /// Impure words in a file of floor 1; a seeded generator may be handed in with `using:`.
  static func findings(in source: SwiftSource) -> [Finding] {
    guard Floors.pure.contains(source.target) else { return [] }
    return source.tokens.indices.compactMap { index in
      let token = source.tokens[index]
      guard token.kind == .word, impure.contains(token.text), !isSeeded(index, source.tokens) else {
        return nil
      }
      return source.finding(
        token.line, "\(token.text) in pure code: take the time, the data or the seed as an argument"
      )
    }
  }

  private static func isSeeded(_ index: Int, _ tokens: [Token]) -> Bool {
    tokens[index...].prefix(4).contains { $0.text == "using" }
  }
}
