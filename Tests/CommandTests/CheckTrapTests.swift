import Foundation
import TestSupport
import Testing

/// A ScaledObject that walks into a trap, and what is said of it.
struct TrapCase: CustomTestStringConvertible, Sendable {
  let code: String
  let severity: String
  /// What is changed in the clean manifest.
  var edits: [(String, String)] = []
  /// Documents behind it.
  var more = ""
  /// A part of the message.
  let words: String
  /// A part of the line to write instead.
  let remedy: String
  /// Other traps that the same lines walk into.
  var others: Set<String> = []

  var testDescription: String { "\(code): \(words)" }
}

/// Every trap that a file alone can show, each by a manifest that walks into it.
@Suite struct CheckTrapTests {
  @Test func `A ScaledObject without a trap has no finding and exit code 0`() async throws {
    let (code, file) = try await CheckedFile.checking(CheckManifest.clean)
    #expect(code == 0)
    #expect(file.findings.isEmpty, "\(file.findings)")
    #expect(file.scaledObjects.map(\.name) == ["llm"])
  }

  @Test(arguments: TrapCase.ofBehavior + TrapCase.ofCounts + TrapCase.ofTriggers + TrapCase.ofFiles)
  func `The trap is named with what to write instead`(trap: TrapCase) async throws {
    let (code, file) = try await CheckedFile.checking(
      CheckManifest.with(trap.edits, more: trap.more))
    let found = try #require(
      file.findings.first { $0.code == trap.code && $0.message.contains(trap.words) },
      "\(file.findings)")
    #expect(found.severity == trap.severity)
    #expect(
      found.remedy.isEmpty == trap.remedy.isEmpty
        && (trap.remedy.isEmpty || found.remedy.contains(trap.remedy)), "\(found.remedy)")
    #expect(found.line > 0)
    let others = file.findings.filter { $0.code != trap.code && !trap.others.contains($0.code) }
    #expect(others.isEmpty, "\(others)")
    #expect(code == (trap.severity == "error" ? 1 : 0))
  }

  @Test func `Every code is explained in docs/check.md, and each of the documented ones exists`()
    async throws
  {
    let page = try String(
      contentsOf: LineProcess.root.appending(path: "docs/check.md"), encoding: .utf8)
    let documented = page.matches(of: #/(?m)^\| `([a-z-]+)` \| (error|warning|note) \|/#)
      .map { "\($0.1) \($0.2)" }
    let source = try String(
      contentsOf: LineProcess.root.appending(
        path: "Sources/keda-burst-scaler/Check/Trap.swift"), encoding: .utf8)
    let known = Set(source.matches(of: #/case \w+ = "([a-z-]+)"/#).map { String($0.1) })
    #expect(Set(documented.map { String($0.split(separator: " ")[0]) }) == known)
    let cases = TrapCase.ofBehavior + TrapCase.ofCounts + TrapCase.ofTriggers + TrapCase.ofFiles
    for trap in cases { #expect(documented.contains("\(trap.code) \(trap.severity)")) }
    // What only a Prometheus can show (CheckQueryTests, CheckAnswerTests), or only a cluster
    // (CheckClusterTests).
    let live = [
      "queries-not-run", "no-answer", "no-series", "slow-answer", "two-metrics", "undecided",
      "in-the-cluster", "cluster-not-asked",
    ]
    #expect(Set(cases.map(\.code)).union(live) == known)
  }
}

extension TrapCase {
  static let ofBehavior = [
    TrapCase(
      code: "slow-scale-up", severity: "warning",
      edits: [
        ("\n          policies:\n            - {type: Percent, value: 900, periodSeconds: 15}", "")
      ],
      words: "from 2 to 20 replicas it takes 3 steps and 30 s longer than one",
      remedy: "{type: Percent, value: 900, periodSeconds: 15}"),
    TrapCase(
      code: "slow-scale-up", severity: "warning",
      edits: [
        (
          "{type: Percent, value: 900, periodSeconds: 15}",
          "{type: Pods, value: 1, periodSeconds: 60}"
        )
      ],
      words: "after 10 minutes it has reached 12", remedy: "value: 900"),
    TrapCase(
      code: "scaling-disabled", severity: "error",
      edits: [("scaleUp:\n", "scaleUp:\n          selectPolicy: Disabled\n")],
      words: "scaleUp.selectPolicy is Disabled", remedy: "scaleUp: {selectPolicy: Max}"),
    TrapCase(
      code: "behavior", severity: "error",
      edits: [("scaleUp:\n", "scaleUp:\n          selectPolicy: Fastest\n")],
      words: "selectPolicy is \"Fastest\"; use Max, Min or Disabled", remedy: ""),
    TrapCase(
      code: "scale-up-stabilization", severity: "warning",
      edits: [("scaleUp:\n", "scaleUp:\n          stabilizationWindowSeconds: 60\n")],
      words: "is 60: every burst waits that long", remedy: "stabilizationWindowSeconds: 0"),
    TrapCase(
      code: "scale-down-stabilization", severity: "warning",
      edits: [("stabilizationWindowSeconds: 0, ", "")],
      words: "the HPA's window of 300 s (its default)", remedy: "stabilizationWindowSeconds: 0"),
    TrapCase(
      code: "tolerance", severity: "note",
      edits: [
        ("\n          tolerance: \"0\"", ""), (", tolerance: \"0\"", ""),
        ("\n        tolerance: \"0\"", ""),
      ],
      words: "from 10 replicas it cannot be brought to 11", remedy: "tolerance: \"0\""),
    TrapCase(
      code: "tolerance-mismatch", severity: "warning",
      edits: [("\n          tolerance: \"0\"", "")],
      words: "the HPA's tolerance is 0.0 %, but it is 10.0 %, Kubernetes' default",
      remedy: "scaleUp: {tolerance: \"0\"}"),
    TrapCase(
      code: "tolerance-mismatch", severity: "warning",
      edits: [("\n        tolerance: \"0\"", "")],
      words: "the hint does not know and steps past 10.0 %", remedy: "tolerance: \"0.0\""),
  ]

  static let ofCounts = [
    TrapCase(
      code: "replica-bounds", severity: "error",
      edits: [("minReplicaCount: 2", "minReplicaCount: 60")],
      words: "minReplicaCount 60 is above maxReplicaCount 50", remedy: "maxReplicaCount: 60"),
    TrapCase(
      code: "replica-bounds", severity: "error",
      edits: [("minReplicaCount: 2", "minReplicaCount: 2\n  idleReplicaCount: 1")],
      words: "idleReplicaCount is 1, but the HPA cannot be stopped anywhere but at 0",
      remedy: "idleReplicaCount: 0"),
    TrapCase(
      code: "replica-bounds", severity: "error",
      edits: [("minReplicaCount: 2", "minReplicaCount: 0\n  idleReplicaCount: 0")],
      words: "idleReplicaCount 0 has to be below minReplicaCount, which is 0",
      remedy: "minReplicaCount: 1"),
    TrapCase(
      code: "maximum-missing", severity: "note", edits: [("  maxReplicaCount: 50\n", "")],
      words: "KEDA's default is 100", remedy: "maxReplicaCount: 50"),
    TrapCase(
      code: "fallback-missing", severity: "warning",
      edits: [
        ("  fallback: {failureThreshold: 3, replicas: 2, behavior: currentReplicasIfHigher}\n", "")
      ],
      words: "replicas freeze while no metric can be given",
      remedy: "fallback: {failureThreshold: 3, replicas: 2, behavior: currentReplicasIfHigher}"),
    TrapCase(
      code: "fallback-shrinks", severity: "warning",
      edits: [(", behavior: currentReplicasIfHigher", "")],
      words: "an outage of Prometheus sets the target to 2 replicas",
      remedy: "behavior: currentReplicasIfHigher"),
    TrapCase(
      code: "slow-wake", severity: "warning",
      edits: [
        ("minReplicaCount: 2", "minReplicaCount: 2\n  idleReplicaCount: 0"),
        ("external-push", "external"),
      ],
      words: "up to 30 s (pollingInterval, KEDA's default)", remedy: "type: external-push"),
    TrapCase(
      code: "wakes-one", severity: "note", edits: [("minReplicaCount: 2", "minReplicaCount: 0")],
      words: "from zero KEDA wakes one replica", remedy: "idleReplicaCount: 0\nminReplicaCount: 2"),
    TrapCase(
      code: "polling-interval", severity: "note",
      edits: [
        (
          "fallback: {failureThreshold: 3, replicas: 2, behavior: currentReplicasIfHigher}",
          "pollingInterval: 1"
        )
      ],
      words: "pollingInterval: 1 has no effect", remedy: "", others: ["fallback-missing"]),
    TrapCase(
      code: "cooldown-period", severity: "note",
      edits: [("minReplicaCount: 2", "minReplicaCount: 2\n  cooldownPeriod: 30")],
      words: "cooldownPeriod has no effect", remedy: ""),
    TrapCase(
      code: "paused", severity: "warning",
      edits: [
        (
          "namespace: inference}",
          "namespace: inference, annotations: {autoscaling.keda.sh/paused: \"true\"}}"
        )
      ],
      words: "autoscaling.keda.sh/paused makes KEDA leave the target alone",
      remedy: "kubectl annotate scaledobject llm autoscaling.keda.sh/paused-"),
  ]
}
