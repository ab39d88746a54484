import TestSupport

/// Servers that each go beyond one limit of what a source may answer, and a good one.
struct LimitedSources {
  /// A trigger for each, by the limit's name, and one called `good`.
  let triggers: [[String: String]]
  private let servers: [ScriptedHTTPServer]

  private static let sample = #"{"metric":{},"value":[0,"1"]}"#
  private static let series =
    #"{"status":"success","data":{"resultType":"vector","result":["#
    + Array(repeating: sample, count: 100_001).joined(separator: ",") + "]}}"
  private static let metric = "vllm:num_requests_waiting"

  private static let answers = [
    "good": SourceServers.answer(100), "series_per_answer": series,
    "answer_bytes": String(repeating: " ", count: 9 << 20),
  ]
  private static let pages = [
    "series_per_page": String(repeating: "\(metric) 1\n", count: 10_001),
    "page_line_bytes": "\(metric){a=\"\(String(repeating: "x", count: 70_000))\"} 1\n",
    "labels_per_series":
      "\(metric){\((0..<65).map { "l\($0)=\"\"" }.joined(separator: ","))} 1\n",
  ]

  init() throws {
    var triggers: [[String: String]] = []
    var servers: [ScriptedHTTPServer] = []
    func add(_ name: String, _ server: ScriptedHTTPServer, _ more: [String: String]) {
      servers.append(server)
      // Time enough for nine megabytes on a busy machine.
      triggers.append(["name": name, "forecast": "off", "timeout": "10s"].merging(more) { $1 })
    }
    for (name, text) in Self.answers {
      let server = try ScriptedHTTPServer { _, connection in connection.answer(text: text) }
      add(
        name, server,
        ["queueDepthQuery": "q", "queueDepthThreshold": "50", "serverAddress": server.address])
    }
    for (name, text) in Self.pages {
      let server = try ScriptedHTTPServer { _, connection in
        connection.answer(headers: ["Content-Type: text/plain"], text: text)
      }
      let list =
        "- {preset: vllm-queue-depth, threshold: 5, endpoints: '\(server.address)/metrics'}"
      add(name, server, ["triggers": list])
    }
    let slow = try ScriptedHTTPServer { _, connection in connection.waitUntilClosed(seconds: 60) }
    let twenty = (0..<20).map { "- {kind: gauge, name: t\($0), query: q\($0), threshold: 1}" }
    add(
      "source_requests_in_flight", slow,
      ["triggers": twenty.joined(separator: "\n"), "serverAddress": slow.address])
    self.triggers = triggers
    self.servers = servers
  }

  func stop() {
    for server in servers { server.stop() }
  }
}
