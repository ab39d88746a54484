import Foundation
import TestSupport
import Testing

/// What the machine does to the process: it is killed, stopped, left without descriptors or disk,
/// its clock jumps. Never a number made from missing data.
@Suite(.serialized, .timeLimit(.minutes(5))) struct FaultTests {
  /// What a client that asks all the time was told, each with when.
  static func told(_ client: LineProcess) -> [(seconds: Double, value: String)] {
    client.output.compactMap { line in
      let parts = line.split(separator: " ", maxSplits: 1)
      guard parts.count == 2, let seconds = Double(parts[0]) else { return nil }
      return (seconds, String(parts[1]))
    }
  }

  static func watch(
    _ address: String, _ metadata: String, seconds: Int, _ more: [String] = []
  ) throws -> LineProcess {
    try InteropProgram.python(
      "watch.py",
      ["--address", address, "--metadata", metadata, "--seconds", "\(seconds)", "--times"] + more)
  }

  private static let constant = """
    {"queueDepthQuery": "vector(120)", "queueDepthThreshold": "50", "forecast": "off"}
    """

  @Test func `Killed and started again under load, it is never wrong and soon right again`()
    async throws
  {
    let queue = try await ScrapedQueue(500)
    defer { queue.remove() }
    let metadata = """
      {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
       "stableWindow": "30s", "scaleDownDelay": "60s"}
      """
    let ports = try ScalerProcess.freePorts()
    let arguments = ["--prometheus", queue.prometheus.address]
    func start() async throws -> LineProcess {
      try await ScalerProcess.start(shell: "exec \"$@\"", ports: ports, arguments)
    }
    let servers = try await TwinnedScaler(
      arguments, port: ports.grpc, metadata: metadata, .init(load: 70, clients: 70), start: start)
    defer { servers.kill() }
    let client = servers.client
    try await servers.awaitBoth("10")
    try await queue.hold(500, scrapes: 4)
    // The burst goes; only the windows know of it, and a new process from the past alone.
    queue.set(50)
    servers.first.send(SIGKILL)
    _ = try await servers.first.exitCode(within: .seconds(10))
    let killed = try #require(Self.told(client).last?.seconds)
    let second = try await start()
    defer { second.kill() }
    try await eventually(within: .seconds(30)) {
      Self.told(client).contains { $0.seconds > killed && $0.value == "10" }
    }
    let after = Self.told(client).filter { $0.seconds > killed }
    let back = try #require(after.first { $0.value == "10" }?.seconds)
    print("right again \(back - killed) s after SIGKILL, the start included")
    // Nobody is there for a while.
    let wrong = after.map(\.value).filter { $0 != "10" && !$0.hasSuffix("UNAVAILABLE") }
    #expect(wrong.isEmpty, "\(after)")
    #expect(Self.told(servers.twinClient).last?.value == "10")
  }

  @Test func `Stopped for longer than values live, it gives none of them out afterwards`()
    async throws
  {
    let queue = try await ScrapedQueue(500)
    defer { queue.remove() }
    let scaler = try await ScalerProcess(["--prometheus", queue.prometheus.address])
    defer { scaler.kill() }
    let metadata = """
      {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
       "staleAfter": "3s", "stableWindow": "1s", "scaleDownDelay": "1s", "panicWindow": "1s"}
      """
    let client = try Self.watch(scaler.address, metadata, seconds: 90)
    defer { client.kill() }
    try await eventually(within: .seconds(20)) { Self.told(client).last?.value == "10" }
    scaler.process.send(SIGSTOP)
    // No call is answered meanwhile; the last one waits for its answer.
    queue.set(2500)
    let start = ContinuousClock.now
    try await eventually(within: .seconds(40)) { ContinuousClock.now - start > .seconds(30) }
    let before = Self.told(client).count
    scaler.process.send(SIGCONT)
    try await eventually(within: .seconds(20)) { Self.told(client).last?.value == "50" }
    let after = Self.told(client).dropFirst(before).map(\.value)
    let numbers = after.filter { Int($0) != nil }
    #expect(Set(numbers) == ["50"], "\(after)")
    #expect(try await scaler.terminate().exitCode == 0)
  }

  /// A full disk, a closed file, and a pipe that nobody empties.
  @Test(arguments: ["2>/dev/full", "2>&-", "2<>\"$FIFO\""])
  func `A log that nobody can take does not end it`(redirection: String) async throws {
    let prometheus = try await PrometheusProcess()
    defer { prometheus.remove() }
    let files = try SourceServers.Files()
    let ports = try ScalerProcess.freePorts()
    let scaler = try await ScalerProcess.start(
      shell: "mkfifo \"$FIFO\"; exec \"$@\" \(redirection)", ports: ports,
      ["--prometheus", prometheus.address, "--log-level", "debug"],
      environment: ["FIFO": files.path("fifo")])
    defer { scaler.kill() }
    let client = try Self.watch("127.0.0.1:\(ports.grpc)", Self.constant, seconds: 30)
    defer { client.kill() }
    try await eventually(within: .seconds(20)) { Self.told(client).last?.value == "3" }
    // More refusals than a pipe holds lines.
    let flood = try InteropProgram.python(
      "pressure.py", ["--address", "127.0.0.1:\(ports.grpc)", "--refusals", "250"])
    #expect(try await flood.exitCode(within: .seconds(60)) == 0, "\(flood.errors)")
    #expect(Self.told(client).allSatisfy { ["3", "UNAVAILABLE"].contains($0.value) })
    scaler.askToEnd()
    #expect(try await scaler.exitCode(within: .seconds(30)) == 0)
  }

  @Test func `Out of file descriptors it sheds new connections, and takes them again afterwards`()
    async throws
  {
    let prometheus = try await PrometheusProcess()
    defer { prometheus.remove() }
    let ports = try ScalerProcess.freePorts()
    let scaler = try await ScalerProcess.start(
      shell: "ulimit -n 80; exec \"$@\"", ports: ports, ["--prometheus", prometheus.address])
    defer { scaler.kill() }
    let address = "127.0.0.1:\(ports.grpc)"
    let client = try Self.watch(address, Self.constant, seconds: 60, ["--every"])
    defer { client.kill() }
    try await eventually(within: .seconds(20)) { Self.told(client).last?.value == "3" }
    let before = Self.told(client).count
    let hold = try InteropProgram.python(
      "pressure.py", ["--address", address, "--connections", "150", "--seconds", "3"])
    defer { hold.kill() }
    try await eventually(within: .seconds(60)) {
      scaler.errors.contains { $0.contains("limit=file_descriptors ") }
    }
    #expect(try await hold.exitCode(within: .seconds(60)) == 0, "\(hold.errors)")
    let told = Self.told(client).dropFirst(before).map(\.value)
    #expect(told.allSatisfy { $0 == "3" }, "\(told)")
    // The port still takes connections, from a client that has none yet.
    let late = try Self.watch(address, Self.constant, seconds: 2)
    #expect(try await late.exitCode() == 0)
    #expect(Self.told(late).last?.value == "3", "\(late.output)")
    scaler.askToEnd()
    #expect(try await scaler.exitCode(within: .seconds(30)) == 0)
  }

  @Test func `The time of day jumps both ways, and nobody is told anything else`() async throws {
    let prometheus = try await PrometheusProcess()
    defer { prometheus.remove() }
    let files = try SourceServers.Files()
    let clock = try files.write("clock", "+0\n")
    let ports = try ScalerProcess.freePorts()
    // libfaketime moves the environment, by which Swift finds the arguments; so `env` comes first.
    let scaler = try await ScalerProcess.start(
      shell: "exec env LD_PRELOAD=\"$(find /usr/lib -name libfaketimeMT.so.1)\" env \"$@\"",
      ports: ports,
      ["--prometheus", prometheus.address],
      environment: [
        "FAKETIME_TIMESTAMP_FILE": clock, "FAKETIME_NO_CACHE": "1", "DONT_FAKE_MONOTONIC": "1",
      ])
    defer { scaler.kill() }
    let client = try Self.watch("127.0.0.1:\(ports.grpc)", Self.constant, seconds: 60, ["--every"])
    defer { client.kill() }
    try await eventually(within: .seconds(20)) { Self.told(client).last?.value == "3" }
    let before = Self.told(client).count
    for offset in ["+3600", "-7200", "+0"] {
      _ = try files.write("clock", "\(offset)\n")
      // A trigger first seen under that clock has the wrong past at most, and the right value.
      let late = try Self.watch(
        "127.0.0.1:\(ports.grpc)",
        Self.constant.replacing("50\"", with: "50\", \"maxReplicas\": \"9\(offset.count)\""),
        seconds: 4)
      #expect(try await late.exitCode() == 0)
      #expect(Self.told(late).last?.value == "3", "\(offset): \(late.output)")
    }
    let told = Self.told(client).dropFirst(before).map(\.value)
    #expect(told.count > 10 && told.allSatisfy { $0 == "3" }, "\(told)")
    scaler.askToEnd()
    #expect(try await scaler.exitCode(within: .seconds(30)) == 0)
  }
}
