// What asking Prometheus costs. Run through compare.sh, or by hand:
//   CollectionBenchmark ask ADDRESS COUNT        COUNT instant queries, 16 in flight, each parsed
//   CollectionBenchmark collect ADDRESS N SEC    N distinct queries once a second through a
// Collector
//   CollectionBenchmark scrape SEC PORT...       engines' own pages once a second (page: that page)
//   CollectionBenchmark parse                    a one-sample answer, over and over

internal import CurlClient
internal import Glibc
internal import Logging
internal import MetricCollection
internal import PrometheusFormat
internal import Synchronization

/// User and system time of this process so far, in microseconds.
func cpuMicroseconds() -> Double {
  var usage = rusage()
  getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
  let user = Double(usage.ru_utime.tv_sec) * 1e6 + Double(usage.ru_utime.tv_usec)
  return user + Double(usage.ru_stime.tv_sec) * 1e6 + Double(usage.ru_stime.tv_usec)
}

/// Asks until enough are answered; each answer starts the next request on the client's thread.
final class Asker: Sendable {
  private let client: HTTPClient
  private let request: HTTPRequest
  private let left: Atomic<Int>
  private let open: Atomic<Int>
  private let failed = Atomic<Int>(0)

  init(client: HTTPClient, request: HTTPRequest, count: Int) {
    self.client = client
    self.request = request
    left = Atomic(count)
    open = Atomic(count)
  }

  /// Runs to the end, 16 at a time; gives how many failed.
  func run() async -> Int {
    await withCheckedContinuation { continuation in
      for _ in 0..<16 { next(continuation) }
    }
    return failed.load(ordering: .relaxed)
  }

  private func next(_ continuation: CheckedContinuation<Void, Never>) {
    guard left.subtract(1, ordering: .relaxed).oldValue > 0 else { return }
    client.start(request) { [self] result in
      if case .success(let response) = result,
        let answer = try? QueryAnswer(parsing: response.body),
        case .vector(let samples) = answer.result, samples.first?.value == 1
      {
        // As wanted.
      } else {
        failed.add(1, ordering: .relaxed)
      }
      next(continuation)
      if open.subtract(1, ordering: .relaxed).newValue == 0 { continuation.resume() }
    }
  }
}

func ask(_ address: String, count: Int) async throws {
  let client = try HTTPClient()
  let request = HTTPRequest(
    try HTTPURL(address + "/api/v1/query?query=up"), peers: .any)
  _ = await Asker(client: client, request: request, count: 200).run()
  let (cpu, began) = (cpuMicroseconds(), ContinuousClock.now)
  let failed = await Asker(client: client, request: request, count: count).run()
  let spent = cpuMicroseconds() - cpu
  let rate = Double(count) / ((ContinuousClock.now - began) / .seconds(1))
  print("swift: \(spent / Double(count)) us CPU per query, \(rate) per second, \(failed) failed")
  await client.shutdown()
}

func collect(_ address: String, queries: Int, seconds: Int) async throws {
  let client = try HTTPClient()
  let collector = Collector(client: client, logger: Logger(label: "benchmark"))
  let run = Task { await collector.run() }
  let url = try HTTPURL(address)
  let (rounds, telling) = AsyncStream.makeStream(of: Void.self)
  for index in 0..<(queries / 2) {
    let targets = [0, 1].map {
      QueryTarget(
        source: QuerySource(address: url, peers: .any), expression: "up + \(index * 2 + $0)")
    }
    // The first group's rounds, one a second, are the benchmark's clock.
    _ = try collector.add(
      CollectionGroup(queries: targets, onRound: { _ in if index == 0 { telling.yield() } }))
  }
  var (round, cpu, before, oldest) = (0, 0.0, collector.counters, Duration.zero)
  for await _ in rounds {
    round += 1
    if round == 3 { (cpu, before) = (cpuMicroseconds(), collector.counters) }
    if round > 3 { oldest = max(oldest, collector.counters.oldestAnswerAge) }
    if round == 3 + seconds { break }
  }
  let spent = cpuMicroseconds() - cpu
  let after = collector.counters
  let answered = after.answered - before.answered
  let share = spent / Double(seconds) / 1e4
  print(
    "collect: \(answered) answered, \(spent / Double(answered)) us CPU per query, \(share) % of a "
      + "core, oldest answer \(oldest), failed \(after.failed), skipped "
      + "\(after.skippedStillRunning)+\(after.skippedServerInTrouble)+\(after.skippedLate)")
  run.cancel()
  await run.value
  await client.shutdown()
}

func parse() throws {
  let body = Array(
    (#"{"status":"success","data":{"resultType":"vector","result":[{"metric":{"__name__":"up","#
      + #""instance":"127.0.0.1:9090","job":"prometheus"},"value":[1700000000.123,"1"]}]}}"#).utf8)
  var sum = 0.0
  let count = 1_000_000
  let cpu = cpuMicroseconds()
  for _ in 0..<count {
    if case .vector(let samples) = try QueryAnswer(parsing: body).result { sum += samples[0].value }
  }
  let spent = (cpuMicroseconds() - cpu) / Double(count) * 1000
  print("parse: \(spent) ns per answer of \(body.count) bytes (\(sum == Double(count)))")
}

let arguments = CommandLine.arguments
switch arguments.dropFirst().first {
case "ask" where arguments.count == 4:
  try await ask(arguments[2], count: Int(arguments[3]) ?? 10_000)
case "collect" where arguments.count == 5:
  try await collect(
    arguments[2], queries: Int(arguments[3]) ?? 2000, seconds: Int(arguments[4]) ?? 10)
case "scrape" where arguments.count > 3:
  try await scrape(
    ports: arguments.dropFirst(3).compactMap { Int($0) }, seconds: Int(arguments[2]) ?? 10)
case "page": printPage()
case "parse": try parse()
default:
  print(
    "usage: ask ADDRESS COUNT | collect ADDRESS QUERIES SECONDS | scrape SECONDS PORT... | page | parse"
  )
}
