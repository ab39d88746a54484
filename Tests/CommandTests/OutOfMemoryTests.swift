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
    let queue = try await ScrapedQueue(500)
    defer { queue.remove() }
    let cgroup = try MemoryCgroup()
    defer { #expect(throws: Never.self) { try cgroup.remove() } }
    let metadata = """
      {"queueDepthQuery": "queue_depth", "queueDepthThreshold": "50", "forecast": "off",
       "stableWindow": "15s", "scaleDownDelay": "60s"}
      """
    let arguments = ["--prometheus", queue.prometheus.address]
    let ports = try ScalerProcess.freePorts()
    func start() async throws -> LineProcess {
      try await ScalerProcess.start(
        shell: "echo $$ >\"$CGROUP/cgroup.procs\"; exec \"$@\"", ports: ports, arguments,
        environment: ["CGROUP": cgroup.path])
    }
    let servers = try await TwinnedScaler(
      arguments, port: ports.grpc, metadata: metadata, .init(load: 120, clients: 200), ["--every"],
      start: start)
    defer { servers.kill() }
    let client = servers.client
    try await servers.awaitBoth("10")
    try await queue.hold(500, scrapes: 4)
    let killed = try await Self.starve(servers.first, in: cgroup, askedBy: client)
    // The burst goes meanwhile: the twin's windows know of it, a new process from the past alone.
    try await queue.hold(50, scrapes: 3)
    try cgroup.setLimit(bytes: Self.chartLimitBytes)
    let begun = Date.now.timeIntervalSince1970
    let second = try await start()
    defer { second.kill() }
    try await eventually(within: .seconds(30)) { FaultTests.told(client).last?.value == "10" }
    let back = try #require(AnswerSteps(client, after: killed).firstNumber).seconds
    print("right \(back - begun) s after it was started again")
    try await queue.hold(1500, scrapes: 12)
    try await servers.awaitBoth("30", within: .seconds(20))
    Self.expectEqual(
      AnswerSteps(client, after: killed), AnswerSteps(servers.twinClient), from: back + 1)
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
