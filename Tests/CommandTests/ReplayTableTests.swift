import Testing

/// The numbers of `replay`'s table, and what it is played from.
@Suite struct ReplayTableTests {
  /// 120 jobs of 0.3 s each at once for three replicas that take one job at a time, then one more.
  private func workedExample() throws -> ReplayFolder {
    let folder = try ReplayFolder()
    try folder.write(
      "fleet.yaml",
      """
      name: slow-jobs
      overheadSeconds: 0.3
      memorySeconds: 0
      secondsPerToken: 0
      secondsPerContextToken: 0
      secondsPerAttentionPair: 0
      maxSequences: 1
      cacheTokens: 1000000
      stepTokenBudget: 64
      """)
    let jobs = Array(repeating: "0,64,1", count: 120) + ["3599.5,64,1"]
    try folder.write(
      "jobs.csv", "arrival_s,prompt_tokens,output_tokens\n" + jobs.joined(separator: "\n") + "\n")
    return folder
  }

  private let three = [
    "--fleet", "fleet.yaml", "--compare", "fixed=3", "--initial-replicas", "3", "--warm-up", "0",
  ]

  /// Worked by hand: three replicas for an hour are 3.00 GPU-hours. Job k of the first 120 waits
  /// 0.3 s × ⌊k ÷ 3⌋: above 2 s from k = 21 on (99 of 121 jobs, 81.8 %), above 10 s from k = 102 on
  /// (18, 14.9 %). Compute is 121 × 0.3 s = 0.010083 h, so J = 3 + 10 × 0.010083 × (0.81818 +
  /// 0.14876) = 3.0975. The first second sees 120 jobs, three of them running.
  @Test func `the table's numbers are those worked out by hand`() throws {
    let folder = try workedExample()
    let run = try ReplayRun(["--trace", "jobs.csv"] + three, in: folder)
    #expect(run.exitCode == 0 && run.errors.isEmpty)
    #expect(
      run.row("fixed=3") == [
        "fixed=3", "3.00", "81.8 %", "14.9 %", "3.10", "0.0", "117", "3", "0s",
      ])
    #expect(run.output.contains("load     jobs: 121 requests in 1h\n"))
    #expect(run.output.contains("fleet    slow-jobs, one shared queue, cold start 1m, 1 to 50"))
    #expect(run.output.contains("10 × 0.01 h of pure\ncompute"))
  }

  @Test func `a gzip file is read as it is, whatever it is called`() throws {
    let folder = try workedExample()
    let plain = try ReplayRun(["--trace", "jobs.csv"] + three, in: folder)
    try folder.compress("jobs.csv")
    let packed = try ReplayRun(["--trace", "jobs.csv.gz"] + three, in: folder)
    #expect(packed.output == plain.output)
    #expect(packed.errors.isEmpty)
  }

  @Test func `seconds are read as well as requests`() throws {
    let folder = try ReplayFolder()
    try folder.write(
      "seconds.csv", "t,arrivals,prompt_tokens,output_tokens\n0,3,300,30\n599,0,0,0\n")
    let run = try ReplayRun(
      ["--trace", "seconds.csv", "--compare", "fixed=2", "--warm-up", "0s"], in: folder)
    #expect(run.output.contains("load     seconds: 3 requests in 10m\n"))
    #expect(run.row("fixed=2").dropFirst(2).first == "0.0 %")
  }

  @Test func `the same seed gives the same bytes, another seed another load`() throws {
    let arguments = [
      "--load", "spikes,duration=15m", "--compare", "engine", "--compare", "article",
    ]
    let first = try ReplayRun(arguments + ["--seed", "7"])
    let again = try ReplayRun(arguments + ["--seed", "7"])
    let other = try ReplayRun(arguments + ["--seed", "8"])
    #expect(first.exitCode == 0)
    #expect(first.output == again.output)
    #expect(first.row("article") != other.row("article"))
  }

  @Test func `configurations are rows in the order given, each on its own path`() throws {
    let run = try ReplayRun([
      "--load", "constant,rate=5,duration=10m", "--compare", "keda-queue=5@default", "--compare",
      "engine,queueDepthThreshold=5,headroom=2@direct", "--compare", "fixed=4",
    ])
    let names = run.output.split(separator: "\n").map { String($0.prefix { $0 != " " }) }
    #expect(
      names.filter { ["keda-queue=5@default", "fixed=4"].contains($0) || $0.hasPrefix("engine,") }
        == ["keda-queue=5@default", "engine,queueDepthThreshold=5,headroom=2@direct", "fixed=4"])
    #expect(
      run.output.contains(
        "control  HPA, Kubernetes' default behaviour, first sync at 7 s: keda-queue=5@default\n"))
    #expect(run.output.contains("control  direct, every second: engine,queue"))
    #expect(run.output.contains("control  none, the same count from the start: fixed=4\n"))
  }
}
