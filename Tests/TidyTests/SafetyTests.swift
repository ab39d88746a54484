import Testing

@Suite struct SafetyTests {
  @Test func `No unsafe pointer stands in what other targets see`() {
    #expect(Checkout.sources.flatMap(SafetyRules.pointerFindings) == [])
  }

  @Test func `Unchecked promises are few and say why they hold`() {
    #expect(Checkout.sources.flatMap(SafetyRules.uncheckedLines).count < SafetyRules.unchecked)
    #expect(Checkout.sources.flatMap(SafetyRules.uncommentedFindings) == [])
  }

  @Test func `Nothing in the sources ends the process, blocks a thread or is unfinished`() {
    #expect(Checkout.sources.flatMap(SafetyRules.bannedFindings) == [])
  }

  @Test func `Tests wait for events, never for time`() {
    #expect(Checkout.tests.flatMap(SafetyRules.sleepFindings) == [])
  }

  @Test(arguments: [
    ("package func a(_ p: UnsafePointer<Int>) {}", 1),
    ("public var p: OpaquePointer? { nil }", 1),
    ("package enum E {\n  case raw(UnsafeMutableRawPointer)\n}", 1),
    ("package func b<R>(\n  _ body: (UnsafeRawBufferPointer) -> R\n) -> R { body() }", 1),
    ("package func c() { let p: OpaquePointer? = nil }", 0),
    ("func d(_ p: UnsafePointer<Int>) {}", 0),
    ("package struct S {\n  private let p: OpaquePointer\n}", 0),
  ])
  func `A pointer in a package signature is found`(code: String, expected: Int) {
    #expect(SafetyRules.pointerFindings(in: SwiftSource(code)).count == expected)
  }

  @Test func `An unchecked promise without a reason is found`() {
    let source = SwiftSource(
      """
      final class A: @unchecked Sendable {}
      // The core locks it (grpc.h).
      nonisolated(unsafe) var b = 1
      let text = "@unchecked Sendable"
      """)
    #expect(SafetyRules.uncheckedLines(in: source) == [1, 3])
    #expect(SafetyRules.uncommentedFindings(in: source).map(\.line) == [1])
  }

  @Test(arguments: [
    ("let a = try! b()", 1), ("let a = try? b()", 0),
    ("guard try !scanner.takeNull() else { return }", 0), ("fatalError(\"no\")", 1),
    ("Thread.sleep(forTimeInterval: 1)", 1), ("usleep(1)", 1), ("sleep(1)", 1),
    ("try await clock.sleep(for: a)", 0), ("func sleep(for: Duration) {}", 0),
    ("// FIX" + "ME: later", 1), ("let a = \"try! \\(try! b())\"", 1), ("print(1)", 1),
  ])
  func `What must not stand in the sources is found`(code: String, expected: Int) {
    #expect(SafetyRules.bannedFindings(in: SwiftSource(code)).count == expected)
  }

  @Test func `A sleep in a test is found, in a name or a text it is not`() {
    let source = SwiftSource(
      path: "Tests/SomeTests/A.swift",
      "try await Task.sleep(for: .seconds(1))\nfunc `A sleep`() { say(\"sleep\") }")
    #expect(SafetyRules.sleepFindings(inTest: source).map(\.line) == [1])
  }
}
