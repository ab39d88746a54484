import ArgumentParser
import Foundation
import TriggerConfiguration

/// What is wrong with a command line, where printing the usage would not help: exit code 64, as for
/// whatever else is wrong there.
struct CommandLineFault: Error, CustomStringConvertible {
  let description: String

  init(_ description: String) { self.description = description }

  /// The fault of a first word that names none of `commands`, with the one that is nearest.
  static func ofCommand(_ words: ArraySlice<String>, among commands: [String]) -> CommandLineFault?
  {
    let word = words.first == "help" ? words.dropFirst().first : words.first
    guard let word, !word.hasPrefix("-"), word != "help", !commands.contains(word) else {
      return nil
    }
    let hint = nearestName(to: word, among: commands).map { "; did you mean \"\($0)\"?" } ?? "."
    return CommandLineFault(
      "\(quoted(word)) is no command\(hint) Commands: \(commands.joined(separator: ", "))")
  }

  /// Says it and ends the program.
  func exit() -> Never {
    complain(self)
    Foundation.exit(ExitCode.validationFailure.rawValue)
  }
}

/// Says on standard error what went wrong.
func complain(_ error: some Error) {
  FileHandle.standardError.write(Data("Error: \(error)\n".utf8))
}
