package import Foundation
import Glibc
import Synchronization

/// A program as a process of its own, started by posix_spawn(3) with nothing inherited but what is
/// set here.
///
/// Foundation's `Process` reads beyond the last entry of `/proc/self/fd` when it looks for what to
/// close, which ended test runs at random ("Bad pointer dereference" in `Process.run`).
@dynamicMemberLookup
package final class ChildProcess: Sendable {
  /// What is to be run, set before `run`.
  package struct Launch: Sendable {
    /// The program's file; there has to be one.
    package var executableURL: URL?
    /// What it is called with, its own name apart.
    package var arguments: [String] = []
    /// This process's own environment where nil.
    package var environment: [String: String]?
    /// This process's own directory where nil.
    package var currentDirectoryURL: URL?
    /// This process's own where nil, like the two below.
    package var standardInput: (any ChildStream)?
    /// Where its output goes.
    package var standardOutput: (any ChildStream)?
    /// Where its errors go.
    package var standardError: (any ChildStream)?
  }

  /// Why a program does not run.
  package struct Failure: Error {
    /// The program and the system's words.
    package let problem: String
  }

  private struct State {
    var launch = Launch()
    var identifier: pid_t = 0
    /// As waitpid(2) told it; nil while the program runs.
    var status: Int32?
  }

  private let state = Mutex(State())

  /// A process that does not run yet.
  package init() {}

  /// What is to be run, by its parts.
  package subscript<Value>(
    dynamicMember path: any WritableKeyPath<Launch, Value> & Sendable
  ) -> Value where Value: Sendable {
    get { state.withLock { $0.launch[keyPath: path] } }
    set { state.withLock { $0.launch[keyPath: path] = newValue } }
  }

  /// Its number; 0 before `run`.
  package var processIdentifier: Int32 { state.withLock(\.identifier) }

  /// Whether it has been started and has not ended.
  package var isRunning: Bool {
    state.withLock { state in
      guard state.identifier != 0 else { return false }
      Self.reap(&state)
      return state.status == nil
    }
  }

  /// Its exit code, or the number of the signal that ended it; 0 while it runs.
  package var terminationStatus: Int32 {
    state.withLock { state in
      let status = state.status ?? 0
      return status & 0x7f == 0 ? (status >> 8) & 0xff : status & 0x7f
    }
  }

  /// Starts the program, in the task's network namespace.
  ///
  /// - Throws: `Failure` where there is no such program, or the system refuses.
  package func run() throws { try NetworkNamespace.enter { try self.spawn() } }

  private func spawn() throws {
    let launch = state.withLock(\.launch)
    var words = [launch.executableURL?.path(percentEncoded: false) ?? ""] + launch.arguments
    if let directory = launch.currentDirectoryURL {
      // posix_spawn's own way to a directory is not among what Swift sees of the C library.
      words = ["/usr/bin/env", "--chdir=\(directory.path(percentEncoded: false))"] + words
    }
    var actions = posix_spawn_file_actions_t()
    posix_spawn_file_actions_init(&actions)
    defer { posix_spawn_file_actions_destroy(&actions) }
    let streams = [launch.standardInput, launch.standardOutput, launch.standardError]
    for (number, stream) in zip(Int32(0)..., streams) {
      guard let stream else { continue }
      posix_spawn_file_actions_adddup2(&actions, stream.childEnd(isInput: number == 0), number)
    }
    // Closing what is closed already is no error there.
    let open = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd")
    for descriptor in open.compactMap(Int32.init) where descriptor > 2 {
      posix_spawn_file_actions_addclose(&actions, descriptor)
    }
    let environment = launch.environment ?? ProcessInfo.processInfo.environment
    var identifier: pid_t = 0
    let path = words[0]
    let code = withTexts(words) { arguments in
      withTexts(environment.map { "\($0)=\($1)" }) { environment in
        withCleanAttributes { posix_spawn(&identifier, path, &actions, $0, arguments, environment) }
      }
    }
    guard code == 0 else {
      throw Failure(problem: "\(path): \(String(cString: strerror(code)))")
    }
    state.withLock { $0.identifier = identifier }
    for (number, stream) in streams.enumerated() { stream?.closeChildEnd(isInput: number == 0) }
  }

  /// Sends SIGTERM, if it still runs.
  package func terminate() {
    state.withLock { state in
      guard state.identifier != 0 else { return }
      Self.reap(&state)
      if state.status == nil { kill(state.identifier, SIGTERM) }
    }
  }

  /// Returns when it has ended.
  package func waitUntilExit() {
    let identifier = processIdentifier
    guard identifier != 0 else { return }
    var information = siginfo_t()
    while isRunning {
      // Without reaping, so that its number stays its own until the state says that it has ended.
      _ = waitid(P_PID, id_t(identifier), &information, WEXITED | WNOWAIT)
    }
  }

  private static func reap(_ state: inout State) {
    var status: Int32 = 0
    if state.status == nil, waitpid(state.identifier, &status, WNOHANG) == state.identifier {
      state.status = status
    }
  }
}

/// What a child's input or output may be: a file, or a pipe whose other end is ours.
package protocol ChildStream: Sendable {
  /// The descriptor that the child gets.
  func childEnd(isInput: Bool) -> Int32
  /// Closes what only the child needs, once it has it.
  func closeChildEnd(isInput: Bool)
}

extension FileHandle: ChildStream {
  /// The file's own descriptor.
  package func childEnd(isInput: Bool) -> Int32 { fileDescriptor }

  /// Does nothing: the file stays its owner's.
  package func closeChildEnd(isInput: Bool) {}
}

extension Pipe: ChildStream {
  /// The end that is read where it is the child's input, else the other.
  package func childEnd(isInput: Bool) -> Int32 {
    (isInput ? fileHandleForReading : fileHandleForWriting).fileDescriptor
  }

  /// Closes that end here, so that the pipe ends with the child.
  package func closeChildEnd(isInput: Bool) {
    try? (isInput ? fileHandleForReading : fileHandleForWriting).close()
  }
}

/// Attributes of a child with no signal blocked or ignored, and a process group of its own.
private func withCleanAttributes<Result>(
  _ body: (UnsafePointer<posix_spawnattr_t>) -> Result
) -> Result {
  var attributes = posix_spawnattr_t()
  posix_spawnattr_init(&attributes)
  defer { posix_spawnattr_destroy(&attributes) }
  var signals = sigset_t()
  sigemptyset(&signals)
  posix_spawnattr_setsigmask(&attributes, &signals)
  sigfillset(&signals)
  posix_spawnattr_setsigdefault(&attributes, &signals)
  let flags = POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETPGROUP
  posix_spawnattr_setflags(&attributes, Int16(flags))
  return body(&attributes)
}

/// Texts as the array of C strings that exec(3) takes.
private func withTexts<Result>(
  _ texts: [String], _ body: ([UnsafeMutablePointer<CChar>?]) -> Result
) -> Result {
  let copies = texts.map { strdup($0) }
  defer { for copy in copies { free(copy) } }
  return body(copies + [nil])
}
