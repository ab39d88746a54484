import Foundation
import TestSupport
import Testing

/// The kernel takes the process away for want of memory: a real cgroup and its OOM killer.
@Suite(.serialized, .timeLimit(.minutes(5))) struct OutOfMemoryTests {
  /// The chart's `resources.limits.memory`.
  private static let chartLimitBytes = 256 << 20

  @Test(.enabled(if: MemoryCgroup.obstacle == nil, "\(MemoryCgroup.obstacle ?? "")"))
  func `Killed by the OOM killer under load, it is never wrong and soon decides as its twin`()
    async throws
  {
    let exporter = try MetricExporter()
    defer { exporter.stop() }
    exporter.set("queue_depth", 500)
    let prometheus = try await PrometheusProcess(scraping: [exporter.port])
    defer { prometheus.remove() }
    let cgroup = try MemoryCgroup()
    defer { #expect(throws: Never.self) { try cgroup.remove() } }
    let metadata = """
      {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
       "stableWindow": "15s", "scaleDownDelay": "60s"}
      """
    let arguments = ["--prometheus", prometheus.address]
    let ports = try ScalerProcess.freePorts()
    func start() async throws -> LineProcess {
      try await ScalerProcess.start(
        shell: "echo $$ >\"$CGROUP/cgroup.procs\"; exec \"$@\"", ports: ports, arguments,
        environment: ["CGROUP": cgroup.path])
    }
    let twin = try await ScalerProcess(arguments)
    defer { twin.kill() }
    let first = try await start()
    defer { first.kill() }
    let address = "127.0.0.1:\(ports.grpc)"
    let load = try InteropProgram.python(
      "load.py", ["--address", address, "--seconds", "120", "--metadata", metadata])
    defer { load.kill() }
    let client = try FaultTests.watch(address, metadata, seconds: 200, ["--every"])
    let twinClient = try FaultTests.watch(twin.address, metadata, seconds: 200, ["--every"])
    defer { for one in [client, twinClient] { one.kill() } }
    try await eventually(within: .seconds(30)) {
      [client, twinClient].allSatisfy { FaultTests.told($0).last?.value == "10" }
    }
    // For some whole seconds, so that a range with a step of one has it.
    try await KilledServerTests.hold(500, scrapes: 4, exporter)
    let killed = try await Self.starve(first, in: cgroup, askedBy: client)
    // The burst goes meanwhile: the twin's windows know of it, a new process from the past alone.
    try await KilledServerTests.hold(50, scrapes: 3, exporter)
    try cgroup.setLimit(bytes: Self.chartLimitBytes)
    let begun = Date.now.timeIntervalSince1970
    let second = try await start()
    defer { second.kill() }
    try await eventually(within: .seconds(30)) { FaultTests.told(client).last?.value == "10" }
    let back = try #require(AnswerSteps(client, after: killed).firstNumber).seconds
    print("right \(back - begun) s after it was started again")
    try await KilledServerTests.hold(1500, scrapes: 12, exporter)
    try await eventually(within: .seconds(20)) {
      [client, twinClient].allSatisfy { FaultTests.told($0).last?.value == "30" }
    }
    Self.expectEqual(AnswerSteps(client, after: killed), AnswerSteps(twinClient), from: back + 1)
    // With the chart's limit it lives.
    #expect(second.isRunning)
    #expect(try cgroup.killedCount == 1)
    second.askToEnd()
    #expect(try await second.exitCode(within: .seconds(30)) == 0)
  }

  /// Takes its memory away until the kernel ends it and its client has noticed; when that was.
  private static func starve(
    _ scaler: LineProcess, in cgroup: MemoryCgroup, askedBy client: LineProcess
  ) async throws -> Double {
    let used = try cgroup.usedBytes
    try await eventually(within: .seconds(60)) {
      try cgroup.starve()
      return !scaler.isRunning
    }
    #expect(try await scaler.exitCode() == SIGKILL)
    #expect(try cgroup.killedCount == 1)
    print("killed by the OOM killer, with \(used >> 20) MiB in use before")
    let killed = Date.now.timeIntervalSince1970
    try await eventually(within: .seconds(20)) {
      FaultTests.told(client).count { $0.seconds > killed } > 3
    }
    #expect(AnswerSteps(client, after: killed).firstNumber == nil)
    return killed
  }

  /// Second by second the one tells what the other does, which saw everything, and never less than
  /// the burst needed before it was there.
  private static func expectEqual(_ one: AnswerSteps, _ twin: AnswerSteps, from start: Double) {
    let (count, equal, differing) = one.compare(with: twin, from: start)
    print("\(equal) of \(count) seconds equal at the same instant")
    #expect(count > 5)
    #expect(differing.isEmpty, "\(twin.steps) against \(one.steps)")
    #expect(one.steps.compactMap { Double($0.value) }.allSatisfy { $0 >= 10 }, "\(one.steps)")
  }
}
