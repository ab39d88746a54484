import Foundation
import Testing

@testable import ScalingEngine

/// docs/decision.md explains every rule, and what it shows is what the engine has.
@Suite struct DecisionPageTests {
  private static let page =
    (try? String(
      contentsOf: URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("docs/decision.md"), encoding: .utf8)) ?? ""

  /// First cells of the page's tables, without backticks; `a`, `b` in one cell are two.
  private static let firstCells = Set(
    page.split(separator: "\n").filter { $0.hasPrefix("| `") }.flatMap { line in
      (line.split(separator: "|").first ?? "").split(separator: ",").map {
        $0.trimmingCharacters(in: CharacterSet(charactersIn: " `"))
      }
    })

  @Test(arguments: Reason.Code.allCases) func `The page explains every reason`(code: Reason.Code) {
    #expect(Self.firstCells.contains(code.rawValue))
  }

  @Test func `The page lists every constant with its value`() {
    for entry in EngineConstants.all {
      let row = "| `\(entry.name)` | \(EngineConstants()[keyPath: entry.path]) |"
      #expect(Self.page.contains(row), "\(row)")
    }
  }

  @Test(arguments: [(1.0, "39.1"), (2, "34"), (6, "22.3")])
  func `46 slots are filled as the page says`(inflation: Double, requests: String) {
    let filled = 46 * LearnedCapacity.fill(loadShare: 0.85, inflation: inflation)
    #expect(abs(filled - (Double(requests) ?? 0)) < 0.05)
    #expect(Self.page.contains(requests))
  }

  @Test func `A queue drains within 12 s at a lead time of 70 s and an objective of 2 s`() {
    let seconds = BacklogDrain.drainSeconds(leadSeconds: 70, objectiveSeconds: 2)
    #expect(seconds.rounded() == 12)
    #expect(Self.page.contains("12 s at 70 s and 2 s"))
  }

  @Test func `Panic that only stands is not said to be a burst`() {
    #expect(
      Reason(.panic, amount: 10, limit: 2).description
        == "demand is 10 times ready capacity (panic from 2 on)")
    #expect(
      Reason(.panic, amount: 0, limit: 2).description
        == "demand is 0 times ready capacity; panic mode stands a stable window longer")
  }

  @Test func `Every reason says something with and without its numbers`() {
    for code in Reason.Code.allCases {
      #expect(!Reason(code).description.isEmpty)
      #expect(Reason(code, trigger: "t", amount: 2.5, limit: 3).description.count > 10)
    }
  }
}
