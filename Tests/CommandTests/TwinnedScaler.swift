import TestSupport

/// A server that is going to be harmed under load, and a twin of it that is not; each tells a
/// client of its own what it decides.
struct TwinnedScaler {
  /// Asked by `client` and `load`, and to be harmed.
  let first: LineProcess
  /// Asked by `twinClient` alone.
  let twin: ScalerProcess
  /// What `first` answers.
  let client: LineProcess
  /// What `twin` answers.
  let twinClient: LineProcess
  private let load: LineProcess

  /// How long each client asks, in seconds.
  struct Lengths {
    /// `load.py`.
    var load: Int
    /// `watch.py`, both of them.
    var clients: Int
  }

  /// A twin with `arguments`, and what `start` starts on the port; whoever made it kills it.
  init(
    _ arguments: [String], port: UInt16, metadata: String, _ lengths: Lengths,
    _ more: [String] = [],
    start: () async throws -> LineProcess
  ) async throws {
    var started: [() -> Void] = []
    do {
      twin = try await ScalerProcess(arguments)
      started.append(twin.kill)
      first = try await start()
      started.append(first.kill)
      let address = "127.0.0.1:\(port)"
      load = try InteropProgram.python(
        "load.py",
        ["--address", address, "--seconds", "\(lengths.load)", "--metadata", metadata])
      started.append(load.kill)
      client = try FaultTests.watch(address, metadata, seconds: lengths.clients, more)
      started.append(client.kill)
      twinClient = try FaultTests.watch(twin.address, metadata, seconds: lengths.clients, more)
    } catch {
      for kill in started { kill() }
      throw error
    }
  }

  /// Ends all of it.
  func kill() {
    for one in [client, twinClient, load, first] { one.kill() }
    twin.kill()
  }

  /// Waits until both were told this last.
  func awaitBoth(_ value: String, within limit: Duration = .seconds(30)) async throws {
    try await eventually(within: limit) {
      [client, twinClient].allSatisfy { FaultTests.told($0).last?.value == value }
    }
  }
}
