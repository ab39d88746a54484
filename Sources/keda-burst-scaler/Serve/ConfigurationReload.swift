import Logging
import MetricCollection
import Synchronization

/// The configuration file with what stands above it, to be read more than once.
struct ConfigurationFile: Sendable {
  let path: String
  let flags: [String: String]
  let environment: [String: String]

  /// What the file says now.
  /// - Throws: `SettingError`.
  func read() throws -> String { try ServeCommand.read(path) }

  /// What `text` means below the flags and the environment.
  /// - Throws: `SettingError`.
  func settings(_ text: String) throws -> (sources: SettingSources, settings: ServerSettings) {
    let sources = try SettingSources(
      flags: flags, environment: environment, fileText: text, fileName: path)
    return (sources, try ServerSettings(sources, isDemo: false))
  }
}

/// Reads the configuration file again when it changes and when SIGHUP asks for it. What cannot be
/// used is told once, and what held before stays. Who may be asked takes effect at once; other
/// settings are named as waiting for the next start.
final class ConfigurationReload: Sendable {
  private struct State {
    /// What is in force.
    var text: String
    /// What the last look found, where that was something else.
    var candidate: String?
    /// What was looked at last, and how often in a row it could not be used.
    var refused: String?
    var failures = 0
  }

  private let file: ConfigurationFile
  /// The texts of the settings that the server was started with.
  private let running: [String: String]
  private let logger: Logger
  private let apply: @Sendable (SourceDirectory) -> Int
  private let state: Mutex<State>

  /// - Parameters:
  ///   - text: what the file said at the start.
  ///   - apply: puts the servers that may be asked into force; how many triggers are begun anew.
  init(
    _ file: ConfigurationFile, text: String, logger: Logger,
    apply: @escaping @Sendable (SourceDirectory) -> Int
  ) throws {
    self.file = file
    self.logger = logger
    self.apply = apply
    running = Self.texts(try file.settings(text).sources)
    state = Mutex(State(text: text))
  }

  private static func texts(_ sources: SettingSources) -> [String: String] {
    Setting.all.reduce(into: [:]) { $0[$1.name] = sources.value($1)?.text }
  }

  /// Looks every second until cancelled.
  func run() async {
    while !Task.isCancelled {
      do {
        try await Task.sleep(for: .seconds(1))
        look(isAsked: false)
      } catch {
        return
      }
    }
  }

  /// Looks now; where it was asked for, it is said what came of it.
  func look(isAsked: Bool) {
    state.withLock { state in
      do {
        let text = try file.read()
        guard text != state.text || state.refused != nil else {
          if isAsked { logger.notice("configuration file read again: nothing has changed") }
          return
        }
        // It may be half-written: unless somebody asks, two looks in a row have to find the same.
        guard isAsked || state.candidate == text else {
          state.candidate = text
          return
        }
        let (sources, settings) = try file.settings(text)
        let directory = try settings.sources.directory(prometheus: settings.prometheus)
        (state.text, state.candidate) = (text, nil)
        (state.refused, state.failures) = (nil, 0)
        tell(sources, begunAnew: apply(directory))
      } catch {
        refuse("\(error)", &state, isAsked: isAsked)
      }
    }
  }

  /// Told at the second look in a row, or at once where it was asked for.
  private func refuse(_ why: String, _ state: inout State, isAsked: Bool) {
    if state.refused != why { state.failures = 0 }
    state.refused = why
    state.failures += 1
    guard state.failures == 2 || (isAsked && state.failures == 1) else { return }
    state.failures = 2
    logger.error(
      "the changed configuration file cannot be used; the old one stays",
      metadata: ["error": "\(why)"])
  }

  private func tell(_ sources: SettingSources, begunAnew: Int) {
    let texts = Self.texts(sources)
    let waiting = Setting.all.filter { setting in
      setting.name != Setting.prometheus.name && texts[setting.name] != running[setting.name]
    }
    var metadata: Logger.Metadata = ["triggersBegunAnew": "\(begunAnew)"]
    if !waiting.isEmpty {
      metadata["waitingForNextStart"] = "\(waiting.map(\.name).joined(separator: ", "))"
    }
    logger.notice("configuration file reloaded", metadata: metadata)
  }
}
