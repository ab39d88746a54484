import Foundation
import Testing

/// What `replay` writes besides its table.
@Suite struct ReplayReportTests {
  private let load = ["--load", "step,duration=20m,at=10m,lasting=5m", "--seed", "3"]

  private func page(_ arguments: [String]) throws -> String {
    let folder = try ReplayFolder()
    let run = try ReplayRun(load + arguments + ["--html", "report.html"], in: folder)
    #expect(run.exitCode == 0, "\(run.errors)")
    return try folder.text("report.html")
  }

  @Test func `the HTML page fetches nothing and is the same for the same seed`() throws {
    let arguments = ["--compare", "engine", "--compare", "keda-queue=5"]
    let page = try page(arguments)
    #expect(try self.page(arguments) == page)
    for fetching in ["http:", "https:", "src=", "href=", "@import", "url("] {
      #expect(!page.contains(fetching), "\(fetching)")
    }
    #expect(page.hasPrefix("<!DOCTYPE html>"))
    #expect(page.contains("prefers-color-scheme: dark"))
    #expect(page.contains("<meta name=\"viewport\""))
  }

  @Test func `each configuration has its charts, and all are compared`() throws {
    let page = try page(["--compare", "fixed=9", "--compare", "keda-queue=5"])
    for chart in [
      "load", "ready", "queue", "late", "hours", "replicas-0", "queue-0", "late-0", "replicas-1",
      "queue-1", "late-1",
    ] {
      #expect(page.ranges(of: "<figure class=\"chart\" id=\"\(chart)\" tabindex=\"0\"").count == 1)
    }
    // Nine replicas from the first to the last second: one straight line.
    #expect(page.contains("d=\"M0 20H1000\""), "9 of 10 is at 20 of 200 from above")
    #expect(page.contains(">7.5<"), "a tick says what it stands at")
    let alone = try self.page(["--compare", "fixed=9"])
    #expect(!alone.contains("id=\"ready\""))
  }

  @Test func `a configuration's name cannot become markup`() throws {
    let page = try page([
      "--compare", "<script>alert('&')</script>:fixed=3", "--compare", "fixed=4",
    ])
    #expect(!page.contains("<script>alert"))
    #expect(page.contains("&lt;script&gt;alert(&#39;&amp;&#39;)&lt;/script&gt;"))
    #expect(page.contains(#"\u003cscript\u003ealert('\u0026')"#))
  }

  @Test func `the data behind the charts are JSON`() throws {
    let page = try page(["--compare", "fixed=3", "--compare", "keda-queue=5"])
    let start = try #require(page.range(of: "id=\"data\">")?.upperBound)
    let end = try #require(page.range(of: "</script>", range: start..<page.endIndex)?.lowerBound)
    let data = try JSONSerialization.jsonObject(with: Data(page[start..<end].utf8))
    let object = try #require(data as? [String: Any])
    let labels = try #require(object["labels"] as? [String])
    let charts = try #require(object["charts"] as? [[String: Any]])
    // 1200 s at no more than 900 buckets: two seconds each.
    #expect(labels.count == 600 && labels.first == "0:00" && labels.last == "19:58")
    #expect(charts.count == 11)
    for chart in charts {
      let lines = try #require(chart["lines"] as? [[String: Any]])
      for line in lines { #expect((line["values"] as? [Any])?.count == 600) }
    }
  }

  private struct Document: Decodable {
    struct Row: Decodable {
      struct Series: Decodable {
        var arrivals: [Int]
        var readyReplicas: [Int]
        var wantedReplicas: [Int?]
      }
      var configuration: String
      var control: String
      var gpuHours: Double
      var late2: Double
      var late10: Double
      var cost: Double
      var series: Series?
    }
    struct Load: Decodable {
      var requests: Int
      var pureComputeHours: Double
    }
    var load: Load
    var configurations: [Row]
  }

  @Test func `JSON holds the table's numbers and, where asked for, every second`() throws {
    let run = try ReplayRun(
      load + ["--compare", "three:fixed=3", "--warm-up", "5m", "--initial-replicas", "1"]
        + ["--output", "json", "--series"])
    let document = try JSONDecoder().decode(Document.self, from: Data(run.output.utf8))
    let row = try #require(document.configurations.first)
    #expect(row.configuration == "three")
    #expect(row.control == "none, the same count from the start")
    // Three replicas for the fifteen minutes that are scored.
    #expect(abs(row.gpuHours - 0.75) < 1e-9)
    let lateness = row.late2 + row.late10
    let cost = row.gpuHours + 10 * document.load.pureComputeHours * lateness
    #expect(abs(row.cost - cost) < 1e-9)
    let series = try #require(row.series)
    #expect(series.readyReplicas == Array(repeating: 3, count: 1200))
    #expect(series.wantedReplicas.last == .some(3))
    // The last second's arrivals are counted at its end, which is past the series.
    #expect((0...80).contains(document.load.requests - series.arrivals.reduce(0, +)))
  }
}
