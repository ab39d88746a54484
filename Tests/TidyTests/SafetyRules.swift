/// Where the compiler takes our word, and what would end the process or hide a failure.
enum SafetyRules {
  /// The package holds fewer unchecked promises than this.
  static let unchecked = 10

  /// Unsafe pointers in signatures that other targets see.
  static func pointerFindings(in source: SwiftSource) -> [Finding] {
    source.declarations.compactMap { declaration in
      guard declaration.access == .exported, !declaration.isType,
        let type = declaration.signature.first(where: isPointer)
      else { return nil }
      return source.finding(
        declaration.firstLine,
        "\(declaration.name) shows \(type) to other targets; hand out a value or a span")
    }
  }

  private static func isPointer(_ word: String) -> Bool {
    word.hasPrefix("Unsafe") && word.hasSuffix("Pointer")
      || ["OpaquePointer", "CVaListPointer", "Unmanaged"].contains(word)
  }

  /// Lines that promise to the compiler what it cannot check.
  static func uncheckedLines(in source: SwiftSource) -> [Int] {
    source.lines(of: ["@", "unchecked"]) + source.lines(of: ["nonisolated", "(", "unsafe", ")"])
  }

  /// Unchecked promises without a comment on their line or the line above.
  static func uncommentedFindings(in source: SwiftSource) -> [Finding] {
    uncheckedLines(in: source).filter { line in
      source.commentLines.isDisjoint(with: [line, line - 1])
    }.map { source.finding($0, "say which guarantee makes this safe, and where it is written") }
  }

  /// Token sequences that must not stand in `Sources`, and why.
  static let banned: [(words: [String], reason: String)] = [
    (["try", "!"], "handle the error"),
    (["fatalError", "("], "throw, or use precondition for what only our code can do wrong"),
    (["Thread", ".", "sleep"], "wait for an event"),
    (["usleep", "("], "wait for an event"), (["nanosleep", "("], "wait for an event"),
    (["print", "("], "log it, or write to the command's output"),
  ]

  /// Targets whose job it is to write to standard output.
  static let printing: Set<String> = ["keda-burst-scaler"]

  /// Words that mark unfinished work, in code and comments alike.
  static let unfinished = ["TO" + "DO", "FIX" + "ME", "X" + "XX"]

  /// What stands in a source file and must not.
  static func bannedFindings(in source: SwiftSource) -> [Finding] {
    var found = banned.flatMap { words, reason in
      source.lines(of: words).filter { _ in
        words[0] != "print" || !printing.contains(source.target)
      }.map { source.finding($0, "`\(words.joined())`: \(reason)") }
    }
    // A bare call blocks a thread; `Task.sleep` and a clock's `sleep` do not.
    found += blockingSleeps(in: source).map { source.finding($0, "`sleep(`: wait for an event") }
    return found + unfinishedFindings(in: source.file)
  }

  /// Marks of unfinished work.
  static func unfinishedFindings(in file: TextFile) -> [Finding] {
    file.lines.enumerated().compactMap { index, line in
      unfinished.first { containsWord($0, line) }.map {
        Finding(path: file.path, line: index + 1, message: "\($0): finish it or leave it out")
      }
    }
  }

  private static func containsWord(_ word: String, _ line: Substring) -> Bool {
    line.utf8.count >= word.utf8.count
      && line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { $0 == word }
  }

  private static func blockingSleeps(in source: SwiftSource) -> [Int] {
    source.tokens.indices.filter { index in
      source.tokens[index].text == "sleep" && source.tokens[index].kind == .word
        && index + 1 < source.tokens.count && source.tokens[index + 1].text == "("
        && (index == 0 || ![".", "func"].contains(source.tokens[index - 1].text))
    }.map { source.tokens[$0].line }
  }

  /// Test files that may say `sleep`, and why.
  static let sleepingTests: [String: String] = [
    "Tests/ScalerServiceTests/ReloadRaceTests.swift": "a clock's method, which it does not use",
    "Tests/TestSupport/PrometheusProcess.swift": "polls readiness until a deadline",
    "Tests/TestSupport/PythonClient.swift": "polls the client's lines until a deadline",
    "Tests/TestSupport/ScriptedHTTPServer+Eventually.swift":
      "`eventually` itself: polls a condition",
  ]

  /// Sleeps in tests: they wait for events or poll with a deadline.
  static func sleepFindings(inTest source: SwiftSource) -> [Finding] {
    guard sleepingTests[source.file.path] == nil else { return [] }
    return ["sleep", "usleep", "nanosleep"].flatMap { source.lines(of: [$0]) }.map {
      source.finding($0, "tests do not sleep: poll a condition with TestSupport's `eventually`")
    }
  }
}
