import Testing

@Suite struct NamingTests {
  @Test func `No module holds a type of its own name and no name is empty of meaning`() {
    #expect((Checkout.sources + Checkout.tests).flatMap(NamingRules.findings) == [])
  }

  @Test func `Floor 1 has no clock, environment, file or randomness`() {
    #expect(Checkout.sources.contains { Floors.pure.contains($0.target) })
    #expect(Checkout.sources.flatMap(PurityRules.findings) == [])
  }

  @Test func `A shadowed module and an empty name are found`() {
    let source = SwiftSource(
      path: "Sources/GRPCBinding/StringUtils.swift",
      "enum GRPCBinding {}\nfinal class CallManager {}\nextension GRPCBinding {}\nstruct Call {}")
    #expect(NamingRules.findings(in: source).map(\.line) == [0, 1, 2])
  }

  @Test(arguments: [
    ("let now = ContinuousClock().now", 1), ("let home = getenv(\"HOME\")", 1),
    ("let a = list.shuffled()", 1), ("let a = list.shuffled(using: &generator)", 0),
    ("// A Task has a Date", 0), ("func decide(at now: Duration) {}", 0),
  ])
  func `A clock, an environment or randomness in pure code is found`(code: String, expected: Int) {
    let pure = SwiftSource(path: "Sources/ScalingEngine/A.swift", code)
    #expect(PurityRules.findings(in: pure).count == expected)
    let driver = SwiftSource(path: "Sources/DecisionLoop/A.swift", code)
    #expect(PurityRules.findings(in: driver) == [])
  }
}
