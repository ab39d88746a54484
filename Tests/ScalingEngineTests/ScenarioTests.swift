import Foundation
import ScalingEngine
import Testing

/// Plays `Tests/Testdata/scenarios`; that folder's README is the format's description.
@Suite struct ScenarioTests {
  static let folder = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Testdata/scenarios")

  static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? [])
    .filter { $0.hasSuffix(".txt") }.sorted()

  @Test func `There are scenarios to play`() { #expect(Self.names.count >= 20) }

  @Test(arguments: names) func `A scenario comes out as it is written`(name: String) throws {
    let text = try String(
      contentsOf: Self.folder.appendingPathComponent(name), encoding: .utf8)
    let scenario = try Scenario(text)
    for failure in scenario.play() { Issue.record("\(name): \(failure)") }
  }

  @Test func `A wrong expectation is found`() throws {
    let scenario = try Scenario("triggers: queue=50\nforecast: off\n0 - 500 - - 10 10 => 11")
    #expect(scenario.play() == ["line 3, second 0: expected 11, got 10"])
  }
}
