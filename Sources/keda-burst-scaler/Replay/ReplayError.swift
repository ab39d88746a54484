import ArgumentParser
import Foundation

/// Why a replay cannot be played: what was found, where, and what to do.
struct ReplayError: Error, Equatable, CustomStringConvertible {
  /// One or more sentences, fit for a terminal.
  let description: String
  /// Whether an option is at fault (exit code 64) or a file or server (exit code 1).
  let isUsage: Bool

  /// What is wrong with an option's value.
  static func option(_ description: String) -> ReplayError {
    ReplayError(description: description, isUsage: true)
  }

  /// What is wrong with a file, a server, or what they hold.
  static func world(_ description: String) -> ReplayError {
    ReplayError(description: description, isUsage: false)
  }

  /// A file that cannot be read, and why.
  static func unreadable(_ what: String, _ path: String, _ error: any Error) -> ReplayError {
    .world("cannot read \(what)\(path): \(FileFault.reading(path, error))")
  }

  /// Says what is wrong on standard error and ends the command.
  func exit() throws -> Never {
    complain(self)
    if isUsage {
      FileHandle.standardError.write(
        Data("See 'keda-burst-scaler replay --help' for all options.\n".utf8))
    }
    throw ExitCode(isUsage ? 64 : 1)
  }
}
