import MetricCollection
import TestSupport
import Testing

/// Answers of servers that speak Prometheus' API in their own way, in the forms that their
/// documentation and sources show.
@Suite(.timeLimit(.minutes(1))) struct OtherServersTests {
  /// What a server answers, and what is made of it: a number, or the reason why not.
  private struct Case {
    var name: String
    var status = 200
    var type = "application/json"
    var body: String
    var value: Double?
    var reason: String?
  }

  private static let vector =
    #""resultType":"vector","result":[{"metric":{"pod":"a"},"value":[0,"7"]}]"#

  private static let cases = [
    // Thanos 0.32 and later puts an analysis beside the result, null unless asked for.
    Case(
      name: "thanos", body: #"{"status":"success","data":{\#(vector),"analysis":null}}"#, value: 7),
    Case(
      name: "thanos_analysis",
      body: #"{"status":"success","data":{\#(vector),"analysis":{"name":"[x]","children":[{}]}}}"#,
      value: 7),
    // A store that does not answer, with partial_response=true.
    Case(
      name: "thanos_partial",
      body: #"{"status":"success","data":{\#(vector)},"warnings":["No StoreAPIs matched"]}"#,
      value: 7),
    Case(
      name: "thanos_failure", status: 422,
      body: #"{"status":"error","errorType":"execution","error":"proxy Series(): store timeout"}"#,
      reason: "HTTP 422, execution: proxy Series(): store timeout"),
    // Mimir's own gateway refuses without JSON; its query-frontend with it.
    Case(
      name: "mimir_tenant", status: 401, type: "text/plain", body: "no org id\n",
      reason: "HTTP 401, the server wants other credentials; check the profile"),
    Case(
      name: "mimir_throttled", status: 429,
      body: """
        {"status":"error","errorType":"too_many_requests","error":"too many outstanding requests"}
        """,
      reason: "HTTP 429, too_many_requests: too many outstanding requests"),
    Case(
      name: "mimir_limit", status: 422,
      body: """
        {"status":"error","errorType":"execution","error":"the query exceeded the maximum number \
        of chunks (err-mimir-max-chunks-per-query)"}
        """,
      reason: "HTTP 422, execution: the query exceeded the maximum number of chunks"),
    Case(
      name: "mimir_infos",
      body: #"{"status":"success","data":{\#(vector)},"warnings":[],"infos":["PromQL info: x"]}"#,
      value: 7),
    // VictoriaMetrics: the cluster version, and single-node versions with their statistics.
    Case(
      name: "victoria_cluster",
      body: #"{"status":"success","isPartial":false,"data":{\#(vector)}}"#, value: 7),
    Case(
      name: "victoria_stats",
      body: #"{"status":"success","data":{\#(vector)},"stats":{"seriesFetched":"1"},"trace":{}}"#,
      value: 7),
    Case(
      name: "victoria_refusal", status: 422,
      body: #"{"status":"error","errorType":"422","error":"error when executing query=\"sum(\""}"#,
      reason: "HTTP 422, 422: error when executing query"),
    Case(
      name: "order", body: #"{"data":{"result":[],"resultType":"vector"},"status":"success"}"#),
  ]

  @Test func `Each form is taken as what it says`() async throws {
    let server = try ScriptedHTTPServer { request, connection in
      let one = Self.cases.first { request.target.contains("query=\($0.name)&") }
      connection.answer(
        status: one?.status ?? 404, headers: ["Content-Type: \(one?.type ?? "text/plain")"],
        text: one?.body ?? "")
    }
    defer { server.stop() }
    try await withCollector(interval: .seconds(1)) { collector, _ in
      let all = Self.cases.map { _ in ToldRounds() }
      for (one, rounds) in zip(Self.cases, all) {
        _ = try collector.add(rounds.group(server.address, [one.name]))
      }
      try await eventually { all.allSatisfy { $0.last != nil } }
      for (one, rounds) in zip(Self.cases, all) {
        let answer = rounds.all[0].answers[0]
        #expect(answer.firstValue == one.value, "\(one.name): \(answer)")
        let reason = answer.failure?.reason ?? ""
        #expect(
          one.reason.map { reason.hasPrefix($0) } ?? (answer.failure == nil),
          "\(one.name): \(reason)")
      }
    }
  }
}
