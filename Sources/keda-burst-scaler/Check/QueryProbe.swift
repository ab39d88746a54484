import CurlClient
import DecisionLoop
import Logging
import MetricCollection
import PrometheusFormat
import ScalingEngine
import TriggerConfiguration

/// Asks a trigger's queries once, on the server's own collection path, and decides once on the answers.
struct QueryProbe {
  private let client: HTTPClient
  private let collector: Collector
  private let server: ServerAddress?
  private let sources: SourceDirectory

  /// A probe that asks `server`, or what `sources` has for each trigger where it is `nil`.
  init(server: ServerAddress?, sources: SourceDirectory) throws {
    self.server = server
    self.sources = sources
    client = try HTTPClient()
    var settings = CollectorSettings()
    settings.interval = .seconds(10)
    collector = Collector(
      client: client, settings: settings,
      logger: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
  }

  /// Whether it asks one server whatever the triggers name.
  var namesServer: Bool { server != nil }

  /// Ends what is in flight.
  func close() async {
    await client.shutdown()
  }

  /// Why there is no server to ask for `spec`: none is named, or only the server's configuration
  /// knows the profile; nil where there is one, or the attempt has to show.
  func reasonNotToAsk(_ spec: TriggerSpec, namespace: String) -> String? {
    guard server == nil, spec.asksServer else { return nil }
    do {
      _ = try sources.source(for: spec, namespace: namespace)
      return nil
    } catch .noServer {
      return "the trigger names no serverAddress; give --prometheus URL, or --config with the "
        + "server's configuration"
    } catch .unknownProfile where !sources.hasProfiles {
      return "the trigger names a profile; give --config with the server's configuration, or "
        + "--prometheus URL"
    } catch {
      return nil
    }
  }

  /// Runs the queries of `spec` and adds what they gave to `checked`.
  func run(_ spec: TriggerSpec, namespace: String, into checked: inout CheckedTrigger) async {
    var asked = spec
    if let server { (asked.serverAddress, asked.profile) = (server, nil) }
    do {
      let queries = try TriggerQueries(
        asked, namespace: namespace, sources: server == nil ? sources : .unrestricted)
      let start = ContinuousClock.now
      let collected = try await answers(to: queries.targets)
      let answers = queries.answers(collected, scraped: await scraped(queries.scrapes, spec))
      add(answers, spec: spec, to: &checked)
      try await addSlow(queries, collected, askedAt: start, spec: spec, to: &checked)
      await addVariants(queries.targets, answers, spec: spec, to: &checked)
      decide(answers, spec: spec, into: &checked)
    } catch {
      checked.findings.append(Finding(.noAnswer, line: checked.line, "\(error)"))
    }
  }

  /// The ClusterIP of a Service, as kube-state-metrics tells; nil where it is headless (`None`), or
  /// nobody tells.
  func clusterIP(of service: ServiceName, _ spec: TriggerSpec, namespace: String) async -> String? {
    var asked = spec
    if let server { (asked.serverAddress, asked.profile) = (server, nil) }
    let directory = server == nil ? sources : .unrestricted
    guard let source = try? directory.source(for: asked, namespace: namespace) else { return nil }
    let query =
      "kube_service_info{namespace=\"\(service.namespace)\",service=\"\(service.name)\"}"
    let target = QueryTarget(source: source, expression: query, timeout: spec.timeout)
    guard case .vector(let samples)? = try? await answers(to: [target]).first?.answer?.result
    else { return nil }
    return samples.compactMap { $0.labels["cluster_ip"] }.first { !$0.isEmpty && $0 != "None" }
  }

  /// The queries' answers, each asked once.
  func answers(to targets: [QueryTarget]) async throws -> [CollectedAnswer] {
    let (rounds, continuation) = AsyncStream<[CollectedAnswer]>.makeStream()
    let subscription = try collector.add(
      CollectionGroup(queries: targets) { round in
        continuation.yield(round.answers)
        continuation.finish()
      })
    defer { collector.remove(subscription) }
    for await answers in rounds { return answers }
    return []
  }

  /// What pages say; asked twice, so that counters have grown.
  private func scraped(_ plan: ScrapePlan, _ spec: TriggerSpec) async -> ScrapedAnswers? {
    guard !plan.sources.isEmpty else { return nil }
    let scraper = EndpointScraper(
      client: client, logger: Logger(label: "check") { _ in SwiftLogNoOpLogHandler() })
    let (rounds, continuation) = AsyncStream<ScrapedAnswers>.makeStream()
    let subscription = scraper.add(
      plan, timeout: spec.timeout, staleAfter: spec.policy.staleAfter
    ) { continuation.yield($0) }
    defer { scraper.remove(subscription) }
    let run = Task { await scraper.run() }
    defer { run.cancel() }
    var last: ScrapedAnswers?
    var count = 0
    for await round in rounds {
      last = round
      count += 1
      if count == 2 { break }
    }
    return last
  }

  private func add(
    _ answers: TriggerQueries.Answers, spec: TriggerSpec, to checked: inout CheckedTrigger
  ) {
    for (source, answer) in zip(spec.sources, answers.triggers) {
      var query = CheckedQuery(answer, name: source.name, query: source.query)
      if let answer = answer.answer {
        let reading = SampleReading(answer, source: source)
        query.reading = reading.summary(source)
        query.error = reading.remark ?? query.error
      }
      checked.queries.append(query)
    }
    let others = [
      ("replicasQuery", spec.replicasQuery, answers.replicas),
      ("capacityQuery", spec.capacityQuery, answers.capacity),
    ]
    for case (let name, let query?, let answer?) in others {
      checked.queries.append(CheckedQuery(answer, name: name, query: query))
    }
    for query in checked.queries where query.series == nil {
      checked.findings.append(
        Finding(
          .noAnswer, line: checked.line,
          "\"\(query.name)\" has no answer: \(query.error ?? "unknown")"))
    }
    for query in checked.queries where query.series == 0 {
      checked.findings.append(
        Finding(
          .noSeries, line: checked.line,
          "\"\(query.name)\" matches no series: it is unknown, and cannot raise a decision; are the "
            + "metric's name and its labels right?"))
    }
  }

  private func decide(
    _ answers: TriggerQueries.Answers, spec: TriggerSpec, into checked: inout CheckedTrigger
  ) {
    let built = ObservationBuilder(spec: spec).build(answers, at: .now)
    var decider = ReplicaDecider(policy: spec.policy)
    switch decider.decide(built.observation, atSeconds: 0) {
    case .success(let decision):
      checked.decision = CheckedDecision(
        desiredReplicas: decision.desiredReplicas, active: decision.isActive,
        reasons: decision.reasons.map(\.description))
    case .failure(let undecided):
      checked.findings.append(
        Finding(
          .undecided, line: checked.line, undecided.adding(remarks: built.remarks).explanation))
    }
  }
}

extension CheckedQuery {
  fileprivate init(_ answer: CollectedAnswer, name: String, query: String) {
    self.init(name: name, query: query, reading: "unknown")
    error = answer.failure?.reason
    switch answer.answer?.result {
    case .scalar(let point)?:
      series = 1
      reading = "the number \(point.value)"
    case .vector(let samples)?:
      series = samples.count
      reading = "their sum \(samples.reduce(0) { $0 + $1.value })"
      examples = samples.prefix(3).map { "\($0.labels) \($0.value)" }
      if samples.count > 3 { examples.append("… and \(samples.count - 3) more") }
    case .matrix?, .string?, nil: break
    }
  }
}

extension SampleReading {
  /// What the series were combined to, in the user's unit.
  fileprivate func summary(_ source: TriggerSource) -> String {
    func inUnit(_ amount: Double) -> String {
      let value = amount * source.unit.divisor
      return source.unit == .percent ? "\(value) %" : "\(value)"
    }
    return switch reading {
    case .unknown: "unknown"
    case .total(let total), .atLeast(let total): "a total of \(inUnit(total))"
    case .perReplica(let sum, let replicas):
      "\(inUnit(sum)) summed over \(replicas) replica(s), each the mean of its series"
    case .average(let mean): "one pre-averaged value of \(inUnit(mean))"
    }
  }
}
