import Testing

@testable import TriggerConfiguration

@Suite struct LabelConditionTests {
  private func condition(_ operation: String, _ quoted: String) -> LabelCondition? {
    LabelCondition(LabelMatcher(label: "pod", operation: operation, quotedValue: quoted))
  }

  @Test(
    arguments: [
      ("=", "\"llm-0\"", "llm-0", true), ("=", "\"llm-0\"", "llm-01", false),
      ("!=", "\"llm-0\"", "llm-1", true), ("!=", "\"\"", "", false), ("=", "\"\"", "", true),
      ("=~", "\"llm-.*\"", "llm-7", true), ("=~", "\"llm-.*\"", "my-llm-7", false),
      ("=~", "\"llm-.+\"", "llm-", false), ("=~", "\"a|b.*c|d\"", "bxxc", true),
      ("=~", "\"a|b.*c|d\"", "bxx", false), ("!~", "\"a|b\"", "a", false),
      ("!~", "\"a|b\"", "c", true), ("=~", "\".*\"", "", true), ("=~", "`a\\.b`", "a.b", true),
      ("=~", "`a\\.b`", "axb", false), ("=", "'it\\'s'", "it's", true),
      ("=~", "\".*x.*y.*\"", "aaxbbycc", true), ("=~", "\".*x.*y.*\"", "aaybbxcc", false),
    ] as [(String, String, String, Bool)])
  func `A matcher accepts what PromQL accepts`(
    operation: String, quoted: String, value: String, isAccepted: Bool
  ) throws {
    #expect(try #require(condition(operation, quoted)).accepts(value) == isAccepted)
  }

  @Test func `A series without the label has the empty value`() throws {
    #expect(try #require(condition("=", "\"\"")).accepts(nil))
    #expect(try #require(condition("!=", "\"x\"")).accepts(nil))
    #expect(try !#require(condition("=~", "\".+\"")).accepts(nil))
  }

  @Test(arguments: [
    "\"(a|b)\"", "\"a[0-9]\"", "\"a?\"", "\"a.b\"", "\"(a+)+\"", "`\\d`", "\"a{2}\"",
  ])
  func `A pattern that could take long is refused`(quoted: String) {
    #expect(condition("=~", quoted) == nil)
  }
}
