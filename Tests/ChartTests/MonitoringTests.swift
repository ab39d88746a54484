import Foundation
import TestSupport
import Testing

/// Alerts and the dashboard speak of what the scaler really exports.
@Suite struct MonitoringTests {
  private static let alertsFile = "chart/files/alerts.yaml"
  private static let alertTests = "Tests/Testdata/chart/alerts.test.yaml"
  private static let dashboardFile = "chart/files/dashboard.json"

  private func text(_ path: String) throws -> String {
    try String(contentsOf: ToolRun.root.appending(path: path), encoding: .utf8)
  }

  /// The alerts as the chart renders them.
  private func alerts(without names: String = "") throws -> [JSONValue] {
    let rules = try Renderer.shared.get().resources(
      .init(values: "prometheusRule: {enabled: true, disabled: [\(names)]}")
    ).ofKind("PrometheusRule")
    return rules.flatMap { $0.items("spec.groups") }.flatMap { $0.items("rules") }
  }

  /// The scaler's own metrics that a text names, histograms by their family's name.
  private func metrics(in text: String) -> Set<String> {
    Set(
      text.matches(of: #/\b(keda_burst_scaler|process)_[a-z_]+/#).map { match in
        let name = String(match.0)
        return name.hasSuffix("_bucket") ? String(name.dropLast("_bucket".count)) : name
      })
  }

  @Test func `Alerts and dashboard name what the running scaler exports, and all of it`()
    async throws
  {
    let scaler = try RunningScaler()
    defer { scaler.stop() }
    let exposition = try await scaler.metrics()
    let exported = Set(
      exposition.matches(of: #/# TYPE ([a-z_]+) /#).map { String($0.1) })
    #expect(exported.count > 25)
    // What is exported only with --kubernetes is in the API's page, too, which its own test holds
    // to the code.
    let documented = Set(
      try text("docs/api.md").matches(of: #/\| `((?:keda_burst_scaler|process)_\w+)` \|/#)
        .map { String($0.1) })
    #expect(exported.subtracting(documented) == [])
    let watched = try metrics(in: text(Self.alertsFile) + text(Self.dashboardFile))
    #expect(watched.subtracting(documented) == [])
    #expect(
      documented.subtracting(watched) == [],
      "name new metrics in Tests/Chart/make_dashboard.py and write chart/files/dashboard.json anew")
  }

  /// `python3 Tests/Chart/make_dashboard.py > chart/files/dashboard.json` makes it anew.
  @Test func `The dashboard is what its program makes`() throws {
    let made = try ToolRun("python3", ["Tests/Chart/make_dashboard.py"])
    #expect(made.errors == "")
    #expect(try made.output == text(Self.dashboardFile))
    let rendered = try Renderer.shared.get().resources(
      .init(values: "dashboard: {enabled: true}")
    ).first { $0.name == "keda-burst-scaler-dashboard" }
    let json = try #require(rendered?.texts("data")["keda-burst-scaler.json"])
    #expect(
      try JSONDecoder().decode(JSONValue.self, from: Data(json.utf8))
        == JSONDecoder().decode(JSONValue.self, from: Data(made.output.utf8)))
  }

  @Test func `promtool finds the rules sound`() throws {
    let run = try ToolRun("promtool", ["check", "rules", Self.alertsFile])
    #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
  }

  @Test func `Every alert speaks when it should, and not before`() throws {
    let run = try ToolRun("promtool", ["test", "rules", Self.alertTests])
    #expect(run.exitCode == 0, "\(run.output)\(run.errors)")
    let tests = try text(Self.alertTests).split(separator: "\n  - name: ").dropFirst()
    for alert in try alerts().compactMap({ $0.text("alert") }) {
      let own = tests.filter { $0.contains("alertname=\"\(alert)\"") }.joined()
      // An evaluation with samples expected, and one without.
      #expect(own.contains("exp_samples"), "\(alert) is never seen firing")
      let quiet = own.matches(of: #/eval_time: \w+\n(?!        exp_samples)/#)
      #expect(!quiet.isEmpty, "\(alert) is never seen silent")
    }
  }

  @Test func `Every alert says what is wrong, how bad it is, and what to do`() throws {
    let alerts = try alerts()
    #expect(alerts.count >= 15)
    for alert in alerts {
      let name = alert.text("alert") ?? ""
      #expect(name.hasPrefix("KedaBurstScaler"))
      #expect(["critical", "warning", "info"].contains(alert.text("labels.severity")), "\(name)")
      for annotation in ["summary", "description", "remedy"] {
        #expect((alert.text("annotations.\(annotation)") ?? "").count > 20, "\(name) \(annotation)")
      }
    }
  }

  @Test func `Alerts watch their own release alone`() throws {
    let rules = try Renderer.shared.get().resources(
      .init(values: "prometheusRule: {enabled: true}", release: "mine")
    ).ofKind("PrometheusRule")
    let expressions = rules.flatMap { $0.items("spec.groups.0.rules") }
      .compactMap { $0.text("expr") }
    for expression in expressions {
      let selectors = expression.matches(of: #/\{[^}]*\}/#).map { String($0.0) }
      #expect(!selectors.isEmpty)
      #expect(
        selectors.allSatisfy {
          $0.hasPrefix(#"{job="mine-keda-burst-scaler",namespace="keda""#)
        }, "\(expression)")
    }
  }

  @Test func `An alert can be left out by its name, and each name is known`() throws {
    let names = try alerts().compactMap { $0.text("alert") }
    let rest = try alerts(without: names[0])
    #expect(rest.count == names.count - 1)
    let schema = try JSONDecoder().decode(
      JSONValue.self, from: Data(text("chart/values.schema.json").utf8))
    let known = schema.items("properties.prometheusRule.properties.disabled.items.enum")
    #expect(known == names.map { .text($0) })
  }

  @Test func `A real Prometheus scrapes the scaler and evaluates every rule without an error`()
    async throws
  {
    let scaler = try RunningScaler()
    defer { scaler.stop() }
    _ = try await scaler.metrics()
    let prometheus = try await RulePrometheus(
      scraping: scaler.adminPort, rules: ToolRun.root.appending(path: Self.alertsFile))
    defer { prometheus.remove() }
    let rules = try await prometheus.evaluatedRules()
    #expect(try rules.count == alerts().count)
    for rule in rules {
      #expect(rule.text("health") == "ok", "\(rule)")
    }
    // The demo's load may be anything; that the scaler is up and well is certain.
    let active = rules.filter { $0.text("state") != "inactive" }.compactMap { $0.text("name") }
    #expect(
      Set(active).isDisjoint(
        with: ["Down", "PodDown", "NotReady", "InternalError"].map { "KedaBurstScaler" + $0 }))
  }
}
