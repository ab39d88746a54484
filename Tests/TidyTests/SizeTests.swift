import Testing

@Suite struct SizeTests {
  @Test func `No file is too long and no line too wide`() {
    #expect(Checkout.files.flatMap { SizeRules.findings(in: $0) } == [])
  }

  @Test func `No function is longer than sixty lines`() {
    let sources = Checkout.sources + Checkout.tests
    #expect(sources.flatMap { SizeRules.findings(in: $0) } == [])
  }

  @Test func `A long file and a wide line are found, in generated code they are not`() {
    let long = String(repeating: "let a = 1\n", count: 301)
    let wide = "// " + String(repeating: "x", count: 98) + "\n"
    let literal = "let a = \"" + wide.dropLast() + "\"\n"
    for (text, count) in [(long, 1), (wide, 1), (long + wide, 2), ("let a = 1\n", 0), (literal, 0)]
    {
      #expect(
        SizeRules.findings(in: TextFile(path: "Sources/A/B.swift", text: text)).count == count)
      let generated = TextFile(path: "Sources/CScalerProto/include/a.h", text: text)
      #expect(SizeRules.findings(in: generated) == [])
    }
  }

  @Test func `A long function is found wherever its braces nest`() {
    let body = String(repeating: "    if a { b() }\n", count: 59)
    let source = SwiftSource(
      "struct A {\n  func long() {\n\(body)  }\n  func short() {}\n  init() {\n\(body)  }\n}\n")
    #expect(
      SizeRules.findings(in: source).map(\.message) == [
        "func long has 61 lines; limit 60", "init ( has 61 lines; limit 60",
      ])
  }
}
